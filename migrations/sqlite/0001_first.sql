-- +goose Up
-- Times are milliseconds since 1970 in UTC; 0 means never or not yet. Every value comes from the
-- program: there are no defaults, so that one statement means the same on both databases.

CREATE TABLE users (
  id             TEXT PRIMARY KEY,
  email          TEXT NOT NULL,
  email_key      TEXT NOT NULL UNIQUE,
  email_verified INTEGER NOT NULL,
  name           TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  disabled_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id           TEXT PRIMARY KEY,
  digest       BLOB NOT NULL UNIQUE,
  user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  auth_time    INTEGER NOT NULL,
  acr          TEXT NOT NULL,
  amr          TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  idle_at      INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  ended_at     INTEGER NOT NULL,
  user_agent   TEXT NOT NULL,
  network      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE clients (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  disabled_at INTEGER NOT NULL,
  not_before  INTEGER NOT NULL,
  metadata    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE client_secrets (
  id           TEXT PRIMARY KEY,
  client_id    TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  digest       BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX client_secrets_client ON client_secrets (client_id);

-- No foreign keys: a grant is alive only while its user, client and session are, which every
-- statement checks by joining them. The rows of a client are not locked for each new grant.
-- Nothing that changes when a token is refreshed is indexed.
CREATE TABLE grants (
  id              TEXT PRIMARY KEY,
  client_id       TEXT NOT NULL,
  user_id         TEXT NOT NULL,
  session_id      TEXT NOT NULL,
  offline         INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  idle_at         INTEGER NOT NULL,
  code_digest     BLOB NOT NULL UNIQUE,
  code_expires_at INTEGER NOT NULL,
  code_spent_at   INTEGER NOT NULL,
  seed            BLOB NOT NULL,
  generation      INTEGER NOT NULL,
  rotated_at      INTEGER NOT NULL,
  revoked_at      INTEGER NOT NULL,
  revoked_why     TEXT NOT NULL,
  details         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_user ON grants (user_id, client_id);
CREATE INDEX grants_client ON grants (client_id);
CREATE INDEX grants_expiry ON grants (expires_at);

CREATE TABLE revoked_tokens (
  jti        TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_tokens_expiry ON revoked_tokens (expires_at);

-- One row per scope: what is allowed only ever grows by adding rows, so two pages answered at the
-- same moment cannot lose each other's answer.
CREATE TABLE consents (
  user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id     TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  redirect_host TEXT NOT NULL,
  resource      TEXT NOT NULL,
  scope         TEXT NOT NULL,
  granted_at    INTEGER NOT NULL,
  PRIMARY KEY (user_id, client_id, redirect_host, resource, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_client ON consents (client_id);

CREATE TABLE spent (
  kind       TEXT NOT NULL,
  digest     BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (kind, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_expiry ON spent (expires_at);

CREATE TABLE failures (
  digest     BLOB PRIMARY KEY,
  count      INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX failures_expiry ON failures (expires_at);

CREATE TABLE signing_keys (
  kid        TEXT PRIMARY KEY,
  alg        TEXT NOT NULL,
  serial     INTEGER NOT NULL,
  sealed     BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  signs_from INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL,
  UNIQUE (alg, serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE mail (
  id          TEXT PRIMARY KEY,
  sealed      BLOB NOT NULL,
  created_at  INTEGER NOT NULL,
  next_try_at INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  tries       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_due ON mail (next_try_at);

CREATE TABLE audit_events (
  id        TEXT PRIMARY KEY,
  at        INTEGER NOT NULL,
  type      TEXT NOT NULL,
  outcome   TEXT NOT NULL,
  reason    TEXT NOT NULL,
  user_id   TEXT NOT NULL,
  client_id TEXT NOT NULL,
  target    TEXT NOT NULL,
  method    TEXT NOT NULL,
  ip        TEXT NOT NULL,
  trace_id  TEXT NOT NULL
) STRICT;
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_user ON audit_events (user_id, at);
