-- Texts of Sigma documents, as they came. Several documents of one text share its state.
CREATE TABLE detection_text (
  -- Of its first document.
  id text PRIMARY KEY,
  origin text NOT NULL,
  file text NOT NULL,
  text text NOT NULL,
  digest text NOT NULL,
  state text NOT NULL,
  -- Somebody switched it: its state stays when another release brings another text.
  is_set boolean NOT NULL,
  reason text,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);
-- What lists show of each document, read from its text when it came.
CREATE TABLE detection_rule (
  id text PRIMARY KEY,
  text_id text NOT NULL,
  kind text NOT NULL,
  name text,
  title text NOT NULL,
  severity text NOT NULL,
  status text,
  category text,
  product text,
  service text,
  tags jsonb NOT NULL,
  -- Ids or names of rules that a correlation counts, or a filter is for; null = all of its log source.
  refs jsonb,
  -- Placeholders that have no value.
  waits text,
  -- In words, why it cannot fire; null = it can.
  idle text,
  -- Since its state was set.
  hits bigint NOT NULL,
  last_hit_at bigint
);
CREATE INDEX detection_rule_of_text ON detection_rule (text_id);
CREATE INDEX detection_rule_by_name ON detection_rule (name) WHERE name IS NOT NULL;
-- A behaviour as somebody set it, and what it did.
CREATE TABLE detection_behaviour (
  id text PRIMARY KEY,
  state text NOT NULL,
  thresholds jsonb NOT NULL,
  hits bigint NOT NULL,
  last_hit_at bigint
);
-- Counts changes, so that every node sees when its watch has to be given another set.
CREATE TABLE detection_set (
  id integer PRIMARY KEY,
  version bigint NOT NULL
);
INSERT INTO detection_set (id, version) VALUES (1, 1);
