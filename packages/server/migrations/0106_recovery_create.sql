-- When backups are made by themselves; one row, no row = never.
CREATE TABLE recovery_schedule (
  id text PRIMARY KEY CHECK (id = 'schedule'),
  every_hours bigint,
  folder text NOT NULL,
  recipients jsonb NOT NULL,
  keep bigint NOT NULL,
  drill_days bigint,
  changed_at bigint NOT NULL
);

-- Backups and the node in whose reach their files lie.
CREATE TABLE recovery_backup (
  id text PRIMARY KEY,
  node text NOT NULL,
  path text NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  ledger_size bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('unverified', 'verified', 'failed', 'gone')),
  verified_at bigint,
  detail text
);
CREATE INDEX recovery_backup_by_node ON recovery_backup (node, id);

-- Restores on trial.
CREATE TABLE recovery_drill (
  id text PRIMARY KEY,
  node text NOT NULL,
  started_at bigint NOT NULL,
  started_by text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'passed', 'failed')),
  backup text,
  took_ms bigint,
  lost_ms bigint,
  lost_records bigint,
  steps jsonb NOT NULL
);
CREATE INDEX recovery_drill_by_node ON recovery_drill (node, id);

-- When a node tried last, and why it failed.
CREATE TABLE recovery_try (
  node text PRIMARY KEY,
  tried_at bigint NOT NULL,
  trouble text
);
