-- What each node says of the keys of the shared ring: how often it has sealed, and what lies under them in its data directory.
CREATE TABLE platform_key_report (
  node text NOT NULL,
  key text NOT NULL,
  -- Nonces that were set aside at this node.
  nonces bigint NOT NULL,
  -- In the data directory of this node; what lies in the database each node can count.
  items bigint NOT NULL,
  reported_at bigint NOT NULL,
  PRIMARY KEY (node, key)
);
