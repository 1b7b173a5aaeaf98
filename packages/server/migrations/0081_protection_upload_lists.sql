-- Hashes of files that are known to be bad, by an operator or a list of somebody.
CREATE TABLE protection_upload_block (
  hash text PRIMARY KEY,
  reason text NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL
);

-- Bytes that an operator let pass, in one application and as long as the rules are those that saw them.
CREATE TABLE protection_upload_release (
  application text NOT NULL,
  hash text NOT NULL,
  upload text NOT NULL,
  rules text NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (application, hash)
);
