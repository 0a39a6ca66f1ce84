-- +goose Up
-- The defaults serve the previous release, which does not know the columns while nodes are replaced.
ALTER TABLE users ADD COLUMN second_email TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN second_key   TEXT NOT NULL DEFAULT '';

-- Every address of every user, first and second: an address is one person's. The triggers keep it,
-- so that no statement of any release can forget to.
CREATE TABLE addresses (
  email_key TEXT PRIMARY KEY,
  user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX addresses_user ON addresses (user_id);
-- Who is there already is filled in by a later step.

-- +goose StatementBegin
CREATE TRIGGER users_address_added AFTER INSERT ON users BEGIN
  INSERT INTO addresses (email_key, user_id)
    SELECT k.email_key, NEW.id FROM (SELECT NEW.email_key AS email_key UNION SELECT NEW.second_key) k WHERE k.email_key <> '';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_address_changed AFTER UPDATE OF email_key, second_key ON users BEGIN
  DELETE FROM addresses WHERE user_id = NEW.id AND email_key NOT IN (NEW.email_key, NEW.second_key);
  INSERT INTO addresses (email_key, user_id)
    SELECT k.email_key, NEW.id FROM (SELECT NEW.email_key AS email_key UNION SELECT NEW.second_key) k
    WHERE k.email_key <> '' AND NOT EXISTS (SELECT 1 FROM addresses a WHERE a.email_key = k.email_key AND a.user_id = NEW.id);
END;
-- +goose StatementEnd
