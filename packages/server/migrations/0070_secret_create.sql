-- Secrets of applications by environment. A value is sealed with the data key of its secret, and that one by the keyring. Times
-- are milliseconds since the epoch.
CREATE TABLE secret_entry (
  id text PRIMARY KEY,
  application text NOT NULL CHECK (length(application) BETWEEN 1 AND 63),
  environment text NOT NULL CHECK (length(environment) BETWEEN 1 AND 63),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 256),
  -- Sealed by the keyring, bound to the id.
  data_key text NOT NULL,
  -- The version that is given when none is named, also when it was deleted since; 0 = none was published yet.
  current_version integer NOT NULL DEFAULT 0,
  latest_version integer NOT NULL DEFAULT 0,
  created_at bigint NOT NULL,
  -- When the current version was written.
  changed_at bigint NOT NULL,
  owner text,
  description text NOT NULL DEFAULT '',
  max_age_days integer,
  is_canary boolean NOT NULL DEFAULT false,
  versions_kept integer NOT NULL,
  -- Of the hour.
  last_read_at bigint
);
CREATE UNIQUE INDEX secret_entry_by_ref ON secret_entry (application, environment, name);

CREATE TABLE secret_version (
  secret text NOT NULL REFERENCES secret_entry (id) ON DELETE CASCADE,
  version integer NOT NULL CHECK (version > 0),
  state text NOT NULL CHECK (state IN ('staged', 'live', 'deleted', 'destroyed')),
  -- Bound to application, environment, name and version: in another row it does not open.
  sealed text,
  -- Names of the fields, without their values.
  fields jsonb NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  note text,
  deleted_at bigint,
  copy_of integer,
  PRIMARY KEY (secret, version),
  CHECK ((state = 'destroyed') = (sealed IS NULL))
);
