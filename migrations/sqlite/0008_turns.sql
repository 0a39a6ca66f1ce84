-- The order in which mails are delivered. The default serves the previous release.
ALTER TABLE mail ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mail_turn ON mail (turn, id);
-- Codes that were not redeemed.
CREATE INDEX grants_unredeemed ON grants (code_expires_at) WHERE code_spent_at = 0;
