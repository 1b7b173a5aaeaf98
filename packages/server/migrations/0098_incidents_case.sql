-- Numbers that people say aloud count from 1 over all nodes. Whoever opens an incident or joins an alert to one holds the row.
CREATE TABLE incidents_counter (name text PRIMARY KEY, value bigint NOT NULL);
INSERT INTO incidents_counter (name, value) VALUES ('incident', 0);

CREATE TABLE incidents_case (
  id text PRIMARY KEY,
  number bigint NOT NULL UNIQUE,
  -- detect, triage, contain, eradicate, recover, closed.
  phase text NOT NULL,
  -- 0 = info, 4 = critical.
  severity integer NOT NULL,
  verdict text,
  application text,
  owner text,
  cause text NOT NULL,
  is_drill boolean NOT NULL,
  opened_at bigint NOT NULL,
  opened_by text NOT NULL,
  changed_at bigint NOT NULL,
  contained_at bigint,
  closed_at bigint,
  aware_at bigint,
  -- From when to when its alerts reach.
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  revision bigint NOT NULL,
  -- Title, summary and whom it is about: encrypted.
  words text NOT NULL
);
CREATE INDEX incidents_case_open ON incidents_case (id) WHERE phase <> 'closed';
CREATE INDEX incidents_case_by_phase ON incidents_case (phase, id);

-- Whom and what it is about, by the keyed name that the ledger knows them by.
CREATE TABLE incidents_case_entity (
  incident text NOT NULL REFERENCES incidents_case (id) ON DELETE CASCADE,
  entity text NOT NULL,
  -- An alert that shares it joins.
  joins boolean NOT NULL,
  PRIMARY KEY (incident, entity)
);
CREATE INDEX incidents_case_entity_by_entity ON incidents_case_entity (entity);

CREATE TABLE incidents_case_alert (
  incident text NOT NULL REFERENCES incidents_case (id) ON DELETE CASCADE,
  alert text NOT NULL,
  -- As severe as it was when it was looked at last.
  severity integer NOT NULL,
  linked_at bigint NOT NULL,
  PRIMARY KEY (incident, alert)
);
CREATE INDEX incidents_case_alert_by_alert ON incidents_case_alert (alert);

-- Up to when each node has looked at what was told: a killed one looks again from there.
CREATE TABLE incidents_seen (node text PRIMARY KEY, seen_at bigint NOT NULL);
