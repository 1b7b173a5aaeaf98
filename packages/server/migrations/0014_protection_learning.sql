-- What was learned of each application's honest requests: one bounded document, added to as gateways tell more.
CREATE TABLE protection_learned (
  application text PRIMARY KEY,
  -- JSON as text: it is only ever read and written whole.
  model text NOT NULL,
  since bigint NOT NULL,
  updated_at bigint NOT NULL
);

-- Schemas that somebody accepted. In force is the newest one that was not withdrawn.
CREATE TABLE protection_schema (
  application text NOT NULL,
  version integer NOT NULL,
  digest text NOT NULL,
  fragment text NOT NULL,
  operations integer NOT NULL,
  accepted_at bigint NOT NULL,
  accepted_by text NOT NULL,
  reason text,
  withdrawn_at bigint,
  withdrawn_by text,
  PRIMARY KEY (application, version)
);
