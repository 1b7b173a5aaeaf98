-- What gateways cut off, by decision of people or of a playbook that they put into force. One row for as long as it holds.
CREATE TABLE protection_isolation (
  id text PRIMARY KEY,
  application text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('application', 'route', 'read-only')),
  method text NOT NULL,
  route text,
  -- Prefixes that still come through, as JSON.
  allow jsonb NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  reason text NOT NULL,
  expires_at bigint,
  -- Requests that were refused because of it.
  refused bigint NOT NULL,
  -- JSON of the last look whether it may go again; null = nobody looked.
  checks text,
  checked_at bigint
);
CREATE INDEX protection_isolation_by_expiry ON protection_isolation (expires_at) WHERE expires_at IS NOT NULL;
