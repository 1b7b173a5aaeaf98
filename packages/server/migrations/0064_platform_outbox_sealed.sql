-- An event can name a person: while it waits it is encrypted. Rows of before hold `record` and are gone once delivered.
ALTER TABLE platform_outbox ADD COLUMN sealed text;
ALTER TABLE platform_outbox ALTER COLUMN record DROP NOT NULL;
