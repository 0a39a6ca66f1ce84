-- +goose Up
-- What people tell about themselves beyond name and address, as JSON. The default serves the previous
-- release, which does not know the column while nodes are replaced.
ALTER TABLE users ADD COLUMN profile TEXT NOT NULL DEFAULT '{}';

-- Random values that all nodes share and that never change; sealed.
CREATE TABLE salts (
  name       TEXT PRIMARY KEY,
  sealed     BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);
