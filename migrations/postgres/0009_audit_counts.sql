-- +goose NO TRANSACTION
-- +goose Up
-- Each statement can be repeated, and none makes writers wait: the audit log may be very long.

-- How often what a row tells of happened. The default serves the previous release, which does not know
-- the column while nodes are replaced.
ALTER TABLE audit_events ADD COLUMN IF NOT EXISTS count BIGINT NOT NULL DEFAULT 1;

DROP INDEX CONCURRENTLY IF EXISTS audit_events_type;
CREATE INDEX CONCURRENTLY audit_events_type ON audit_events (type, at);
DROP INDEX CONCURRENTLY IF EXISTS audit_events_client;
CREATE INDEX CONCURRENTLY audit_events_client ON audit_events (client_id, at);
DROP INDEX CONCURRENTLY IF EXISTS audit_events_refused;
CREATE INDEX CONCURRENTLY audit_events_refused ON audit_events (at) WHERE outcome = 'refused';
