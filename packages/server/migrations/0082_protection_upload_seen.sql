-- Hashes of files that were passed on: when one is known to be bad later, somebody has to be told.
CREATE TABLE protection_upload_passed (
  hash text NOT NULL,
  application text NOT NULL,
  count bigint NOT NULL,
  first_seen bigint NOT NULL,
  last_seen bigint NOT NULL,
  -- Somebody was told that it is bad.
  told_at bigint,
  PRIMARY KEY (hash, application)
);
CREATE INDEX protection_upload_passed_by_age ON protection_upload_passed (application, last_seen);

-- What became of files, by day.
CREATE TABLE protection_upload_count (
  application text NOT NULL,
  -- Start of the day.
  day bigint NOT NULL,
  outcome text NOT NULL,
  files bigint NOT NULL,
  bytes bigint NOT NULL,
  PRIMARY KEY (application, day, outcome)
);
