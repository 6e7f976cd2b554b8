-- Devices that users confirmed. A key that was only given out lies in its session, whose `device_key` it is.
-- `name` is the one given; without it the user agent names the device. `srp_verifier` is sealed.
-- `awaited_session` is the sealed Session of a sign-in that waits for the device's proof, and `awaited_a` the digest
-- of the SRP_A that proved its password, by which a client is known that sends no Session.
CREATE TABLE devices (
  pool_id          TEXT   NOT NULL,
  user_id          TEXT   NOT NULL,
  device_key       TEXT   NOT NULL,
  group_key        TEXT   NOT NULL,
  name             TEXT,
  remembered       BIGINT NOT NULL,
  srp_salt         TEXT   NOT NULL,
  srp_verifier     BLOB   NOT NULL,
  last_ip          TEXT   NOT NULL,
  user_agent       TEXT,
  created_at       BIGINT NOT NULL,
  modified_at      BIGINT NOT NULL,
  authenticated_at BIGINT NOT NULL,
  awaited_a        BLOB,
  awaited_session  TEXT,
  PRIMARY KEY (pool_id, user_id, device_key)
);
