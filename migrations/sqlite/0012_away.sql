-- What Redis would hold, while it does not answer. key is the digest of a name, value is sealed;
-- taken is 0 for a value that can be had, 1 for one that was taken, and 2 for one that was not here.
CREATE TABLE ephemeral (
  key        BLOB PRIMARY KEY,
  value      BLOB NOT NULL,
  taken      INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ephemeral_expiry ON ephemeral (expires_at);

-- One row. What was issued or began before that time counts no longer.
CREATE TABLE epoch (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  before INTEGER NOT NULL
) STRICT;
INSERT INTO epoch (id, before) VALUES (1, 0);
