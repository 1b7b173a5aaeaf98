import { requestCompleted, type EventRecord, type Impact, type RequestCompleted } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import { clientOf, meantTest, sparedTest } from './client-test.ts';
import { FULL, Interned } from './interned.ts';
import { Minute, type Asked } from './minute.ts';
import { placeTest, placeText, SOCKET_METHOD } from './places.ts';
import type { RecentTraffic, Touched } from './recent-traffic.ts';

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** With the rows of an hour about 35 MB at the very most. */
const CLIENTS_MAX = 65_536;
const SESSIONS_MAX = 65_536;
const ACCOUNTS_MAX = 32_768;
const PLACES_MAX = 8192;
/** What was refused reached nobody, so that refusing it touches nobody. */
const SERVED: ReadonlySet<EventRecord['outcome']> = new Set(['allowed', 'recorded', 'failed']);

/**
 * A ring of minutes. A request costs four look-ups and one row; what an action would touch is counted when somebody asks. It begins
 * anew with the process, and says so until an hour is full.
 */
export function createRecentTraffic({ clock }: { readonly clock: Clock }): RecentTraffic {
  const held = new HeldTraffic(clock.now());
  return {
    observe(events) {
      for (const event of events) {
        // Most are other events, or refused.
        if (event.type === requestCompleted.type && SERVED.has(event.outcome)) held.add(event);
      }
    },
    impactOf: (touched, { except = [] } = {}) => held.impactOf(touched, except, clock.now()),
  };
}

class HeldTraffic {
  readonly #clients = new Interned(CLIENTS_MAX);
  readonly #sessions = new Interned(SESSIONS_MAX);
  readonly #accounts = new Interned(ACCOUNTS_MAX);
  readonly #places = new Interned(PLACES_MAX);
  readonly #minutes: (Minute | undefined)[] = Array.from({ length: MINUTES });
  readonly #asked: Asked = { client: 0, session: 0, account: 0, place: 0 };
  readonly #begun: number;
  #latest = 0;

  constructor(now: number) {
    this.#begun = now;
  }

  add(event: EventRecord): void {
    // Written by the gateway and checked by its schema when it came.
    const payload = event.payload as unknown as RequestCompleted;
    const at = Math.floor(event.time / MINUTE_MS);
    const minute = this.#minuteOf(at);
    if (minute === null) return;
    const asked = this.#asked;
    const { application } = event;
    asked.client = this.#clients.intern(clientOf(payload.address), at);
    asked.session = this.#sessions.intern(payload.session, at);
    asked.account = this.#accounts.intern(payload.account, at);
    const method = payload.protocol === 'websocket' ? SOCKET_METHOD : payload.method;
    asked.place = this.#places.intern(placeText(application ?? '', method, payload.route ?? payload.path), at);
    if (asked.client === FULL || asked.session === FULL || asked.account === FULL || asked.place === FULL) minute.dropped += 1;
    else minute.add(asked);
  }

  /** Null = older than what is held. */
  #minuteOf(at: number): Minute | null {
    if (at <= this.#latest - MINUTES) return null;
    const held = this.#minutes[at % MINUTES];
    if (held?.at === at) return held;
    if (at > this.#latest) {
      this.#latest = at;
      // What an hour has not seen makes room; its rows are gone by now too.
      for (const interned of [this.#clients, this.#sessions, this.#accounts, this.#places]) interned.forgetBefore(at - MINUTES);
    }
    const made = new Minute(at);
    this.#minutes[at % MINUTES] = made;
    return made;
  }

  impactOf(touched: Touched, except: readonly string[], now: number): Impact {
    const minutes = this.#lastHour(now);
    const isTouched = this.#rowTest(touched, except);
    const clients = new Uint8Array(this.#clients.end);
    const sessions = new Uint8Array(this.#sessions.end);
    let requests = 0;
    for (const minute of minutes) {
      minute.each((asked, count) => {
        // 1 = came at all, 3 = would be touched.
        clients[asked.client]! |= 1;
        if (!isTouched(asked)) return;
        requests += count;
        clients[asked.client] = 3;
        sessions[asked.session] = 1;
      });
    }
    const all = countOf(clients, 1);
    const hit = countOf(clients, 3);
    const share = all === 0 ? null : hit / all;
    const dropped = minutes.reduce((sum, minute) => sum + minute.dropped, 0);
    return { requests, sessions: countOf(sessions, 1), clients: hit, share, unknown: this.#unknown(dropped, now) };
  }

  #lastHour(now: number): Minute[] {
    const latest = Math.floor(now / MINUTE_MS);
    return this.#minutes.filter((minute) => minute !== undefined && minute.at > latest - MINUTES) as Minute[];
  }

  #rowTest(touched: Touched, except: readonly string[]): (asked: Asked) => boolean {
    const isPlace = marks(this.#places, placeTest(touched));
    const isSpared = sparedTest(except);
    const isMeant = touched.kind === 'prefix' ? meantTest([touched.prefix]) : () => true;
    const isClient = marks(this.#clients, (address) => isMeant(address) && !isSpared(address));
    const spared = new Set(except);
    const isSession = marks(
      this.#sessions,
      (session) => !spared.has(session) && (touched.kind !== 'session' || touched.session === session),
    );
    // Nobody's session is none that is spared, and none that is meant.
    isSession[0] = touched.kind === 'session' ? 0 : 1;
    const account = touched.kind === 'person' ? this.#accounts.find(touched.person) : null;
    return (asked) =>
      isPlace[asked.place] === 1 &&
      isClient[asked.client] === 1 &&
      isSession[asked.session] === 1 &&
      (account === null || account === asked.account);
  }

  #unknown(dropped: number, now: number): string | null {
    const told: string[] = [];
    if (dropped > 0) told.push(`${dropped} requests are not counted: there were more visitors and routes than are held`);
    const minutes = Math.floor((now - this.#begun) / MINUTE_MS);
    if (minutes < MINUTES) told.push(`only the last ${minutes} minutes are known: it counts since its start`);
    return told.length === 0 ? null : told.join('; ');
  }
}

function countOf(held: Uint8Array, mark: number): number {
  let count = 0;
  // Number 0 stands for nobody.
  for (let id = 1; id < held.length; id += 1) if ((held[id]! & mark) === mark) count += 1;
  return count;
}

function marks(interned: Interned, test: (text: string) => boolean): Uint8Array {
  const marked = new Uint8Array(interned.end);
  for (let id = 1; id < marked.length; id += 1) marked[id] = test(interned.textOf(id)) ? 1 : 0;
  return marked;
}
