-- The order in which mails are delivered. The default serves the previous release.
ALTER TABLE mail ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
