import type { Logsource } from '../document/metadata.ts';

/**
 * A rule is for an event when every part of its log source is a part of one log source of the event. This is correctness and
 * not only speed: `not filter` holds for every event that lacks the field.
 */
export function concerns(rule: Logsource, events: readonly Logsource[] | undefined): boolean {
  if (events === undefined) return true;
  return events.some(
    (event) =>
      (rule.category === undefined || rule.category === event.category) &&
      (rule.product === undefined || rule.product === event.product) &&
      (rule.service === undefined || rule.service === event.service),
  );
}
