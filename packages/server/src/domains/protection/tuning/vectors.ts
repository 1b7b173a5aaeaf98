import { doubtsOf, type Doubt } from './doubts.ts';
import type { TuningCard } from '@holdfast/contract';
import { CROCKFORD, requestCompleted, type EventRecord, type RecordedFinding, type RequestCompleted } from '@holdfast/contract';

export const HOUR_MS = 3_600_000;
/** The self-test's own probes; nobody works there. */
const SELF_TEST_PATH = '/holdfast-self-test';
const FINDINGS_MAX = 16;
/** Whoever does not fit a schema is no attacker for that. */
const DOUBT_CONFIDENCE = 0.5;

/** One finding that would refuse the request, without anything of a person. */
export interface VectorFinding extends Pick<RecordedFinding, 'rule' | 'confidence' | 'context'> {
  readonly group: TuningCard['group'];
  readonly location: TuningCard['location'];
  /** The card it belongs to. */
  readonly card: string;
  readonly parameter: string;
  readonly chain: string;
  readonly sample: string;
}

/** Where and what: requests to one place with the same card are one line of the inbox. */
export interface Place {
  readonly application: string;
  readonly method: string;
  readonly route: string;
}

/** One shape of request with findings, counted. */
export interface Vector extends Place {
  readonly key: string;
  readonly hour: number;
  readonly client: string;
  readonly established: boolean;
  readonly mode: string;
  readonly outcome: string;
  readonly statusClass: number;
  readonly findings: readonly VectorFinding[];
  readonly count: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly requestId: string | null;
}

/** What tuning takes from the record of one request. */
export interface Seen extends Place {
  readonly time: number;
  readonly hour: number;
  readonly client: string;
  readonly mode: string;
  readonly outcome: string;
  readonly statusClass: number;
  readonly requestId: string | null;
  /** Passed without a finding and answered without an error: what a person who belongs here does all day. */
  readonly isClean: boolean;
  /** Samples are as the gateway cut them: they are redacted before they are kept. */
  readonly findings: readonly VectorFinding[];
}

/** Of a keyed hash in hex: 96 bits. */
export const KEY_CHARS = 24;

/** Eight characters that people can read aloud: 40 bits, and an application has a few thousand places at most. */
export function cardOfPlace(hash: string): string {
  let bits = Number.parseInt(hash.slice(0, 10), 16);
  let id = '';
  for (let at = 0; at < 8; at += 1) {
    id = `${CROCKFORD[bits % 32] ?? ''}${id}`;
    bits = Math.floor(bits / 32);
  }
  return id;
}

/** Requests that are equal in this are counted, not kept one by one: a flood from one client is one row an hour. */
export function shapeOf({ application, hour, client, mode, outcome, statusClass, method, route, findings }: Seen): string {
  const cards =
    findings.length === 1
      ? (findings[0]?.card ?? '')
      : findings
          .map(({ card }) => card)
          .toSorted()
          .join(' ');
  // No part but the last can hold a line feed, and cards are of one alphabet.
  return `${application}\n${hour}\n${client}\n${mode}\n${outcome}\n${statusClass}\n${method}\n${route}\n${cards}`;
}

function readFindings(place: Place, findings: readonly RecordedFinding[], cardOf: (place: string) => string): VectorFinding[] {
  const kept = new Map<string, VectorFinding>();
  for (const finding of findings.slice(0, FINDINGS_MAX)) {
    if (!finding.blocks || finding.exception !== null) continue;
    const { rule, group, location, confidence, context, name: parameter, chain, sample } = finding;
    const card = cardOf(JSON.stringify([place.application, place.method, place.route, location, parameter, rule]));
    if ((kept.get(card)?.confidence ?? 0) >= confidence) continue;
    const shown = { chain: chain.join(' > '), sample };
    kept.set(card, { card, rule, group, location, parameter, confidence, context, ...shown });
  }
  return [...kept.values()];
}

/** Doubts refuse as attacks do once the application enforces, so they are watched like them. */
function readDoubts(place: Place, doubts: readonly Doubt[], cardOf: (place: string) => string): VectorFinding[] {
  return doubts.slice(0, FINDINGS_MAX).map(({ rule, group, location, parameter }) => {
    const card = cardOf(JSON.stringify([place.application, place.method, place.route, location, parameter, rule]));
    return { card, rule, group, location, parameter, confidence: DOUBT_CONFIDENCE, context: null, chain: '', sample: '' };
  });
}

const NOTHING: readonly VectorFinding[] = [];

export interface ReadParts {
  /** Keyed hash of a client address. */
  readonly clientOf: (address: string) => string;
  readonly routeOf: (application: string, path: string) => string;
  /** {@link cardOfPlace} of the keyed hash of the place. */
  readonly cardOf: (place: string) => string;
}

/** Requests that reached inspection whatever it found; a refused one counts only by its findings. */
const JUDGED: ReadonlySet<string> = new Set(['allowed', 'recorded', 'failed']);
const isPlaceOfWork = (path: unknown): boolean =>
  typeof path === 'string' && path.startsWith('/') && path !== SELF_TEST_PATH && !path.startsWith('/.holdfast/');

/** What a virtual patch refused says nothing of the rules that are tuned: they had only recorded it. */
function outcomeOf({ outcome, reason }: EventRecord): string {
  if (reason?.startsWith('patch.') === true) return 'recorded';
  return outcome === 'refused' ? 'blocked' : outcome;
}

/** Null for what tuning has nothing to learn from: other events, unknown hosts, refusals before inspection, probes. */
export function readRequest(event: EventRecord, { clientOf, routeOf, cardOf }: ReadParts): Seen | null {
  if (event.type !== requestCompleted.type || event.application === null) return null;
  // Written by the gateway by this schema a moment ago; parsing each again would cost more than all the rest.
  const payload = event.payload as unknown as RequestCompleted;
  const { path, method, address, status, findings, mode, steps } = payload;
  if (!isPlaceOfWork(path) || !Array.isArray(findings) || !Array.isArray(steps)) return null;
  const place = { application: event.application, method, route: routeOf(event.application, path) };
  const doubts = event.outcome === 'allowed' ? [] : doubtsOf(event.reason, steps);
  const counting =
    findings.length + doubts.length === 0
      ? NOTHING
      : [...readFindings(place, findings, cardOf), ...readDoubts(place, doubts, cardOf)];
  if (!JUDGED.has(event.outcome) && counting.length === 0) return null;
  return {
    ...place,
    time: event.time,
    hour: Math.floor(event.time / HOUR_MS) * HOUR_MS,
    client: clientOf(address),
    mode,
    outcome: outcomeOf(event),
    statusClass: Math.floor(status / 100),
    requestId: event.requestId,
    isClean: event.outcome === 'allowed' && findings.length === 0 && status >= 200 && status < 400,
    findings: counting,
  };
}
