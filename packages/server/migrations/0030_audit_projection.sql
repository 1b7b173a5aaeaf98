-- The projection of the ledger's segments. Dropping these rows loses nothing: they are rebuilt from the files.
CREATE TABLE audit_event (
  -- Origin of the log: several nodes may share one database.
  log text NOT NULL,
  leaf_index bigint NOT NULL,
  event_id text NOT NULL,
  type text NOT NULL,
  time bigint NOT NULL,
  severity text NOT NULL,
  outcome text NOT NULL,
  application text,
  request_id text,
  actor_kind text NOT NULL,
  actor_ref text NOT NULL,
  leaf_hash text NOT NULL,
  -- Text, not jsonb: the bytes must hash to leaf_hash.
  leaf text NOT NULL,
  PRIMARY KEY (log, leaf_index)
);
CREATE INDEX audit_event_by_request ON audit_event (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX audit_event_by_type ON audit_event (log, type, leaf_index);
CREATE INDEX audit_event_by_time ON audit_event (log, time);

CREATE TABLE audit_projection (
  log text PRIMARY KEY,
  next_index bigint NOT NULL
);

-- The last signed head, compared and swapped at each signing: a restored old data directory meets a newer head here.
CREATE TABLE audit_head (
  log text PRIMARY KEY,
  size bigint NOT NULL,
  root text NOT NULL
);
