-- What happened to an incident. The words are encrypted.
CREATE TABLE incidents_case_entry (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents_case (id) ON DELETE CASCADE,
  time bigint NOT NULL,
  lane text NOT NULL,
  actor text NOT NULL,
  severity integer,
  -- What it leads to: an alert, note, file or task.
  ref text,
  -- The record in the ledger that says so.
  event text,
  event_time bigint,
  words text
);
CREATE INDEX incidents_case_entry_by_incident ON incidents_case_entry (incident, seq);

-- Each file under a key of its own, which is encrypted; so is its name.
CREATE TABLE incidents_case_file (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents_case (id) ON DELETE CASCADE,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  added_at bigint NOT NULL,
  added_by text NOT NULL,
  data_key text NOT NULL,
  name text NOT NULL,
  content bytea NOT NULL
);
CREATE INDEX incidents_case_file_by_incident ON incidents_case_file (incident, id);

CREATE TABLE incidents_case_task (
  id text PRIMARY KEY,
  incident text NOT NULL REFERENCES incidents_case (id) ON DELETE CASCADE,
  kind text NOT NULL,
  owner text,
  due_at bigint,
  added_at bigint NOT NULL,
  done_at bigint,
  done_by text,
  title text NOT NULL
);
CREATE INDEX incidents_case_task_by_incident ON incidents_case_task (incident, id);
CREATE INDEX incidents_case_task_open ON incidents_case_task (due_at) WHERE done_at IS NULL;
