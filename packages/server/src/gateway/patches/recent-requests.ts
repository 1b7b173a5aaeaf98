import { setImmediate as pause } from 'node:timers/promises';
import { REHEARSED_ADDRESSES_MAX, type Application, type GatewayPatch, type Rehearsed } from '@holdfast/contract';
import { compilePatches, isAboutBody, matchPatch, type CanonicalRequest, type Field } from '@holdfast/inspect';
import type { Clock } from '../../platform/clock.ts';
import type { Exchange } from '../exchange.ts';

/** Nobody is tested against yesterday, and nothing of a visitor is held longer. */
const HELD_MS = 3_600_000;
const PER_SECOND_MAX = 20;
const APPLICATIONS_MAX = 50;
const ROUTES_MAX = 200;
const PER_ROUTE_MAX = 50;
/** Characters held for one application, over all its routes. */
const CHARS_MAX = 1_048_576;
const FIELDS_MAX = 64;
const VALUE_CHARS_MAX = 1024;
const NAME_CHARS_MAX = 128;
/** From this doubt on a request may be an attack, and an attack touches nobody honest. */
const SCORE_MAX = 0.3;
/** Fields whose values are nobody's business, not even for an hour in memory. */
const SECRET_NAME = /pass|pwd|secret|token|authori[sz]|card|cvv|cvc|iban|ssn|\botp\b|\bpin\b|session|csrf|api[_-]?key/iu;
const HELD_LOCATIONS: ReadonlySet<string> = new Set(['query', 'form', 'json', 'multipart', 'file-name', 'xml', 'text', 'path']);
/** Rules are tried on so many at once; requests pass in between. */
const JUDGED_AT_ONCE = 20;

interface Held {
  readonly at: number;
  readonly address: string;
  readonly request: CanonicalRequest;
  /** Fields that were there and whose values are not held. */
  readonly left: readonly Field[];
  readonly isStreamed: boolean;
  readonly chars: number;
}

interface Memory {
  /** The route that was asked for least recently comes first. */
  readonly routes: Map<string, Held[]>;
  chars: number;
  second: number;
  noted: number;
}

/** Some honest requests of the last hour, in this process only: what a rule would have done to them is told, they are not. */
export interface RecentRequests {
  /** Looks at a request that has ended. */
  note(exchange: Exchange): void;
  rehearse(rule: GatewayPatch): Promise<Rehearsed>;
  /** Forgets applications that are gone or do not learn. */
  follow(applications: readonly Application[]): void;
}

/** An honest request that the application answered; one that only a patch recorded is one as well, because that is what is asked about. */
function isHonest({ record, canonical, upgrade, forwardAuth }: Exchange): boolean {
  const isRecorded = record.outcome === 'recorded' && /^(?:patch|schema)\./u.test(record.reason ?? '');
  return (
    (record.outcome === 'allowed' || isRecorded) &&
    record.score <= SCORE_MAX &&
    record.problem === null &&
    record.status >= 200 &&
    record.status < 400 &&
    canonical !== null &&
    upgrade === undefined &&
    forwardAuth === null
  );
}

/** One number stands for all: `/orders/4711` and `/orders/4712` share their room. */
const roomOf = (method: string, path: string): string =>
  `${method} ${path
    .split('/', 16)
    .map((segment) => (/\d|%/u.test(segment) || segment.length > 40 ? '{}' : segment))
    .join('/')}`;

/** A copy: a piece cut out of a large body would keep all of that body in memory. */
const copy = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

function hold({ canonical, clientAddress, startedAtMs, body }: Exchange): Held | null {
  if (canonical === null) return null;
  const fields: Field[] = [];
  const left: Field[] = [];
  let chars = canonical.path.length;
  for (const field of canonical.fields.slice(0, FIELDS_MAX * 4)) {
    if (!HELD_LOCATIONS.has(field.location)) continue;
    const name = copy(field.name.slice(0, NAME_CHARS_MAX));
    const isHeld =
      fields.length < FIELDS_MAX &&
      field.isFile !== true &&
      field.value.length <= VALUE_CHARS_MAX &&
      field.name.length <= NAME_CHARS_MAX &&
      !SECRET_NAME.test(field.name);
    chars += name.length + (isHeld ? field.value.length : 0);
    if (isHeld) fields.push({ location: field.location, name, value: copy(field.value) });
    else if (left.length < FIELDS_MAX) left.push({ ...field, name, value: '' });
  }
  const request = { method: canonical.method, path: copy(canonical.path), fields };
  return {
    at: startedAtMs,
    address: clientAddress,
    request,
    left,
    isStreamed: body.kind !== 'none' && body.kind !== 'buffered',
    chars,
  };
}

