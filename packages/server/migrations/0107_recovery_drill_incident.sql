-- How severe the incident is that a failed restore on trial opens; null = it opens none.
ALTER TABLE recovery_schedule ADD COLUMN drill_severity text DEFAULT 'high';

-- A clock of an exercise is told to nobody.
ALTER TABLE incident_clock ADD COLUMN is_quiet boolean NOT NULL DEFAULT false;
