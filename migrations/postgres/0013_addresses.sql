-- fill: users.id
INSERT INTO addresses (email_key, user_id)
  SELECT email_key, id FROM users WHERE id > $1 AND id <= $2 AND email_key <> '' ON CONFLICT DO NOTHING;
