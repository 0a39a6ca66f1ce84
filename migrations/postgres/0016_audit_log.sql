-- What else an event says. The defaults serve the previous release.
ALTER TABLE audit_events ADD COLUMN actors TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_events ADD COLUMN resource TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_events ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_events ADD COLUMN credential_id TEXT NOT NULL DEFAULT '';

-- The address is in the log by a salted digest: erasing address and salt leaves that. leaf is the number
-- of the event's last leaf, from 1, and leaf_count the count in it: an event whose count has risen, by
-- whatever release, gets another one.
ALTER TABLE audit_events ADD COLUMN ip_salt TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_events ADD COLUMN ip_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_events ADD COLUMN leaf BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_events ADD COLUMN leaf_count BIGINT NOT NULL DEFAULT 0;

-- What a leaf says, without what it is about: this outlives the event by retention.
CREATE TABLE audit_leaves (
  number   BIGINT PRIMARY KEY,
  event_id TEXT NOT NULL,
  at       BIGINT NOT NULL,
  type     TEXT NOT NULL,
  outcome  TEXT NOT NULL,
  count    BIGINT NOT NULL,
  digest   BYTEA NOT NULL
);
-- The hashes of the tree over all leaves, 256 in a row.
CREATE TABLE audit_tiles (
  level  BIGINT NOT NULL,
  number BIGINT NOT NULL,
  hashes BYTEA NOT NULL,
  PRIMARY KEY (level, number)
);
CREATE TABLE audit_checkpoints (
  size BIGINT PRIMARY KEY,
  at   BIGINT NOT NULL,
  note TEXT NOT NULL
);
CREATE INDEX audit_checkpoints_at ON audit_checkpoints (at);
-- How many leaves the tree has, and when a node last took its turn to add some.
CREATE TABLE audit_tree (
  id      BIGINT PRIMARY KEY,
  size    BIGINT NOT NULL,
  turn_at BIGINT NOT NULL
);
INSERT INTO audit_tree (id, size, turn_at) VALUES (1, 0, 0);
