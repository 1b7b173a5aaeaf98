-- Playbooks that run. What they know and were given is encrypted; each change writes the run and the visits that changed with it.
CREATE TABLE incident_run (
  id text PRIMARY KEY,
  playbook text NOT NULL,
  name text NOT NULL,
  digest text NOT NULL,
  incident text,
  is_simulation boolean NOT NULL,
  -- running, waiting, completed, failed, cancelled.
  state text NOT NULL,
  started_at bigint NOT NULL,
  started_by text NOT NULL,
  -- Who began it, for its actions.
  actor jsonb NOT NULL,
  ended_at bigint,
  -- What began it by itself: a playbook starts once for it. Null = somebody did.
  trigger_key text,
  waiting integer NOT NULL,
  revision bigint NOT NULL,
  -- The node that goes on with it, until when, and how often it changed hands: whoever holds an old number writes nothing.
  holder text,
  held_until bigint NOT NULL,
  fence bigint NOT NULL,
  -- Variables, outcome and where it stands; the playbooks as they were when it began. Both encrypted.
  memory text NOT NULL,
  documents text NOT NULL
);
CREATE UNIQUE INDEX incident_run_once ON incident_run (playbook, trigger_key) WHERE trigger_key IS NOT NULL;
CREATE INDEX incident_run_open ON incident_run (id) WHERE state IN ('running', 'waiting');
CREATE INDEX incident_run_by_playbook ON incident_run (playbook, id);
CREATE INDEX incident_run_by_incident ON incident_run (incident, id) WHERE incident IS NOT NULL;

-- Steps that were entered, in their order.
CREATE TABLE incident_run_visit (
  run text NOT NULL REFERENCES incident_run (id) ON DELETE CASCADE,
  seq bigint NOT NULL,
  visit text NOT NULL,
  PRIMARY KEY (run, seq)
);
