-- +goose Up
-- The defaults serve the previous release, which does not know the columns while nodes are replaced.
ALTER TABLE users ADD COLUMN second_email TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN second_key   TEXT NOT NULL DEFAULT '';

-- Every address of every user, first and second: an address is one person's. The trigger keeps it,
-- so that no statement of any release can forget to.
CREATE TABLE addresses (
  email_key TEXT PRIMARY KEY,
  user_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX addresses_user ON addresses (user_id);

-- +goose StatementBegin
CREATE FUNCTION keep_addresses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM addresses WHERE user_id = NEW.id AND email_key NOT IN (NEW.email_key, NEW.second_key);
  INSERT INTO addresses (email_key, user_id)
    SELECT k.email_key, NEW.id FROM (SELECT NEW.email_key AS email_key UNION SELECT NEW.second_key) k
    WHERE k.email_key <> '' AND NOT EXISTS (SELECT 1 FROM addresses a WHERE a.email_key = k.email_key AND a.user_id = NEW.id);
  RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER users_addresses AFTER INSERT OR UPDATE OF email_key, second_key ON users
  FOR EACH ROW EXECUTE FUNCTION keep_addresses();
-- Who is there already is filled in by a later step.
