-- Sources of threat intelligence: how each is read, and how its last reading went.
CREATE TABLE detection_intel_source (
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE,
  format text NOT NULL,
  url text,
  kind text,
  -- Name or number of the column that holds the indicator.
  value_column text,
  collection text,
  -- A reference, never a value.
  credential text,
  -- SHA-256 that the content must have.
  pinned text,
  every_minutes bigint NOT NULL,
  confidence bigint NOT NULL,
  action text NOT NULL CHECK (action IN ('watch', 'score', 'block')),
  days bigint NOT NULL,
  enabled boolean NOT NULL,
  -- When it is to be read next; whoever moves it reads it.
  next_at bigint NOT NULL,
  refreshed_at bigint,
  changed_at bigint,
  trouble text,
  etag text,
  last_modified text,
  -- Where an incremental source goes on.
  position text,
  -- SHA-256 of what is kept of it; null = nothing was read yet.
  content_digest text,
  entries bigint NOT NULL,
  -- JSON: reasons why entries were not readable, each with a number and an example.
  refused text NOT NULL
);

-- What was read of a source, packed, in parts: replaced whole with the row above.
CREATE TABLE detection_intel_content (
  source text NOT NULL REFERENCES detection_intel_source (id) ON DELETE CASCADE,
  part bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (source, part)
);
