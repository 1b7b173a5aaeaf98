-- Files that were not passed on: what is known of each. The bytes lie encrypted in the data directory of their node.
CREATE TABLE protection_upload (
  id text PRIMARY KEY,
  -- pending = its bytes are being written; held, clean, infected, released; deleted = the bytes are gone.
  state text NOT NULL,
  hash text NOT NULL,
  bytes bigint NOT NULL,
  node text NOT NULL,
  application text NOT NULL,
  cause text NOT NULL,
  found_type text,
  scans jsonb NOT NULL,
  -- Name, declared type, field, findings, where it came from: encrypted, because a name says who it is about.
  details text,
  -- The key of the file, encrypted. Without it the bytes are noise: deleting is forgetting it.
  data_key text,
  times bigint NOT NULL,
  request_id text NOT NULL,
  created_at bigint NOT NULL,
  last_seen bigint NOT NULL,
  judged_at bigint,
  -- Rules that saw it last; null = it is to be scanned.
  judged_with text,
  -- Not scanned again before this, after a scan that failed.
  retry_at bigint NOT NULL,
  decided_at bigint,
  decided_by text,
  reason text
);
-- The same bytes are kept once for an application.
CREATE UNIQUE INDEX protection_upload_kept ON protection_upload (application, hash) WHERE state <> 'deleted';
CREATE INDEX protection_upload_by_hash ON protection_upload (hash);
CREATE INDEX protection_upload_by_node ON protection_upload (node, state, id);
