-- Where alerts are told, and what waits to be told there.
CREATE TABLE detection_channel (
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE,
  -- JSON of the target with its secrets, sealed.
  target text NOT NULL,
  severity text NOT NULL,
  kinds jsonb NOT NULL,
  application text,
  quiet jsonb,
  enabled boolean NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  -- Since when it asks for what it asks for.
  changed_at bigint NOT NULL,
  sent bigint NOT NULL,
  last_sent_at bigint,
  -- Tries in a row that failed, since when, and why the last one did.
  failures bigint NOT NULL,
  failing_since bigint,
  trouble text,
  retry_at bigint NOT NULL,
  -- The node that sends here now: one, so that the order is kept.
  lease_by text,
  lease_until bigint NOT NULL
);

CREATE TABLE detection_channel_letter (
  id text PRIMARY KEY,
  channel text NOT NULL REFERENCES detection_channel (id) ON DELETE CASCADE,
  alert text NOT NULL,
  -- JSON of the alert, sealed: it says whom it is about.
  content text NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'dead')),
  -- Told in quiet hours too.
  urgent boolean NOT NULL,
  queued_at bigint NOT NULL,
  tries bigint NOT NULL,
  first_tried_at bigint,
  last_tried_at bigint,
  dead_at bigint,
  trouble text
);
CREATE INDEX detection_channel_letter_by_channel ON detection_channel_letter (channel, state, id);

-- What was taken for a channel, so that one alert is not told twice.
CREATE TABLE detection_channel_told (
  channel text NOT NULL REFERENCES detection_channel (id) ON DELETE CASCADE,
  alert text NOT NULL,
  told_at bigint NOT NULL,
  times bigint NOT NULL,
  -- By rank: one that grew worse is told again at once.
  severity bigint NOT NULL,
  PRIMARY KEY (channel, alert)
);
CREATE INDEX detection_channel_told_by_time ON detection_channel_told (told_at);
