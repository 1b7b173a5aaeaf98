-- CACAO 2.0 playbooks: those that come with a release and those that were brought in.
CREATE TABLE incidents_playbook (
  id text PRIMARY KEY,
  origin text NOT NULL,
  -- The document, sealed: others write credentials of their agents into it.
  document text NOT NULL,
  digest text NOT NULL,
  -- What lists show of it, read when it came.
  name text NOT NULL,
  head jsonb NOT NULL,
  signature text NOT NULL,
  is_on boolean NOT NULL,
  triggers jsonb NOT NULL,
  -- Digest of what a release brought last; null = none did.
  shipped_digest text,
  -- Somebody set whether it is on, or what starts it: a release leaves that alone.
  is_set boolean NOT NULL,
  last_run_at bigint,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL,
  -- It can come back; null = it is there.
  removed_at bigint,
  revision integer NOT NULL
);
