-- Indicators of our own.
CREATE TABLE detection_intel_indicator (
  id text PRIMARY KEY,
  kind text NOT NULL,
  value text NOT NULL,
  confidence bigint NOT NULL,
  action text NOT NULL CHECK (action IN ('watch', 'score', 'block')),
  first_seen_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  reason text NOT NULL,
  created_by text NOT NULL,
  UNIQUE (kind, value)
);
CREATE INDEX detection_intel_indicator_by_end ON detection_intel_indicator (expires_at);
