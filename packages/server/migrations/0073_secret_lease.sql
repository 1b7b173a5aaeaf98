-- Database users on demand, and what is lent. Times are milliseconds since the epoch.
CREATE TABLE secret_database_connection (
  name text PRIMARY KEY,
  -- The secret that holds the address and the role that makes users.
  admin jsonb NOT NULL,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);

CREATE TABLE secret_database_role (
  name text PRIMARY KEY,
  connection text NOT NULL REFERENCES secret_database_connection (name),
  application text NOT NULL,
  environment text NOT NULL,
  creation text NOT NULL,
  revocation text,
  ttl_seconds integer NOT NULL,
  ttl_seconds_max integer NOT NULL,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);

CREATE TABLE secret_lease (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('database')),
  state text NOT NULL CHECK (state IN ('starting', 'active', 'ending', 'ended')),
  role text NOT NULL,
  -- Name of the user at the target: written here before the user is made, so that none is ever left without its lease.
  subject text NOT NULL,
  -- What is needed to take it away, as it was when it was made: a role that was changed or removed meanwhile changes nothing.
  source jsonb NOT NULL,
  issued_to text NOT NULL,
  purpose text NOT NULL,
  issued_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  expires_at_most bigint NOT NULL,
  ending text CHECK (ending IN ('revoked', 'expired', 'failed')),
  ended_at bigint,
  trouble text,
  attempts integer NOT NULL DEFAULT 0,
  due_at bigint NOT NULL,
  claim text,
  claimed_until bigint
);
CREATE INDEX secret_lease_due ON secret_lease (due_at) WHERE state <> 'ended';
CREATE INDEX secret_lease_ended ON secret_lease (ended_at) WHERE state = 'ended';
