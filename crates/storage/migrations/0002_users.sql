-- `attributes` and `pending` are JSON objects of strings; `pending` holds values that wait for verification.
-- `version` moves with every change of the row, `credential_version` with every change of a credential
-- (disable, password, sign-out of all, factors): an attempt begun under an older one is dead.
CREATE TABLE users (
  pool_id            TEXT   NOT NULL,
  user_id            TEXT   NOT NULL,
  username           TEXT   NOT NULL,
  status             TEXT   NOT NULL,
  enabled            BIGINT NOT NULL,
  attributes         TEXT   NOT NULL,
  pending            TEXT   NOT NULL,
  version            BIGINT NOT NULL,
  credential_version BIGINT NOT NULL,
  created_at         BIGINT NOT NULL,
  modified_at        BIGINT NOT NULL,
  PRIMARY KEY (pool_id, user_id)
);
CREATE INDEX users_by_status ON users (pool_id, status, user_id);
CREATE INDEX users_by_enabled ON users (pool_id, enabled, user_id);

-- Every string that resolves to a user: username, sub, and each alias while it counts.
CREATE TABLE login_names (
  pool_id  TEXT NOT NULL,
  name_key TEXT NOT NULL,
  user_id  TEXT NOT NULL,
  kind     TEXT NOT NULL,
  PRIMARY KEY (pool_id, name_key)
);
CREATE INDEX login_names_by_user ON login_names (pool_id, user_id);

-- What ListUsers can filter on, one row per user and searchable attribute.
CREATE TABLE user_search (
  pool_id   TEXT NOT NULL,
  attribute TEXT NOT NULL,
  value     TEXT NOT NULL,
  user_id   TEXT NOT NULL,
  PRIMARY KEY (pool_id, attribute, value, user_id)
);

-- `srp_verifier` is sealed; `history` holds tags of former passwords, under the salt of `hash`.
-- `expires_at` is set while the password is a temporary one.
CREATE TABLE passwords (
  pool_id       TEXT   NOT NULL,
  user_id       TEXT   NOT NULL,
  hash          TEXT   NOT NULL,
  srp_salt      TEXT,
  srp_verifier  BLOB,
  history       TEXT   NOT NULL,
  set_at        BIGINT NOT NULL,
  expires_at    BIGINT,
  PRIMARY KEY (pool_id, user_id)
);

CREATE TABLE group_members (
  pool_id    TEXT   NOT NULL,
  group_name TEXT   NOT NULL,
  user_id    TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (pool_id, group_name, user_id)
);
CREATE INDEX group_members_by_user ON group_members (pool_id, user_id, group_name);
