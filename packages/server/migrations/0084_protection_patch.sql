-- Virtual patches: one small rule for one hole, until a day that somebody chose.
CREATE TABLE protection_patch (
  id text PRIMARY KEY,
  application text NOT NULL,
  method text NOT NULL,
  route text NOT NULL,
  location text,
  parameter text,
  match jsonb NOT NULL,
  finding text,
  source text NOT NULL CHECK (source IN ('person', 'scanner', 'playbook')),
  reason text NOT NULL,
  state text NOT NULL CHECK (state IN ('detect', 'enforce', 'expired', 'removed')),
  -- What an ended patch comes back as.
  was text NOT NULL CHECK (was IN ('detect', 'enforce')),
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL,
  -- Since when it has the form that it has: what was met before says nothing of it.
  defined_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  -- Whether it was said that it ends soon.
  warned boolean NOT NULL,
  -- JSON of the last test; null = none since it was made or changed.
  test text,
  revision bigint NOT NULL
);
CREATE INDEX protection_patch_by_application ON protection_patch (application, state);
CREATE INDEX protection_patch_by_expiry ON protection_patch (expires_at) WHERE state IN ('detect', 'enforce');
-- A scanner that tells a finding twice finds the patch of the first time.
CREATE UNIQUE INDEX protection_patch_one_of_finding ON protection_patch (application, finding)
  WHERE finding IS NOT NULL AND state IN ('detect', 'enforce');

-- Whom a patch met: clients by their keyed hash, never by their address.
CREATE TABLE protection_patch_hit (
  patch text NOT NULL,
  client text NOT NULL,
  -- Requests without an attack of the engine's own finding, and with one.
  honest bigint NOT NULL,
  attacks bigint NOT NULL,
  blocked bigint NOT NULL,
  last_seen bigint NOT NULL,
  PRIMARY KEY (patch, client)
);
