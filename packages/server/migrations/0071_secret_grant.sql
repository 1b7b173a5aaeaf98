-- Leave to read secrets, given by an operator. Each is a policy of the same engine that decides the rest. Times are milliseconds
-- since the epoch.
CREATE TABLE secret_grant (
  id text PRIMARY KEY,
  application text NOT NULL,
  -- `*` = each of the application.
  environment text NOT NULL,
  -- `*` stands for any characters.
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 256),
  to_kind text NOT NULL CHECK (to_kind IN ('account', 'group', 'person')),
  -- Of the account or person; a group is its name.
  to_id text NOT NULL,
  to_name text NOT NULL,
  -- Null = whatever the value is for.
  purpose text,
  -- Null = until it is revoked.
  expires_at bigint,
  created_at bigint NOT NULL,
  created_by text NOT NULL
);
