-- Counted traffic: in intervals of ten seconds, a minute, an hour and a day. No addresses, no people, no raw paths.
CREATE TABLE audit_traffic (
  -- What is counted: outcome, status, latency (an upper bound of microseconds), group, rule, route.
  kind text NOT NULL,
  -- Length of the interval, seconds, and its start.
  step integer NOT NULL,
  at bigint NOT NULL,
  -- Empty = no application was known for the request; * = all of them together.
  application text NOT NULL,
  key text NOT NULL,
  -- Origin of the log: several nodes may share one database.
  log text NOT NULL,
  count bigint NOT NULL,
  -- What is asked for is one stretch of it.
  PRIMARY KEY (application, kind, step, at, key, log)
  -- The newest rows are counted up again and again: room in their page keeps that cheap.
) WITH (fillfactor = 70);
CREATE INDEX audit_traffic_by_age ON audit_traffic (step, at);

-- Routes stand above by a keyed hash; a folded path can still hold what belongs to somebody.
CREATE TABLE audit_traffic_route (
  id text PRIMARY KEY,
  sealed text NOT NULL,
  seen_at bigint NOT NULL
);
CREATE INDEX audit_traffic_route_by_age ON audit_traffic_route (seen_at);
