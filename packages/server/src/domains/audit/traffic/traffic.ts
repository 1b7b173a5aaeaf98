import {
  identityEvents,
  requestCompleted,
  type EventRecord,
  type SignIns,
  type TrafficCounts,
  type TrafficQuery,
  type TrafficSeries,
  type TrafficTick,
  type TrafficTop,
  type TrafficTopQuery,
} from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { addedUs, boundOf, Interval, isOutcome, noCounts, SHORTEST_MS, type Entry } from './counting.ts';
import { readSeries, readSignIns, readTop } from './series.ts';
import { prune, writeInterval, writeRoutes } from './store.ts';

const TICK_MS = 1000;
const PRUNE_EVERY_MS = 600_000;
/** An hour of intervals waits for a database that is away; what is older is lost. */
const WAITING_MAX = 360;
const ROUTES_KNOWN_MAX = 10_000;

const SIGN_INS: ReadonlyMap<string, string> = new Map([
  [identityEvents.signedIn.type, 'succeeded'],
  [identityEvents.signInRefused.type, 'refused'],
  [identityEvents.lockedOut.type, 'lockedOut'],
]);

/** Name, label values, amount: as gateways send what they counted. */
type Sample = readonly [name: string, labels: readonly string[], amount: number];

export interface RouteNames {
  /** The route of a path: what names one thing of many is folded. */
  fold(path: string): string;
  /** Keyed hash. */
  pseudonym(text: string): string;
  seal(text: string): string;
  open(sealed: string): string | null;
}

export interface TrafficParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Origin of this node's log. */
  readonly origin: string;
  readonly routes: RouteNames;
}

/** Counts requests for the console: counters are exact, also under a load that drops events. */
export interface Traffic extends AsyncDisposable {
  takeCounters(samples: readonly Sample[]): void;
  takeEvents(events: readonly EventRecord[]): void;
  /** Of what the ledger recorded, sign-ins are counted. */
  takeRecord(event: Pick<EventRecord, 'type' | 'application'>): void;
  series(query: TrafficQuery): Promise<TrafficSeries>;
  top(query: TrafficTopQuery): Promise<TrafficTop>;
  signIns(query: TrafficQuery): Promise<SignIns>;
  /** Told each second what it brought; the answer ends that. */
  onTick(listener: (tick: TrafficTick) => void): () => void;
  start(): void;
  /** Writes what is counted and sums it up. */
  flush(): Promise<void>;
}

export function createTraffic(parts: TrafficParts): Traffic {
  return new CountedTraffic(parts);
}

class CountedTraffic implements Traffic {
  readonly #parts: TrafficParts;
  #interval: Interval;
  #waiting: Interval[] = [];
  #second = noCounts();
  #timer: NodeJS.Timeout | null = null;
  /** Reading and writing take turns: an interval is either in memory or in the database, and never in both. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<(tick: TrafficTick) => void>();
  readonly #routes = new Map<string, string>();
  /** Names of routes that are not stored yet. */
  #newRoutes = new Map<string, string>();
  #prunedAt = 0;

  constructor(parts: TrafficParts) {
    this.#parts = parts;
    this.#interval = new Interval(this.#start());
  }

  takeCounters(samples: readonly Sample[]): void {
    const interval = this.#current();
    for (const [name, labels, count] of samples) {
      const [application = '', second = '', third = ''] = labels;
      if (name === 'holdfast_requests_total') {
        interval.add({ kind: 'outcome', application, key: second, count });
        interval.add({ kind: 'status', application, key: third, count });
        if (isOutcome(second)) this.#second[second] += count;
      } else if (name === 'holdfast_rule_hits_total') {
        interval.add({ kind: 'rule', application, key: second, count });
        interval.add({ kind: 'group', application, key: second.split('.', 1)[0] ?? '', count });
      }
    }
  }

