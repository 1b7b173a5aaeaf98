-- From then on only sessions count whose factors were given later; null = all of them do.
ALTER TABLE identity_person ADD COLUMN step_up_at bigint;
