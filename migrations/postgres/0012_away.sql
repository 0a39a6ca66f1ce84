-- What Redis would hold, while it does not answer. key is the digest of a name, value is sealed;
-- taken is 0 for a value that can be had, 1 for one that was taken, and 2 for one that was not here.
-- Unlogged: all of it may be lost.
CREATE UNLOGGED TABLE ephemeral (
  key        BYTEA PRIMARY KEY,
  value      BYTEA NOT NULL,
  taken      BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX ephemeral_expiry ON ephemeral (expires_at);

-- One row. What was issued or began before that time counts no longer.
CREATE TABLE epoch (
  id     BIGINT PRIMARY KEY CHECK (id = 1),
  before BIGINT NOT NULL
);
INSERT INTO epoch (id, before) VALUES (1, 0);
