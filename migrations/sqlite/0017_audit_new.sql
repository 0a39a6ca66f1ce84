-- What has no leaf yet, or has risen since.
CREATE INDEX audit_events_new ON audit_events (id) WHERE leaf_count < count;
