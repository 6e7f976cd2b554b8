-- Passkeys. `credential` is what the WebAuthn library keeps of one: public key and flags, nothing secret.
-- `sign_count` is the authenticator's counter when it last signed in; `transports` is a JSON array.
CREATE TABLE passkeys (
  pool_id       TEXT   NOT NULL,
  credential_id TEXT   NOT NULL,
  user_id       TEXT   NOT NULL,
  credential    TEXT   NOT NULL,
  sign_count    BIGINT NOT NULL,
  name          TEXT   NOT NULL,
  rp_id         TEXT   NOT NULL,
  attachment    TEXT,
  transports    TEXT   NOT NULL,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (pool_id, credential_id)
);
CREATE INDEX passkeys_by_user ON passkeys (pool_id, user_id);

-- The one registration a user has begun; a later one replaces it. `challenge` is what the response must sign.
CREATE TABLE passkey_registrations (
  pool_id         TEXT   NOT NULL,
  user_id         TEXT   NOT NULL,
  registration_id TEXT   NOT NULL,
  client_id       TEXT   NOT NULL,
  challenge       TEXT   NOT NULL,
  expires_at      BIGINT NOT NULL,
  PRIMARY KEY (pool_id, user_id)
);
CREATE INDEX passkey_registrations_by_expiry ON passkey_registrations (expires_at);
