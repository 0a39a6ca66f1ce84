-- The one row that a node writes to find out whether the database takes writes.
CREATE TABLE probe (
  id     INTEGER PRIMARY KEY,
  writes INTEGER NOT NULL
) STRICT;
-- The oldest release, named by its last step, that works on this schema. The default serves the
-- previous release, which does not know the column.
ALTER TABLE schema_version ADD COLUMN oldest INTEGER NOT NULL DEFAULT 0;
