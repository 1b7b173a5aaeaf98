-- What somebody has gathered, halved each day. `score` = log2 of it plus the days since the epoch: it orders without a clock.
CREATE TABLE detection_risk (
  entity text PRIMARY KEY,
  sealed text NOT NULL,
  score double precision NOT NULL,
  alerts bigint NOT NULL,
  last_at bigint NOT NULL
);
CREATE INDEX detection_risk_by_score ON detection_risk (score);

-- What is not told for a while.
CREATE TABLE detection_suppression (
  id text PRIMARY KEY,
  detector text,
  entity text,
  -- The entity as somebody named it: encrypted.
  sealed text,
  application text,
  reason text NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  expires_at bigint NOT NULL,
  hits bigint NOT NULL
);
CREATE INDEX detection_suppression_by_end ON detection_suppression (expires_at);
