-- Clocks of the law (and of contracts): what they count, and how far they have come.
CREATE TABLE incident_clock_rule (
  -- Those that come with us stand in the program; here is what was switched, and rules of others.
  id text PRIMARY KEY,
  title text NOT NULL,
  source text NOT NULL,
  hours double precision,
  months bigint,
  after_rule text,
  directed_to text NOT NULL,
  is_on boolean NOT NULL,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);

CREATE TABLE incident_clock (
  id text PRIMARY KEY,
  incident text NOT NULL,
  -- What people say aloud.
  number bigint NOT NULL,
  is_drill boolean NOT NULL,
  -- The rule as it was when the clock started.
  rule text NOT NULL,
  title text NOT NULL,
  source text NOT NULL,
  hours double precision,
  months bigint,
  after_rule text,
  aware_at bigint NOT NULL,
  started_at bigint NOT NULL,
  -- Null = without undue delay.
  due_at bigint,
  state text NOT NULL CHECK (state IN ('running', 'met', 'missed', 'not-needed')),
  -- The highest share that was told, and for how many days it was reminded of: both only rise.
  told bigint NOT NULL,
  reminded bigint NOT NULL,
  settled_at bigint,
  settled_by text,
  -- Sealed: people write it.
  reason text,
  UNIQUE (incident, rule)
);
CREATE INDEX incident_clock_running ON incident_clock (due_at, id) WHERE state = 'running';

-- What became of each, with the record that says so.
CREATE TABLE incident_clock_step (
  id text PRIMARY KEY,
  clock text NOT NULL REFERENCES incident_clock (id) ON DELETE CASCADE,
  incident text NOT NULL,
  time bigint NOT NULL,
  what text NOT NULL,
  -- Of a warning: the share that was told; of a reminder: the day.
  share bigint,
  actor text NOT NULL,
  event text NOT NULL,
  event_time bigint NOT NULL
);
CREATE INDEX incident_clock_step_by_incident ON incident_clock_step (incident, id);
