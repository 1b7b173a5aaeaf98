-- What clients of the Vault API hold: short-lived tokens, AppRoles with their secret ids, and answers put away to be opened once.
-- Tokens and secret ids stand here as hashes only. Times are milliseconds since the epoch.
CREATE TABLE secrets_vault_token (
  accessor text PRIMARY KEY,
  hash text NOT NULL UNIQUE CHECK (length(hash) = 64),
  account text NOT NULL REFERENCES identity_service_account (id) ON DELETE CASCADE,
  display_name text NOT NULL,
  permissions jsonb NOT NULL,
  meta jsonb NOT NULL,
  cidrs jsonb NOT NULL,
  -- The AppRole it came from; null = another token made it.
  role text,
  parent text REFERENCES secrets_vault_token (accessor) ON DELETE SET NULL,
  -- Of the token of a service account that made it: it ends with that one.
  parent_hash text,
  is_renewable boolean NOT NULL,
  ttl_ms bigint NOT NULL,
  period_ms bigint,
  -- No renewal goes beyond it.
  ends_at bigint NOT NULL,
  -- Null = any number of times.
  uses_left bigint,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  renewed_at bigint,
  expires_at bigint NOT NULL,
  revoked_at bigint
);
CREATE INDEX secrets_vault_token_by_parent ON secrets_vault_token (parent) WHERE parent IS NOT NULL;
CREATE INDEX secrets_vault_token_by_end ON secrets_vault_token (expires_at);

CREATE TABLE secrets_approle (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
  role_id text NOT NULL UNIQUE,
  account text NOT NULL REFERENCES identity_service_account (id) ON DELETE CASCADE,
  permissions jsonb NOT NULL,
  -- How long its tokens and secret ids last, how often they are good, from where, and what is written on them.
  settings jsonb NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL
);

CREATE TABLE secrets_approle_secret_id (
  accessor text PRIMARY KEY,
  role text NOT NULL REFERENCES secrets_approle (name) ON DELETE CASCADE,
  hash text NOT NULL UNIQUE CHECK (length(hash) = 64),
  meta jsonb NOT NULL,
  cidrs jsonb NOT NULL,
  token_cidrs jsonb NOT NULL,
  uses_left bigint,
  ttl_ms bigint,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  expires_at bigint
);
CREATE INDEX secrets_approle_secret_id_by_role ON secrets_approle_secret_id (role);

CREATE TABLE secrets_wrapped_answer (
  accessor text PRIMARY KEY,
  hash text NOT NULL UNIQUE CHECK (length(hash) = 64),
  path text NOT NULL,
  -- Null = it was opened; the row stays until it ends, so that a second try is told from a wrong token.
  sealed text,
  ttl_ms bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  expires_at bigint NOT NULL,
  opened_at bigint
);
CREATE INDEX secrets_wrapped_answer_by_end ON secrets_wrapped_answer (expires_at);
