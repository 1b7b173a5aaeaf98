-- A schema can be tried where its application enforces: then it records only. Those that were accepted before refuse.
ALTER TABLE protection_schema ADD COLUMN mode text NOT NULL DEFAULT 'enforce';
-- Whether it is a whole OpenAPI document or a fragment, so that a list of versions need not read them.
ALTER TABLE protection_schema ADD COLUMN kind text NOT NULL DEFAULT 'learned';
UPDATE protection_schema SET kind = 'document' WHERE fragment LIKE '%"x-holdfast-document":%';
