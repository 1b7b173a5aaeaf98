-- Protected applications and how their modes came to be. Times are milliseconds since the epoch.
CREATE TABLE application_entry (
  id text PRIMARY KEY,
  mode text NOT NULL,
  upstream text NOT NULL,
  settings jsonb NOT NULL,
  origin text NOT NULL CHECK (origin IN ('config', 'operator')),
  -- SHA-256 of the declaration that was applied last: an unchanged declaration leaves later changes by an operator alone.
  declared_digest text,
  revision integer NOT NULL CHECK (revision > 0),
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  updated_by text NOT NULL
);

CREATE TABLE application_mode_change (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- No foreign key: the history outlives the application.
  application text NOT NULL,
  rule_group text,
  from_mode text NOT NULL,
  to_mode text NOT NULL,
  reason text,
  actor text NOT NULL,
  changed_at bigint NOT NULL
);
CREATE INDEX application_mode_change_by_application ON application_mode_change (application, seq DESC);
