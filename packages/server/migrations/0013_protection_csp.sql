-- What browsers and the rewriter saw of each application's pages, counted, never the single reports.
CREATE TABLE protection_csp_report (
  application text NOT NULL,
  directive text NOT NULL,
  blocked text NOT NULL,
  count bigint NOT NULL,
  first_seen bigint NOT NULL,
  last_seen bigint NOT NULL,
  PRIMARY KEY (application, directive, blocked)
);

CREATE TABLE protection_csp_inline (
  application text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('script', 'style')),
  hash text NOT NULL,
  path text NOT NULL,
  count bigint NOT NULL,
  first_seen bigint NOT NULL,
  last_seen bigint NOT NULL,
  PRIMARY KEY (application, kind, hash)
);
