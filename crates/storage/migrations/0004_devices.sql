-- Devices that users confirmed. A key that was only given out lies in its session, whose `device_key` it is.
-- `name` is the one given; without it the user agent names the device. `srp_verifier` is sealed.
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
  PRIMARY KEY (pool_id, user_id, device_key)
);
