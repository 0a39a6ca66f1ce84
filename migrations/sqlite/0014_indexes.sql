CREATE INDEX audit_events_type ON audit_events (type, at);
CREATE INDEX audit_events_client ON audit_events (client_id, at);
CREATE INDEX audit_events_refused ON audit_events (at) WHERE outcome = 'refused';

-- Lists go by page, the oldest first; mail that is over is found without looking at all of it.
CREATE INDEX users_created ON users (created_at, id);
CREATE INDEX clients_created ON clients (created_at, id);
CREATE INDEX mail_expiry ON mail (expires_at);

CREATE INDEX mail_turn ON mail (turn, id);
-- Codes that were not redeemed.
CREATE INDEX grants_unredeemed ON grants (code_expires_at) WHERE code_spent_at = 0;
