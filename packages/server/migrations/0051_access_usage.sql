-- What was decided about access, counted by the day: who used which right. Never a path, only routes in which what names one
-- thing of many is folded. `day` counts days since the epoch (UTC); times are milliseconds since the epoch.
CREATE TABLE access_usage (
  day integer NOT NULL,
  -- SHA-256 of everything below but the count: one short key for what is long together.
  key text NOT NULL CHECK (length(key) = 64),
  principal_kind text NOT NULL CHECK (principal_kind IN ('person', 'service', 'visitor', 'operator')),
  -- Of the person or account; empty for the others.
  principal text NOT NULL,
  -- Of the service account, for calls of Holdfast's own API; else empty.
  token text NOT NULL,
  -- Empty = Holdfast's own API.
  application text NOT NULL,
  action text NOT NULL,
  -- Empty = none, or not told apart.
  route text NOT NULL,
  allowed boolean NOT NULL,
  -- Those that decided.
  policies jsonb NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (day, key)
);
CREATE INDEX access_usage_by_principal ON access_usage (principal, day);

-- Days on which uses were counted, and how many found no room: advice on such a day would call used what was not counted.
CREATE TABLE access_usage_day (
  day integer PRIMARY KEY,
  lost bigint NOT NULL
);

-- Advice that was applied, with what was before: one command undoes it.
CREATE TABLE access_advice (
  id text PRIMARY KEY,
  items jsonb NOT NULL,
  applied_at bigint NOT NULL,
  applied_by text NOT NULL,
  undone_at bigint,
  undone_by text
);
