-- +goose Up
-- The picture of a client, as we have drawn it anew: one each, gone with it.
CREATE TABLE client_logos (
  client_id TEXT PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
  name      TEXT NOT NULL,
  png       BYTEA NOT NULL
);
CREATE INDEX client_logos_name ON client_logos (name);

-- max_uses and expires_at are 0 where there is no bound.
CREATE TABLE registration_tokens (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  digest       BYTEA NOT NULL UNIQUE,
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  max_uses     BIGINT NOT NULL,
  uses         BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL
);
