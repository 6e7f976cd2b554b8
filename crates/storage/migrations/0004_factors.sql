-- `mfa` is domain::pool::MfaSettings: second factors and passkeys, which only SetUserPoolMfaConfig sets.
ALTER TABLE pools ADD COLUMN mfa TEXT NOT NULL DEFAULT '{}';

-- `factors` is domain::factors::Factors: the second factors a user has and chose.
ALTER TABLE users ADD COLUMN factors TEXT NOT NULL DEFAULT '{}';

-- A user's software token (RFC 6238). `secret` is the one in use, `pending` one that waits for its first code;
-- both are sealed. `last_step` is the time step of the last code accepted.
CREATE TABLE software_tokens (
  pool_id       TEXT   NOT NULL,
  user_id       TEXT   NOT NULL,
  secret        BLOB,
  pending       BLOB,
  friendly_name TEXT,
  last_step     BIGINT NOT NULL,
  PRIMARY KEY (pool_id, user_id)
);
