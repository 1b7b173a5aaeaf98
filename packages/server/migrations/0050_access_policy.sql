-- Sets of access policies that somebody accepted: of an application, or `holdfast` for the API. In force is the newest one
-- that was not withdrawn.
CREATE TABLE access_policy (
  set_id text NOT NULL,
  version integer NOT NULL,
  digest text NOT NULL,
  -- Cedar. Kept as it was written, with its remarks.
  text text NOT NULL,
  policies integer NOT NULL,
  accepted_at bigint NOT NULL,
  accepted_by text NOT NULL,
  reason text,
  withdrawn_at bigint,
  withdrawn_by text,
  PRIMARY KEY (set_id, version)
);

-- What is being written: one for each set, in force nowhere.
CREATE TABLE access_policy_draft (
  set_id text PRIMARY KEY,
  digest text NOT NULL,
  text text NOT NULL,
  policies integer NOT NULL,
  saved_at bigint NOT NULL,
  saved_by text NOT NULL
);
