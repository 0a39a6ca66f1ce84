-- An address that is somebody else's is refused without its being named: the log of this server tells
-- the values of a violated constraint.
CREATE OR REPLACE FUNCTION keep_addresses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM addresses WHERE user_id = NEW.id AND email_key NOT IN (NEW.email_key, NEW.second_key);
  INSERT INTO addresses (email_key, user_id)
    SELECT k.email_key, NEW.id FROM (SELECT NEW.email_key AS email_key UNION SELECT NEW.second_key) k
    WHERE k.email_key <> '' ON CONFLICT (email_key) DO NOTHING;
  IF EXISTS (SELECT 1 FROM addresses WHERE email_key IN (NEW.email_key, NEW.second_key) AND user_id <> NEW.id) THEN
    RAISE unique_violation USING MESSAGE = 'the address belongs to another user';
  END IF;
  RETURN NULL;
END
$$;
