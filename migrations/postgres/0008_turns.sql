-- alone
-- The order in which mails are delivered. The default serves the previous release.
ALTER TABLE mail ADD COLUMN IF NOT EXISTS turn BIGINT NOT NULL DEFAULT 0;
DROP INDEX CONCURRENTLY IF EXISTS mail_turn;
CREATE INDEX CONCURRENTLY mail_turn ON mail (turn, id);
-- Codes that were not redeemed.
DROP INDEX CONCURRENTLY IF EXISTS grants_unredeemed;
CREATE INDEX CONCURRENTLY grants_unredeemed ON grants (code_expires_at) WHERE code_spent_at = 0;
