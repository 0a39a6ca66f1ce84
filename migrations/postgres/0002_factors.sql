-- +goose Up
CREATE TABLE passkeys (
  id            TEXT PRIMARY KEY,
  user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  credential_id BYTEA NOT NULL UNIQUE,
  credential    BYTEA NOT NULL,
  sign_count    BIGINT NOT NULL,
  synced        BOOLEAN NOT NULL,
  name          TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  last_used_at  BIGINT NOT NULL
);
CREATE INDEX passkeys_user ON passkeys (user_id);

CREATE TABLE totp (
  user_id      TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  seed         BYTEA NOT NULL,
  created_at   BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  last_step    BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL
);

-- One row per code: to use one writes that row and no other, so nothing can bring back a used one.
CREATE TABLE recovery_codes (
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest     BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL,
  PRIMARY KEY (user_id, digest)
);
