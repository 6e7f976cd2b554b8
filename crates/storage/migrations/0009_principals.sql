-- The outermost tenants. A pool's `account` need have no row here: `poolhouse dev` makes none.
CREATE TABLE accounts (
  account    TEXT   NOT NULL PRIMARY KEY,
  name       TEXT   NOT NULL,
  created_at BIGINT NOT NULL
);

-- Who administers: users and roles of an account. `name_key` is the name in lower case, `tags` a JSON object.
-- `trust_policy` and `max_session` (seconds) are NULL for users. `version` moves with every change, of the policies
-- too, so that what was parsed of them can be kept by it.
CREATE TABLE principals (
  principal_id TEXT   NOT NULL PRIMARY KEY,
  account      TEXT   NOT NULL,
  kind         TEXT   NOT NULL,
  name_key     TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  path         TEXT   NOT NULL,
  tags         TEXT   NOT NULL,
  trust_policy TEXT,
  max_session  BIGINT,
  version      BIGINT NOT NULL,
  created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX principals_by_name ON principals (account, kind, name_key);

-- What a principal may do: documents exactly as they were given.
CREATE TABLE principal_policies (
  principal_id TEXT NOT NULL,
  name         TEXT NOT NULL,
  document     TEXT NOT NULL,
  PRIMARY KEY (principal_id, name)
);

-- Long-term keys of users; `secret` is sealed. Temporary keys have no row: their session token carries everything.
CREATE TABLE access_keys (
  access_key_id TEXT   NOT NULL PRIMARY KEY,
  principal_id  TEXT   NOT NULL,
  account       TEXT   NOT NULL,
  secret        BLOB   NOT NULL,
  status        TEXT   NOT NULL,
  created_at    BIGINT NOT NULL
);
CREATE INDEX access_keys_by_principal ON access_keys (principal_id, access_key_id);
