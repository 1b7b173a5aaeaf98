import { requestCompleted, type EventRecord } from '@holdfast/contract';
import type { SigmaEvent } from '@holdfast/sigma';
import { ownFields, ownLogsources } from './own-fields.ts';
import { WEB_LOGSOURCES, webFields } from './web-fields.ts';

/**
 * An event as Sigma rules see it: requests as a web server and a proxy log them, everything else under our own names. The table
 * is `docs/reference/sigma-fields.md`.
 *
 * @example new Scanner(ruleset).match(toSigmaEvent(event))
 */
export function toSigmaEvent(event: EventRecord): SigmaEvent {
  if (event.type === requestCompleted.type) return { logsources: WEB_LOGSOURCES, fields: webFields(event) };
  return { logsources: ownLogsources(event.type), fields: ownFields(event) };
}

/** Alerts and what tells them: a rule that fits every event must not find its own alerts. */
const UNWATCHED = /^(?:alert|channel)\.|^detection\.(?:watch-|rules-applied)/u;

export const isWatched = (type: string): boolean => !UNWATCHED.test(type);
