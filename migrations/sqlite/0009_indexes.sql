-- +goose Up
-- How often what a row tells of happened. The default serves the previous release, which does not know
-- the column while nodes are replaced.
ALTER TABLE audit_events ADD COLUMN count INTEGER NOT NULL DEFAULT 1;

CREATE INDEX audit_events_type ON audit_events (type, at);
CREATE INDEX audit_events_client ON audit_events (client_id, at);
CREATE INDEX audit_events_refused ON audit_events (at) WHERE outcome = 'refused';

-- Lists go by page, the oldest first; mail that is over is found without looking at all of it.
CREATE INDEX users_created ON users (created_at, id);
CREATE INDEX clients_created ON clients (created_at, id);
CREATE INDEX mail_expiry ON mail (expires_at);
