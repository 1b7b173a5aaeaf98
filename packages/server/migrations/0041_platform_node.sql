-- What several nodes on one database must share before they can read each other's rows: the keyring, wrapped with a root key
-- that is never stored here. Whoever has this row alone opens nothing with it.
CREATE TABLE platform_keyring (
  -- One row for the whole database.
  name text PRIMARY KEY CHECK (name = 'shared'),
  -- Id of the root key, for the message to a node that has another one.
  root text NOT NULL,
  ring text NOT NULL
);
