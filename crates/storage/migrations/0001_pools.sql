-- Installation-wide facts: birth mode, root key check values.
CREATE TABLE installation (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- A user pool. `settings` is domain::pool::Settings; `version` moves with every change of configuration.
-- A deleted pool keeps its row as a tombstone until its users are erased.
CREATE TABLE pools (
  pool_id     TEXT   NOT NULL PRIMARY KEY,
  account     TEXT   NOT NULL,
  region      TEXT   NOT NULL,
  issuer      TEXT   NOT NULL,
  settings    TEXT   NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  modified_at BIGINT NOT NULL,
  deleted_at  BIGINT
);
CREATE INDEX pools_by_account ON pools (account, region, pool_id);

-- Two keys per pool: one signs id tokens, one access tokens. `private_key` is sealed PKCS#8.
CREATE TABLE signing_keys (
  pool_id     TEXT   NOT NULL,
  kid         TEXT   NOT NULL,
  token_use   TEXT   NOT NULL,
  private_key BLOB   NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (pool_id, kid)
);

CREATE TABLE clients (
  client_id   TEXT   NOT NULL PRIMARY KEY,
  pool_id     TEXT   NOT NULL,
  name        TEXT   NOT NULL,
  settings    TEXT   NOT NULL,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  modified_at BIGINT NOT NULL
);
CREATE INDEX clients_by_pool ON clients (pool_id, client_id);

-- At most two rows per client; `secret` is sealed.
CREATE TABLE client_secrets (
  client_id  TEXT   NOT NULL,
  secret_id  TEXT   NOT NULL,
  pool_id    TEXT   NOT NULL,
  secret     BLOB   NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (client_id, secret_id)
);

CREATE TABLE groups (
  pool_id     TEXT   NOT NULL,
  name        TEXT   NOT NULL,
  description TEXT,
  role_arn    TEXT,
  precedence  BIGINT,
  version     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  modified_at BIGINT NOT NULL,
  PRIMARY KEY (pool_id, name)
);
