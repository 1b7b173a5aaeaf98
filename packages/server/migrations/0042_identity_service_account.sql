-- Accounts of programs. Each token belongs to one; ending the account ends them all. Times are milliseconds since the epoch.
CREATE TABLE identity_service_account (
  id text PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 63),
  purpose text NOT NULL,
  -- The person who answers for it; null = made on the host, or the person is gone.
  owner text REFERENCES identity_person (id) ON DELETE SET NULL,
  -- Applications behind the gateway that it may call.
  applications jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'disabled', 'deleted')),
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  deleted_at bigint
);
-- A deleted account stays beside its tokens, so that a call with one is still refused by name; its own name is free again.
CREATE UNIQUE INDEX identity_service_account_by_name ON identity_service_account (name) WHERE status <> 'deleted';

-- Tokens of before: each gets an account of its own, because nobody said which belong together.
INSERT INTO identity_service_account (id, name, purpose, applications, status, created_at, created_by)
SELECT id, 'token-' || lower(id), name, '[]', 'active', created_at, created_by FROM identity_token;
ALTER TABLE identity_token ADD COLUMN account text REFERENCES identity_service_account (id);
UPDATE identity_token SET account = id;
ALTER TABLE identity_token ALTER COLUMN account SET NOT NULL;
-- Where it is good from; empty = anywhere.
ALTER TABLE identity_token ADD COLUMN cidrs jsonb NOT NULL DEFAULT '[]';
CREATE INDEX identity_token_by_account ON identity_token (account);
