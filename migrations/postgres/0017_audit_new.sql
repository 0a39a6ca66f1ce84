-- alone
-- What has no leaf yet, or has risen since.
DROP INDEX CONCURRENTLY IF EXISTS audit_events_new;
CREATE INDEX CONCURRENTLY audit_events_new ON audit_events (id) WHERE leaf_count < count;
