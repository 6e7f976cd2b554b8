-- What all nodes together have left of a request rate: in `full_at`, microseconds since the epoch, the bucket is full
-- again. A full bucket needs no row.
CREATE TABLE quota_leases (
  bucket  TEXT   NOT NULL PRIMARY KEY,
  full_at BIGINT NOT NULL
);

-- Limits that UpdateProvisionedLimit set, in requests per second.
CREATE TABLE provisioned_limits (
  account  TEXT   NOT NULL,
  region   TEXT   NOT NULL,
  category TEXT   NOT NULL,
  value    BIGINT NOT NULL,
  PRIMARY KEY (account, region, category)
);
