-- Alerts, counted as they come: a hundred thousand of them are not counted again each time somebody looks. What one change adds
-- is a row of its own, so that no change waits for another; rows are summed up now and then. A restore loads alerts first, by name,
-- and then puts in place of what that counted what was counted before.
CREATE TABLE detection_alert_tally (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- open: by severity. begun: by the hour since 1970. kept: all of them.
  what text NOT NULL,
  part bigint NOT NULL,
  alerts bigint NOT NULL
);
INSERT INTO detection_alert_tally (what, part, alerts)
  SELECT 'open', severity, count(*) FROM detection_alert WHERE state IN ('new', 'acknowledged') GROUP BY severity;
INSERT INTO detection_alert_tally (what, part, alerts)
  SELECT 'begun', created_at / 3600000, count(*) FROM detection_alert GROUP BY created_at / 3600000;
INSERT INTO detection_alert_tally (what, part, alerts) SELECT 'kept', 0, count(*) FROM detection_alert;

-- Whoever changes alerts cannot forget to count. Once for each statement: many alerts may change at once.
CREATE FUNCTION detection_alert_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO detection_alert_tally (what, part, alerts)
    SELECT 'begun', created_at / 3600000, count(*) FROM after_it GROUP BY created_at / 3600000
    UNION ALL SELECT 'kept', 0, count(*) FROM after_it HAVING count(*) > 0
    UNION ALL SELECT 'open', severity, count(*) FROM after_it WHERE state IN ('new', 'acknowledged') GROUP BY severity;
  RETURN NULL;
END
$$;
CREATE FUNCTION detection_alert_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO detection_alert_tally (what, part, alerts)
    SELECT 'open', severity, sum(alerts) FROM (
      SELECT severity, 1 AS alerts FROM after_it WHERE state IN ('new', 'acknowledged')
      UNION ALL SELECT severity, -1 FROM before_it WHERE state IN ('new', 'acknowledged')
    ) AS moved GROUP BY severity HAVING sum(alerts) <> 0;
  RETURN NULL;
END
$$;
CREATE FUNCTION detection_alert_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO detection_alert_tally (what, part, alerts)
    SELECT 'kept', 0, -count(*) FROM before_it HAVING count(*) > 0
    UNION ALL SELECT 'open', severity, -count(*) FROM before_it WHERE state IN ('new', 'acknowledged') GROUP BY severity;
  RETURN NULL;
END
$$;
CREATE TRIGGER detection_alert_begun AFTER INSERT ON detection_alert
  REFERENCING NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION detection_alert_begun();
CREATE TRIGGER detection_alert_changed AFTER UPDATE ON detection_alert
  REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION detection_alert_changed();
CREATE TRIGGER detection_alert_gone AFTER DELETE ON detection_alert
  REFERENCING OLD TABLE AS before_it FOR EACH STATEMENT EXECUTE FUNCTION detection_alert_gone();
