-- How secrets are rotated, and the rotations that run or ran. Times are milliseconds since the epoch. Nothing here is a value:
-- the new credential lies sealed in the staged version of its secret, and settings name other secrets by their address.
CREATE TABLE secret_rotation_plan (
  application text NOT NULL,
  environment text NOT NULL,
  name text NOT NULL,
  settings jsonb NOT NULL,
  every_days integer,
  overlap_ms bigint NOT NULL,
  -- When the next one is due; null = only when somebody says so.
  next_at bigint,
  failures integer NOT NULL DEFAULT 0,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (application, environment, name),
  FOREIGN KEY (application, environment, name) REFERENCES secret_entry (application, environment, name) ON DELETE CASCADE
);
CREATE INDEX secret_rotation_plan_due ON secret_rotation_plan (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE secret_rotation (
  id text PRIMARY KEY,
  application text NOT NULL,
  environment text NOT NULL,
  name text NOT NULL,
  -- As they were when it began: a plan that changes meanwhile does not change what has to be undone.
  settings jsonb NOT NULL,
  is_drill boolean NOT NULL,
  cause text NOT NULL CHECK (cause IN ('asked', 'schedule')),
  -- What is done next: written before it is done, so that whoever takes over does it again.
  step text NOT NULL,
  -- What has to be known to end or undo it, and is no secret: the name of the role, the hash of the new password.
  facts jsonb NOT NULL,
  old_version integer,
  new_version integer,
  overlap_ms bigint NOT NULL,
  started_at bigint NOT NULL,
  started_by text NOT NULL,
  verified_ms bigint,
  published_at bigint,
  overlap_until bigint,
  -- The step that failed; from then on it is undone.
  failed_step text,
  trouble text,
  attempts integer NOT NULL DEFAULT 0,
  due_at bigint NOT NULL,
  -- Which process works on it, and until when nobody else may.
  claim text,
  claimed_until bigint,
  outcome text CHECK (outcome IN ('done', 'rolled-back')),
  finished_at bigint
);
-- One at a time for each secret, whichever node begins it.
CREATE UNIQUE INDEX secret_rotation_running ON secret_rotation (application, environment, name) WHERE finished_at IS NULL;
CREATE INDEX secret_rotation_due ON secret_rotation (due_at) WHERE finished_at IS NULL;
CREATE INDEX secret_rotation_of ON secret_rotation (application, environment, name, id);
