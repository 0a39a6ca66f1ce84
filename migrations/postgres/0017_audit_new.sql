-- alone
-- What has no leaf yet.
DROP INDEX CONCURRENTLY IF EXISTS audit_events_new;
CREATE INDEX CONCURRENTLY audit_events_new ON audit_events (id) WHERE leaf = 0;
