-- What tuning learns from: shapes of requests with findings, counted, without bodies and without addresses.
CREATE TABLE protection_tuning_vector (
  application text NOT NULL,
  -- Keyed hash of everything that makes two requests the same here: hour, client, place, findings, answer.
  key text NOT NULL,
  -- Start of the hour.
  hour bigint NOT NULL,
  -- Keyed hash of the client address.
  client text NOT NULL,
  established boolean NOT NULL,
  mode text NOT NULL,
  outcome text NOT NULL,
  -- First digit of the status; 0 = there was none.
  status_class integer NOT NULL,
  -- Method, route and findings, encrypted: paths, names and samples can hold what belongs to a person.
  sealed text NOT NULL,
  count bigint NOT NULL,
  first_seen bigint NOT NULL,
  last_seen bigint NOT NULL,
  request_id text,
  PRIMARY KEY (application, key)
);
CREATE INDEX protection_tuning_vector_by_age ON protection_tuning_vector (application, established, last_seen);

CREATE TABLE protection_tuning_route (
  application text NOT NULL,
  hour bigint NOT NULL,
  -- Keyed hash of method and route, and both encrypted.
  place text NOT NULL,
  sealed text NOT NULL,
  requests bigint NOT NULL,
  clean bigint NOT NULL,
  PRIMARY KEY (application, hour, place)
);

-- Clients with clean requests behind them, by keyed hash.
CREATE TABLE protection_tuning_client (
  application text NOT NULL,
  client text NOT NULL,
  clean bigint NOT NULL,
  last_seen bigint NOT NULL,
  PRIMARY KEY (application, client)
);
CREATE INDEX protection_tuning_client_by_age ON protection_tuning_client (application, last_seen);

-- What an operator said of a card; an open card has no row.
CREATE TABLE protection_tuning_decision (
  card text PRIMARY KEY,
  application text NOT NULL,
  decision text NOT NULL CHECK (decision IN ('attack', 'snooze')),
  until bigint,
  reason text,
  decided_at bigint NOT NULL,
  decided_by text NOT NULL
);

CREATE TABLE protection_tuning_promotion (
  id text PRIMARY KEY,
  -- No foreign key: the history outlives the application.
  application text NOT NULL,
  rule_group text,
  share integer NOT NULL,
  state text NOT NULL CHECK (state IN ('canary', 'full', 'settled', 'rolled-back', 'undone')),
  -- Mode and action of the group as they were.
  before jsonb NOT NULL,
  -- Would-blocks of established clients in an ordinary quarter of an hour before.
  baseline double precision NOT NULL,
  started_at bigint NOT NULL,
  started_by text NOT NULL,
  until bigint NOT NULL,
  watched_until bigint NOT NULL,
  forced boolean NOT NULL,
  reason text,
  ended_at bigint,
  why text
);
CREATE INDEX protection_tuning_promotion_by_application ON protection_tuning_promotion (application, started_at DESC);
