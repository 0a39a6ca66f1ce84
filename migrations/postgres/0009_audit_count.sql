-- How often what a row tells of happened. The default serves the previous release, which does not know
-- the column while nodes are replaced.
ALTER TABLE audit_events ADD COLUMN count BIGINT NOT NULL DEFAULT 1;
