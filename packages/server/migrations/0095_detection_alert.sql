-- What the watch found. Whoever it is about stands under the keyed name that the ledger knows them by, and sealed.
CREATE TABLE detection_alert (
  id text PRIMARY KEY,
  -- new, acknowledged, suppressed, closed.
  state text NOT NULL,
  verdict text,
  kind text NOT NULL,
  detector text NOT NULL,
  title text NOT NULL,
  -- 0 = info, 4 = critical.
  severity integer NOT NULL,
  application text,
  entity text NOT NULL,
  -- The first alert of those that share somebody within an hour.
  group_id text NOT NULL,
  times bigint NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  created_at bigint NOT NULL,
  -- When a repetition counted for the risk last.
  counted_at bigint NOT NULL,
  -- What keeps it from being told.
  suppression text,
  assignee text,
  closed_at bigint,
  revision bigint NOT NULL,
  -- What lists show and what one shows: encrypted.
  summary text NOT NULL,
  details text NOT NULL
);
CREATE INDEX detection_alert_open ON detection_alert (id) WHERE state IN ('new', 'acknowledged');
CREATE INDEX detection_alert_open_severity ON detection_alert (severity, id) WHERE state IN ('new', 'acknowledged');
CREATE INDEX detection_alert_by_state ON detection_alert (state, id);
CREATE INDEX detection_alert_by_severity ON detection_alert (severity, id);
CREATE INDEX detection_alert_by_application ON detection_alert (application, id);
CREATE INDEX detection_alert_by_key ON detection_alert (detector, entity, last_at);
CREATE INDEX detection_alert_by_detector ON detection_alert (detector, id);
CREATE INDEX detection_alert_by_group ON detection_alert (group_id, id);
CREATE INDEX detection_alert_by_time ON detection_alert (created_at);
CREATE INDEX detection_alert_by_end ON detection_alert (closed_at) WHERE closed_at IS NOT NULL;

-- Whom and what an alert is about, by keyed name.
CREATE TABLE detection_alert_entity (
  alert text NOT NULL REFERENCES detection_alert (id) ON DELETE CASCADE,
  entity text NOT NULL,
  -- Alerts that share it are one group.
  groups boolean NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  PRIMARY KEY (alert, entity)
);
CREATE INDEX detection_alert_entity_by_entity ON detection_alert_entity (entity, last_at);

-- What happened to an alert. The words are encrypted.
CREATE TABLE detection_alert_step (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert text NOT NULL REFERENCES detection_alert (id) ON DELETE CASCADE,
  time bigint NOT NULL,
  what text NOT NULL,
  actor text NOT NULL,
  detail text
);
CREATE INDEX detection_alert_step_by_alert ON detection_alert_step (alert, seq);
