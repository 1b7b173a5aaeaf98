-- What is done about incidents: asked for, agreed to, done once, undone.
CREATE TABLE incident_action (
  id text PRIMARY KEY,
  -- Hash of the key of the request: under one key, one action.
  request_key text NOT NULL UNIQUE,
  -- Hash of what was asked for: the same key for something else is refused.
  request_digest text NOT NULL,
  action text NOT NULL,
  -- waiting, running, effective, done, undone, over, expired, refused, failed.
  state text NOT NULL,
  -- What is under way while it runs: apply, undo, end.
  work text,
  -- The node that works on it, and until when nobody else does.
  node text,
  claimed_until bigint,
  incident text,
  run text,
  step text,
  application text,
  requested_at bigint NOT NULL,
  began_at bigint,
  decide_by bigint,
  expires_at bigint,
  revision bigint NOT NULL,
  -- What it is about, who asked and agreed, and how things stood before: encrypted.
  content text NOT NULL
);
CREATE INDEX incident_action_by_incident ON incident_action (incident, id) WHERE incident IS NOT NULL;
CREATE INDEX incident_action_by_run ON incident_action (run, id) WHERE run IS NOT NULL;
CREATE INDEX incident_action_open ON incident_action (state, id) WHERE state IN ('waiting', 'running', 'effective');
CREATE INDEX incident_action_to_decide ON incident_action (decide_by) WHERE state = 'waiting';
CREATE INDEX incident_action_to_end ON incident_action (expires_at) WHERE state = 'effective';
