-- The one row that a node writes to find out whether the database takes writes.
CREATE TABLE probe (
  id     BIGINT PRIMARY KEY,
  writes BIGINT NOT NULL
);
-- The oldest release, named by its last step, that works on this schema. The default serves the
-- previous release, which does not know the column.
ALTER TABLE schema_version ADD COLUMN oldest BIGINT NOT NULL DEFAULT 0;
