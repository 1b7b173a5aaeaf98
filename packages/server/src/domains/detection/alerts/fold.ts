import { EVIDENCE_MAX, ENTITIES_MAX, SEVERITIES, type Detection, type Entity } from '@holdfast/contract';
import { createHash } from 'node:crypto';
import type { HashedEvidence } from './sealed.ts';

export const MINUTE_MS = 60_000;
/** Alike ones that are no further apart are one alert. */
export const REPEAT_MS = 15 * MINUTE_MS;
/** Alerts about the same one that are no further apart are one group. */
export const GROUP_MS = 60 * MINUTE_MS;
/** So many detections of one alert are known again when they come twice. */
const SEEN_MAX = 200;
const DIGEST_CHARS = 24;

export const severityRank = (severity: Detection['severity']): number => SEVERITIES.indexOf(severity);

/** The same detection told twice, for example after a restart, counts once: it is known by what completed it. */
export function digestOf({ detector, entities, time, evidence, reason }: Detection): string {
  const [entity] = entities;
  const newest = evidence.at(-1)?.event ?? reason;
  const text = JSON.stringify([detector, entity?.kind, entity?.value, time, newest]);
  return createHash('sha256').update(text).digest('hex').slice(0, DIGEST_CHARS);
}

/** What of an alert changes when it is found again. */
export interface Folded {
  readonly times: number;
  readonly severity: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly reason: string;
  readonly figures: Detection['figures'];
  readonly attacks: readonly string[];
  readonly entities: readonly Entity[];
  readonly evidence: readonly HashedEvidence[];
  readonly events: number;
  readonly seen: readonly string[];
}

/** A detection whose evidence carries the hashes that are known. */
export interface Hashed extends Omit<Detection, 'evidence'> {
  readonly evidence: readonly HashedEvidence[];
}

export const beginFold = (found: Hashed, digest: string): Folded => ({
  times: 1,
  severity: severityRank(found.severity),
  firstAt: found.time,
  lastAt: found.time,
  reason: found.reason,
  figures: found.figures,
  attacks: found.attacks,
  entities: joined(found.entities, []),
  evidence: inOrder(found.evidence),
  events: found.events,
  seen: [digest],
});

/** In whatever order they come, the outcome is the same. Null = this one counts already. */
export function fold(known: Folded, found: Hashed, digest: string): Folded | null {
  if (known.seen.includes(digest)) return null;
  const isNewest = found.time > known.lastAt || (found.time === known.lastAt && found.reason > known.reason);
  const ids = new Set(known.evidence.map(({ event }) => event));
  const shared = found.evidence.filter(({ event }) => ids.has(event)).length;
  return {
    times: known.times + 1,
    severity: Math.max(known.severity, severityRank(found.severity)),
    firstAt: Math.min(known.firstAt, found.time),
    lastAt: Math.max(known.lastAt, found.time),
    reason: isNewest ? found.reason : known.reason,
    figures: isNewest ? found.figures : known.figures,
    attacks: [...new Set([...known.attacks, ...found.attacks])].toSorted().slice(0, 16),
    entities: joined(known.entities, found.entities),
    evidence: inOrder([...known.evidence, ...found.evidence]),
    events: known.events + Math.max(0, found.events - shared),
    seen: [...known.seen, digest].slice(-SEEN_MAX),
  };
}

/** The first stays the first; of the others as many as there is room for, in an order of their own. */
function joined(known: readonly Entity[], more: readonly Entity[]): Entity[] {
  const [first, ...rest] = known;
  const others = new Map([...rest, ...more].map((entity) => [`${entity.kind}\n${entity.value}`, entity]));
  if (first !== undefined) others.delete(`${first.kind}\n${first.value}`);
  const sorted = [...others.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, entity]) => entity);
  return [...(first === undefined ? [] : [first]), ...sorted].slice(0, ENTITIES_MAX);
}

/** Each event once, oldest first, the newest of them. */
function inOrder(evidence: readonly HashedEvidence[]): HashedEvidence[] {
  const byId = new Map(evidence.map((one) => [one.event, one]));
  return [...byId.values()]
    .toSorted((left, right) => left.time - right.time || (left.event < right.event ? -1 : 1))
    .slice(-EVIDENCE_MAX);
}

/** Whether a detection of this time counts for an alert that reaches from `firstAt` to `lastAt`. */
export const isWithin = (time: number, { firstAt, lastAt }: Pick<Folded, 'firstAt' | 'lastAt'>, byMs: number): boolean =>
  time >= firstAt - byMs && time <= lastAt + byMs;
