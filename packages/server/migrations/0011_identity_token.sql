-- API tokens. Only the SHA-256 of a token is stored: a copy of this table opens nothing.
CREATE TABLE identity_token (
  id text PRIMARY KEY,
  name text NOT NULL,
  hash text NOT NULL UNIQUE CHECK (length(hash) = 64),
  permissions jsonb NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  expires_at bigint NOT NULL,
  revoked_at bigint,
  -- Rounded down to the hour.
  last_used_at bigint
);
