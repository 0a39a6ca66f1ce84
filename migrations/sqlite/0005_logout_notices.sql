-- +goose Up
-- Who has yet to be told that a session ended. The row is made in the transaction that ends it and goes
-- when its client has been told; no foreign keys, because it outlives the session and the user.
CREATE TABLE logout_notices (
  session_id  TEXT NOT NULL,
  client_id   TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  ended_at    INTEGER NOT NULL,
  next_try_at INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  tries       INTEGER NOT NULL,
  PRIMARY KEY (session_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX logout_notices_due ON logout_notices (next_try_at);
CREATE INDEX logout_notices_client ON logout_notices (client_id);
CREATE INDEX logout_notices_expiry ON logout_notices (expires_at);
