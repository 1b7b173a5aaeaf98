-- Accounts at providers of sign-in (OpenID Connect) and whose they are here. Known by issuer and subject and nothing else: an
-- address can be given to somebody else. A copy of the table names nobody: the pair is a keyed hash.
CREATE TABLE identity_provider_link (
  key text PRIMARY KEY CHECK (length(key) = 64),
  person text NOT NULL REFERENCES identity_person (id) ON DELETE CASCADE,
  -- Id of the provider in the configuration, for lists.
  provider text NOT NULL,
  created_at bigint NOT NULL,
  last_used_at bigint,
  -- One account of each provider for one person: whoever wants another one disconnects the first.
  UNIQUE (person, provider)
);
