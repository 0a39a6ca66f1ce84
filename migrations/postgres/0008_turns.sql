-- The order in which mails are delivered. The default serves the previous release.
ALTER TABLE mail ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
