-- Keys that encrypt for applications and never leave, each version sealed by the keyring; and what a Vault client keeps beside a
-- secret that Holdfast has no word for.
CREATE TABLE secrets_transit_key (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
  latest_version bigint NOT NULL,
  min_decryption_version bigint NOT NULL,
  min_encryption_version bigint NOT NULL,
  is_deletion_allowed boolean NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL
);
CREATE TABLE secrets_transit_version (
  key text NOT NULL REFERENCES secrets_transit_key (name) ON DELETE CASCADE,
  version bigint NOT NULL,
  sealed text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (key, version)
);

-- One row for a mount (path empty) and one for each secret that has any of it.
CREATE TABLE secrets_vault_description (
  mount text NOT NULL,
  path text NOT NULL,
  custom jsonb NOT NULL,
  is_cas_required boolean NOT NULL,
  -- Of a mount: versions kept of a secret that is new there; null = as everywhere.
  versions_kept bigint,
  PRIMARY KEY (mount, path)
);
