-- What has no leaf yet.
CREATE INDEX audit_events_new ON audit_events (id) WHERE leaf = 0;