  takeEvents(events: readonly EventRecord[]): void {
    const interval = this.#current();
    for (const event of events) {
      if (event.type !== requestCompleted.type) continue;
      const application = event.application ?? '';
      const added = addedUs(event);
      if (added !== null) interval.add({ kind: 'latency', application, key: String(boundOf(added)), count: 1 });
      const { findings, method, path } = event.payload;
      if (!Array.isArray(findings) || findings.length === 0 || typeof path !== 'string' || typeof method !== 'string') continue;
      const key = this.#routeKey(`${method} ${this.#parts.routes.fold(path)}`);
      if (key !== null) interval.add({ kind: 'route', application, key, count: 1 });
    }
  }

  takeRecord({ type, application }: Pick<EventRecord, 'type' | 'application'>): void {
    const key = SIGN_INS.get(type);
    if (key !== undefined) this.#current().add({ kind: 'sign-in', application: application ?? '', key, count: 1 });
  }

  async signIns(query: TrafficQuery): Promise<SignIns> {
    return this.#inTurn(async () => readSignIns(this.#reading(), query));
  }

  async series(query: TrafficQuery): Promise<TrafficSeries> {
    return this.#inTurn(async () => readSeries(this.#reading(), query));
  }

  async top(query: TrafficTopQuery): Promise<TrafficTop> {
    return this.#inTurn(async () => {
      if (query.by === 'route') await this.#storeRoutes();
      return readTop(this.#reading(), query);
    });
  }

  onTick(listener: (tick: TrafficTick) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  async flush(): Promise<void> {
    this.#cut();
    await this.#inTurn(async () => this.#write());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.flush();
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #reading() {
    const { db, clock, routes } = this.#parts;
    const unwritten = (): readonly Interval[] => [...this.#waiting, this.#interval];
    return { db, now: () => clock.now(), unwritten, openRoute: (sealed: string) => routes.open(sealed) };
  }

  #start = (): number => Math.floor(this.#parts.clock.now() / SHORTEST_MS) * SHORTEST_MS;

  #current(): Interval {
    if (this.#interval.at !== this.#start()) this.#cut();
    return this.#interval;
  }

  #cut(): void {
    if (this.#interval.entries.size > 0) this.#waiting.push(this.#interval);
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift();
    this.#interval = new Interval(this.#start());
  }

  #tick(): void {
    const counts: TrafficCounts = this.#second;
    this.#second = noCounts();
    const time = this.#parts.clock.now();
    for (const listener of this.#listeners) listener({ time, counts });
    this.#current();
    if (this.#waiting.length > 0 || time - this.#prunedAt >= PRUNE_EVERY_MS) void this.#inTurn(async () => this.#write());
  }

  /** Never rejects: what could not be written waits for the next time. */
  async #write(): Promise<void> {
    const { db, clock, log, origin } = this.#parts;
    try {
      await this.#storeRoutes();
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        const interval = next;
        await db.transaction(async (tx) => writeInterval(tx, origin, interval));
        // By itself, not the first: a full queue may have dropped its first meanwhile.
        this.#waiting = this.#waiting.filter((other) => other !== interval);
      }
      const now = clock.now();
      if (now - this.#prunedAt < PRUNE_EVERY_MS) return;
      this.#prunedAt = now;
      await prune(db, now);
    } catch (error) {
      log.warn({ err: error, waiting: this.#waiting.length }, 'counted traffic waits for the database');
    }
  }

  async #storeRoutes(): Promise<void> {
    const { db, clock } = this.#parts;
    const due = this.#newRoutes;
    this.#newRoutes = new Map();
    try {
      await writeRoutes(db, due, clock.now());
    } catch (error) {
      this.#newRoutes = new Map([...due, ...this.#newRoutes].slice(0, ROUTES_KNOWN_MAX));
      throw error;
    }
  }

  /** Null when too many are known already. */
  #routeKey(route: Entry['key']): string | null {
    const known = this.#routes.get(route);
    if (known !== undefined) return known;
    // Begun anew now and then, which also tells the store that a route is still seen.
    if (this.#routes.size >= ROUTES_KNOWN_MAX) this.#routes.clear();
    const { routes } = this.#parts;
    const id = routes.pseudonym(route).slice(0, 32);
    this.#routes.set(route, id);
    if (this.#newRoutes.size >= ROUTES_KNOWN_MAX) return null;
    this.#newRoutes.set(id, routes.seal(route));
    return id;
  }
}
