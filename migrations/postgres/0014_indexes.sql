-- alone
-- None makes writers wait: the audit log may be very long.
DROP INDEX CONCURRENTLY IF EXISTS audit_events_type;
CREATE INDEX CONCURRENTLY audit_events_type ON audit_events (type, at);
DROP INDEX CONCURRENTLY IF EXISTS audit_events_client;
CREATE INDEX CONCURRENTLY audit_events_client ON audit_events (client_id, at);
DROP INDEX CONCURRENTLY IF EXISTS audit_events_refused;
CREATE INDEX CONCURRENTLY audit_events_refused ON audit_events (at) WHERE outcome = 'refused';

-- Lists go by page, the oldest first; mail that is over is found without looking at all of it.
DROP INDEX CONCURRENTLY IF EXISTS users_created;
CREATE INDEX CONCURRENTLY users_created ON users (created_at, id);
DROP INDEX CONCURRENTLY IF EXISTS clients_created;
CREATE INDEX CONCURRENTLY clients_created ON clients (created_at, id);
DROP INDEX CONCURRENTLY IF EXISTS mail_expiry;
CREATE INDEX CONCURRENTLY mail_expiry ON mail (expires_at);

DROP INDEX CONCURRENTLY IF EXISTS mail_turn;
CREATE INDEX CONCURRENTLY mail_turn ON mail (turn, id);
-- Codes that were not redeemed.
DROP INDEX CONCURRENTLY IF EXISTS grants_unredeemed;
CREATE INDEX CONCURRENTLY grants_unredeemed ON grants (code_expires_at) WHERE code_spent_at = 0;
