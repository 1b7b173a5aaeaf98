-- What events are searched by. Every row is written anew from the segments, which fills the new columns.
ALTER TABLE audit_event ADD COLUMN rule_group text;
-- First and last segment of the path of a request, each as a keyed hash: a path can hold what belongs to somebody.
ALTER TABLE audit_event ADD COLUMN path_first bigint;
ALTER TABLE audit_event ADD COLUMN path_last bigint;
UPDATE audit_projection SET next_index = 0;

-- Each in the order of the log, so that the newest of a kind are its end. Severity `info` and `low` is most of what there is.
CREATE INDEX audit_event_by_outcome ON audit_event (log, outcome, leaf_index);
CREATE INDEX audit_event_by_severity ON audit_event (log, severity, leaf_index) WHERE severity IN ('medium', 'high', 'critical');
CREATE INDEX audit_event_by_application ON audit_event (log, application, leaf_index) WHERE application IS NOT NULL;
CREATE INDEX audit_event_by_group ON audit_event (log, rule_group, leaf_index) WHERE rule_group IS NOT NULL;
CREATE INDEX audit_event_by_actor ON audit_event (log, actor_ref, leaf_index);
CREATE INDEX audit_event_by_path_first ON audit_event (log, path_first, leaf_index) WHERE path_first IS NOT NULL;
CREATE INDEX audit_event_by_path_last ON audit_event (log, path_last, leaf_index) WHERE path_last IS NOT NULL;
