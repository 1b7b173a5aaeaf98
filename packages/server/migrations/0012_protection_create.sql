-- What the gateway enforces besides the applications' own settings.
CREATE TABLE protection_ban (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  prefix text NOT NULL UNIQUE,
  reason text NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  expires_at bigint
);
CREATE INDEX protection_ban_by_expiry ON protection_ban (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE protection_allow (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  prefix text NOT NULL UNIQUE,
  reason text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('config', 'operator')),
  created_at bigint NOT NULL,
  created_by text NOT NULL
);

-- At most one row is open at a time: break-glass is one switch, not a list.
CREATE TABLE protection_bypass (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  started_at bigint NOT NULL,
  until bigint NOT NULL,
  reason text NOT NULL,
  started_by text NOT NULL,
  ended_at bigint
);
CREATE UNIQUE INDEX protection_bypass_one_open ON protection_bypass ((1)) WHERE ended_at IS NULL;

CREATE TABLE protection_exception (
  id text PRIMARY KEY,
  application text NOT NULL,
  method text NOT NULL,
  route text NOT NULL,
  location text NOT NULL,
  parameter text NOT NULL,
  rule text NOT NULL,
  rule_group text NOT NULL,
  reason text NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  expires_at bigint NOT NULL,
  request_id text,
  UNIQUE (application, method, route, location, parameter, rule)
);
CREATE INDEX protection_exception_by_expiry ON protection_exception (expires_at);

-- The last policy states, newest last. `version` only ever grows: protection_counter keeps it when old states are dropped.
CREATE TABLE protection_snapshot (
  version bigint PRIMARY KEY,
  digest text NOT NULL,
  -- JSON as text: it is only ever read back whole, and may hold 100,000 bans.
  policy text NOT NULL,
  counts jsonb NOT NULL,
  created_at bigint NOT NULL,
  cause text NOT NULL,
  actor text NOT NULL
);
CREATE TABLE protection_counter (
  name text PRIMARY KEY,
  value bigint NOT NULL
);
INSERT INTO protection_counter (name, value) VALUES ('snapshot-version', 0);