export function createRecentRequests({ clock }: { readonly clock: Clock }): RecentRequests {
  const memories = new Map<string, Memory>();

  const memoryOf = (application: string): Memory | null => {
    const known = memories.get(application);
    if (known !== undefined) return known;
    if (memories.size >= APPLICATIONS_MAX) return null;
    const made = { routes: new Map<string, Held[]>(), chars: 0, second: 0, noted: 0 };
    memories.set(application, made);
    return made;
  };
  const isDue = (memory: Memory): boolean => {
    const second = Math.trunc(clock.monotonicMs() / 1000);
    if (memory.second !== second) {
      memory.second = second;
      memory.noted = 0;
    }
    memory.noted += 1;
    return memory.noted <= PER_SECOND_MAX;
  };
  return {
    note(exchange) {
      const { application } = exchange;
      if (application?.learning !== 'on' || !isHonest(exchange)) return;
      const memory = memoryOf(application.id);
      const held = memory === null || !isDue(memory) ? null : hold(exchange);
      if (memory !== null && held !== null) keep(memory, held);
    },
    async rehearse(rule) {
      const memory = memories.get(rule.application);
      const table = compilePatches([rule]);
      const result = { requests: 0, unjudged: 0, touched: 0 };
      const addresses = new Set<string>();
      const since = clock.now() - HELD_MS;
      let count = 0;
      for (const held of [...(memory?.routes.values() ?? [])].flat()) {
        const { method, path } = held.request;
        if (held.at < since || table.find(method, path).length === 0) continue;
        const verdict = judge(rule, held);
        result.requests += 1;
        if (verdict === 'unjudged') result.unjudged += 1;
        if (verdict === 'touched') {
          result.touched += 1;
          if (addresses.size < REHEARSED_ADDRESSES_MAX) addresses.add(held.address);
        }
        count += 1;
        if (count % JUDGED_AT_ONCE === 0) await pause();
      }
      return { ...result, addresses: [...addresses] };
    },
    follow(applications) {
      const learning = new Set(applications.filter((each) => each.learning === 'on').map(({ id }) => id));
      for (const id of memories.keys()) if (!learning.has(id)) memories.delete(id);
    },
  };
}

const isSaid = ({ location }: Field): boolean => location !== 'header' && location !== 'cookie';

function judge(rule: GatewayPatch, { request, left, isStreamed }: Held): 'touched' | 'untouched' | 'unjudged' {
  if (rule.match.kind === 'deny') return 'touched';
  if (rule.location === 'header' || rule.location === 'cookie' || (isStreamed && isAboutBody(rule))) return 'unjudged';
  const hits = (match: GatewayPatch['match'], fields: readonly Field[]): boolean => {
    const [patch] = compilePatches([{ ...rule, match }]).find(request.method, request.path);
    return (
      patch !== undefined &&
      matchPatch(patch, { request: { ...request, fields }, headers: [], inspected: null, isPart: false }) !== null
    );
  };
  if (hits(rule.match, request.fields)) return 'touched';
  // What was left out of memory could have held it: of a rule about anywhere, whatever was left out.
  const couldBeLeft = rule.location === null ? left.some(isSaid) : hits({ kind: 'absent' }, left);
  if (rule.location === 'path' || !couldBeLeft) return 'untouched';
  return rule.match.kind === 'absent' ? 'touched' : 'unjudged';
}

function keep(memory: Memory, held: Held): void {
  const room = roomOf(held.request.method, held.request.path);
  const requests = memory.routes.get(room) ?? [];
  requests.push(held);
  memory.chars += held.chars;
  // Put last again: it was asked for just now.
  memory.routes.delete(room);
  memory.routes.set(room, requests);
  while (requests.length > PER_ROUTE_MAX || (requests[0]?.at ?? held.at) < held.at - HELD_MS) drop(memory, requests);
  while (memory.routes.size > ROUTES_MAX || memory.chars > CHARS_MAX) {
    const [oldest] = memory.routes;
    if (oldest === undefined) return;
    for (const { chars } of oldest[1]) memory.chars -= chars;
    memory.routes.delete(oldest[0]);
  }
}

function drop(memory: Memory, requests: Held[]): void {
  memory.chars -= requests.shift()?.chars ?? 0;
}
