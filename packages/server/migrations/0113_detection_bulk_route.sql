-- Routes of which much may be fetched: exports and backups. What comes from them is not counted as unusual volume.
CREATE TABLE detection_bulk_route (
  id text PRIMARY KEY,
  application text NOT NULL,
  route text NOT NULL,
  reason text NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  UNIQUE (application, route)
);
