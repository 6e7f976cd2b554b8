-- One row per sign-in. Its tokens are good while the row lives; revoking deletes it.
-- `generation` counts refresh-token rotations, `rotated_at` is when the present one was first issued.
CREATE TABLE sessions (
  pool_id    TEXT   NOT NULL,
  session_id TEXT   NOT NULL,
  user_id    TEXT   NOT NULL,
  client_id  TEXT   NOT NULL,
  auth_time  BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  device_key TEXT,
  generation BIGINT NOT NULL,
  rotated_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (pool_id, session_id)
);
CREATE INDEX sessions_by_user ON sessions (pool_id, user_id);
CREATE INDEX sessions_by_client ON sessions (pool_id, client_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Attempts charged before a proof is looked at. `subject` is a user id, or a bucket of unknown names.
CREATE TABLE attempts (
  pool_id      TEXT   NOT NULL,
  subject      TEXT   NOT NULL,
  purpose      TEXT   NOT NULL,
  count        BIGINT NOT NULL,
  window_start BIGINT NOT NULL,
  last_at      BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  PRIMARY KEY (pool_id, subject, purpose)
);

-- The one live code per user and purpose, as a keyed HMAC. `value` is the attribute value it would verify,
-- `holder` the user who had that value as an alias when the code was sent.
CREATE TABLE codes (
  pool_id    TEXT   NOT NULL,
  user_id    TEXT   NOT NULL,
  purpose    TEXT   NOT NULL,
  code_id    TEXT   NOT NULL,
  code_mac   BLOB   NOT NULL,
  attribute  TEXT,
  value      TEXT,
  holder     TEXT,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (pool_id, user_id, purpose)
);

-- Nonces of sealed sessions and challenges that have been used.
CREATE TABLE spent (
  pool_id    TEXT   NOT NULL,
  nonce      TEXT   NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (pool_id, nonce)
);
CREATE INDEX spent_by_expiry ON spent (expires_at);

-- Messages queued in the batch of the change that causes them; `content` is sealed.
CREATE TABLE outbox (
  pool_id     TEXT   NOT NULL,
  message_id  TEXT   NOT NULL,
  user_id     TEXT   NOT NULL,
  recipient   TEXT   NOT NULL,
  medium      TEXT   NOT NULL,
  content     BLOB   NOT NULL,
  code_id     TEXT,
  not_after   BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (pool_id, message_id)
);
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_by_time ON outbox (created_at);
