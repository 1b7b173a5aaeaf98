import { randomBytes } from 'node:crypto';
import { sessionEvents, type EventRecord, type GatewaySession, type Page, type SessionEndReason } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { ADMIN_LIMITS, ELEVATION_MS, isTouchDue, overBecause, type SessionLimits } from './limits.ts';
import { isAt, SessionStore, type SessionTables, type StoredSession } from './session-store.ts';
import {
  hashSessionToken,
  isElevated,
  newSessionToken,
  type NewSession,
  type SessionListed,
  type SessionPage,
  type SessionPerson,
  type SessionPlace,
  type SessionRequest,
  type SessionView,
} from './session.ts';

type Actor = EventRecord['actor'];

/** Ended sessions stay in lists of what happened for a month. */
const KEPT_MS = 30 * 86_400_000;
const SWEEP_MAX = 500;
const USER_AGENT_MAX = 512;
const PAGE_MAX = 500;

export interface SessionsParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly keyring: Keyring;
  /** Null = there is no such person. */
  readonly findPerson: (id: string) => Promise<SessionPerson | null>;
  /** Null = there is no such application. */
  readonly limitsOf: (application: string) => Promise<SessionLimits | null>;
}

export interface EndedBy {
  readonly reason: SessionEndReason;
  /** Left out = the person did it. */
  readonly actor?: Actor | undefined;
}

export interface Elevation {
  readonly acr: 'aal1' | 'aal2';
  readonly amr: readonly string[];
}

/** Whoever has signed in, until they sign out, are signed out, or their time is over. */
export interface Sessions {
  /** After every factor was right. One too many ends the person's oldest at that place. */
  open(request: SessionRequest): Promise<NewSession>;
  /** The session of this hash if it holds at this place now. Notes that it is in use. */
  check(hash: string, place: SessionPlace): Promise<SessionView | null>;
  /** When it is over by the clock unless it is used before; null = it is over. Is no use of it. */
  aliveUntil(hash: string): Promise<number | null>;
  /** The same session under a new token; null = it ended meanwhile. */
  rotate(hash: string): Promise<NewSession | null>;
  /** After a step-up: sensitive actions are open for five minutes, under a new token (ASVS 5.0 7.2.4, 7.5.3). */
  elevate(hash: string, how: Elevation): Promise<NewSession | null>;
  isElevated(hash: string): Promise<boolean>;
  end(hash: string, reason: SessionEndReason, actor?: Actor): Promise<boolean>;
  /** By the id that lists show; `person` = only if it is theirs. */
  endOne(person: string | null, id: string, by?: EndedBy): Promise<boolean>;
  /** Whose session this is while it lives; null = it is over, or never was. */
  ownerOf(id: string): Promise<string | null>;
  endOthers(person: string, keptHash: string): Promise<number>;
  endAll(person: string, reason: SessionEndReason, actor?: Actor): Promise<number>;
  /** The same within a change of this domain. */
  endAllIn(tx: Transaction, person: string, by: EndedBy): Promise<number>;
  /** Oldest first. */
  list(person: string): Promise<readonly SessionListed[]>;
  /** By the id that lists show; null = it is over. */
  find(id: string): Promise<SessionListed | null>;
  /** Of everybody, newest first. */
  listAll(query: SessionPage): Promise<Page<SessionListed>>;
  /** What is remembered of these sessions is looked up anew: whether they count has changed, not whether they are there. */
  recheck(person: string): Promise<number>;
  /** Told of the hashes after the end is durable; `isOwn` = they were ended at this node. */
  onEnded(listener: (hashes: readonly string[], isOwn: boolean) => void): void;
  /** Another node ended these: it is told on here, and nothing is written. */
  heardEnded(hashes: readonly string[]): void;
  /** Ends what is over by the clock, and forgets what ended long ago. */
  sweep(): Promise<void>;
}

const ofPerson = (person: string): Actor => ({ kind: 'visitor', ref: person });
const SYSTEM: Actor = { kind: 'system', ref: 'sessions' };

export function createSessions(parts: SessionsParts): Sessions {
  return new StoredSessions(parts);
}

class StoredSessions implements Sessions {
  readonly #parts: SessionsParts;
  readonly #store: SessionStore;
  readonly #newId: () => string;
  readonly #listeners: ((hashes: readonly string[], isOwn: boolean) => void)[] = [];

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.#store = new SessionStore(parts.keyring);
    this.#newId = createUlid({ clock: parts.clock, random: (bytes) => randomBytes(bytes) });
  }

  async open(request: SessionRequest): Promise<NewSession> {
    const { db, bus } = this.#parts;
    // PRODUCT.md: no way in without a second factor for administrators, whichever step came here.
    if (request.kind === 'admin' && request.acr !== 'aal2') throw new Refusal('sign-in-required');
    const limits = await this.#limitsAt(request);
    const token = newSessionToken(randomBytes);
    const row = { hash: hashSessionToken(token), device: request.device, listed: this.#begin(request, limits) };
    return db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<SessionTables>();
      // Whoever was disabled between the last factor and now gets nothing.
      if ((await this.#store.lockPerson(tx, request.person)) !== 'active') throw new Refusal('sign-in-required');
      const held = (await this.#store.livePersons(tx, request.person)).filter((one) => isAt(one, placeOf(request)));
      const tooMany = held.slice(0, Math.max(0, held.length + 1 - limits.sessionsMax)).map(({ hash }) => hash);
      const displaced = await this.#endIn(transaction, tooMany, { reason: 'limit', actor: SYSTEM });
      await this.#store.insert(tx, row);
      await bus.publish(transaction, [this.#opened(row.listed)]);
      return { token, session: row.listed, displaced };
    });
  }

  async check(hash: string, place: SessionPlace): Promise<SessionView | null> {
    const { db, clock, findPerson } = this.#parts;
    const tables = db.kysely.withTables<SessionTables>();
    const stored = await this.#store.findLive(tables, hash);
    if (stored === null || !isAt(stored, place)) return null;
    const now = clock.now();
    const over = overBecause(stored.listed, now);
    if (over !== null) {
      // It is over whether or not that can be written now; the sweep tries again.
      await this.end(hash, over, SYSTEM).catch(() => undefined);
      return null;
    }
    const who = await findPerson(stored.listed.person);
    if (who === null || who.status !== 'active' || stored.listed.authTime < (who.stepUpAt ?? 0)) return null;
    if (isTouchDue(stored.listed, now)) await this.#store.touch(tables, hash, now);
    return { ...stored.listed, hash, who };
  }

  async aliveUntil(hash: string): Promise<number | null> {
    const { db, clock } = this.#parts;
    const stored = await this.#store.findLive(db.kysely.withTables<SessionTables>(), hash);
    if (stored === null || overBecause(stored.listed, clock.now()) !== null) return null;
    const { lastSeenAt, idleMs, expiresAt } = stored.listed;
    return Math.min(lastSeenAt + idleMs, expiresAt);
  }

  async rotate(hash: string): Promise<NewSession | null> {
    return this.#renew(hash, (session) => session);
  }

  async elevate(hash: string, { acr, amr }: Elevation): Promise<NewSession | null> {
    const now = this.#parts.clock.now();
    return this.#renew(hash, (session) => ({
      ...session,
      // What was proven before is still proven: a step-up never makes a session less sure.
      acr: session.acr === 'aal2' ? 'aal2' : acr,
      amr: [...new Set([...session.amr, ...amr])],
      authTime: now,
      elevatedUntil: now + ELEVATION_MS,
      lastSeenAt: now,
    }));
  }

  async isElevated(hash: string): Promise<boolean> {
    const { db, clock } = this.#parts;
    const stored = await this.#store.findLive(db.kysely.withTables<SessionTables>(), hash);
    const now = clock.now();
    return stored !== null && overBecause(stored.listed, now) === null && isElevated(stored.listed, now);
  }

  async end(hash: string, reason: SessionEndReason, actor?: Actor): Promise<boolean> {
    return (await this.#end([hash], { reason, actor })) === 1;
  }

  async endOne(person: string | null, id: string, by: EndedBy = { reason: 'revoked' }): Promise<boolean> {
    const stored = await this.#store.findLiveById(this.#parts.db.kysely.withTables<SessionTables>(), id);
    if (stored === null || (person !== null && stored.listed.person !== person)) return false;
    return (await this.#end([stored.hash], by)) === 1;
  }

  async ownerOf(id: string): Promise<string | null> {
    const stored = await this.#store.findLiveById(this.#parts.db.kysely.withTables<SessionTables>(), id);
    return stored?.listed.person ?? null;
  }

  async endOthers(person: string, keptHash: string): Promise<number> {
    const all = await this.#store.livePersons(this.#parts.db.kysely.withTables<SessionTables>(), person);
    const others = all.map(({ hash }) => hash).filter((hash) => hash !== keptHash);
    return this.#end(others, { reason: 'revoked' });
  }

  async endAll(person: string, reason: SessionEndReason, actor?: Actor): Promise<number> {
    return this.#parts.db.transaction(async (tx) => this.endAllIn(tx, person, { reason, actor }));
  }

  async endAllIn(transaction: Transaction, person: string, by: EndedBy): Promise<number> {
    const tx = transaction.kysely.withTables<SessionTables>();
    // A sign-in that is about to be opened waits for this change, and then sees it.
    await this.#store.lockPerson(tx, person);
    const all = await this.#store.livePersons(tx, person);
    return this.#endIn(
      transaction,
      all.map(({ hash }) => hash),
      by,
    );
  }

  async list(person: string): Promise<readonly SessionListed[]> {
    return this.#living(await this.#store.livePersons(this.#parts.db.kysely.withTables<SessionTables>(), person));
  }

  async find(id: string): Promise<SessionListed | null> {
    const stored = await this.#store.findLiveById(this.#parts.db.kysely.withTables<SessionTables>(), id);
    return stored === null ? null : (this.#living([stored])[0] ?? null);
  }

  async listAll(page: SessionPage): Promise<Page<SessionListed>> {
    const tables = this.#parts.db.kysely.withTables<SessionTables>();
    const limit = Math.min(page.limit, PAGE_MAX);
    const rows = await this.#store.livePage(tables, { ...page, limit });
    // By what was read, not by what still holds: a page of sessions that are just over is not the last one.
    const next = rows.length < limit ? null : (rows.at(-1)?.listed.id ?? null);
    return { items: this.#living(rows), next };
  }

  async recheck(person: string): Promise<number> {
    const all = await this.#store.livePersons(this.#parts.db.kysely.withTables<SessionTables>(), person);
    this.#tell(all.map(({ hash }) => hash));
    return all.length;
  }

  onEnded(listener: (hashes: readonly string[], isOwn: boolean) => void): void {
    this.#listeners.push(listener);
  }

  heardEnded(hashes: readonly string[]): void {
    for (const listener of this.#listeners) listener(hashes, false);
  }

  async sweep(): Promise<void> {
    const { db, clock } = this.#parts;
    const now = clock.now();
    const over = await this.#store.readOver(db.kysely.withTables<SessionTables>(), now, SWEEP_MAX);
    for (const reason of ['absolute', 'idle'] as const) {
      const hashes = over.filter(({ listed }) => overBecause(listed, now) === reason).map(({ hash }) => hash);
      await this.#end(hashes, { reason, actor: SYSTEM });
    }
    await this.#store.removeEnded(db.kysely.withTables<SessionTables>(), now - KEPT_MS);
  }

  async #limitsAt({ kind, application }: SessionRequest): Promise<SessionLimits> {
    if (kind === 'admin') return ADMIN_LIMITS;
    const limits = application === null ? null : await this.#parts.limitsOf(application);
    if (limits === null) throw new Refusal('not-found');
    return limits;
  }

  #begin(request: SessionRequest, { idleMs, absoluteMs }: SessionLimits): SessionListed {
    const { person, kind, application, acr, amr, address, userAgent } = request;
    const now = this.#parts.clock.now();
    return {
      id: this.#newId(),
      person,
      kind,
      application: kind === 'admin' ? null : application,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + absoluteMs,
      idleMs,
      acr,
      amr,
      authTime: now,
      elevatedUntil: null,
      address,
      userAgent: userAgent.slice(0, USER_AGENT_MAX),
    };
  }

  async #renew(hash: string, change: (session: SessionListed) => SessionListed): Promise<NewSession | null> {
    const { db, bus, clock } = this.#parts;
    const token = newSessionToken(randomBytes);
    return db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<SessionTables>();
      const stored = await this.#store.findLive(tx, hash);
      if (stored === null || overBecause(stored.listed, clock.now()) !== null) return null;
      const session = change(stored.listed);
      if (!(await this.#store.renew(tx, hash, { hash: hashSessionToken(token), listed: session }))) return null;
      const { id, person, acr, amr, elevatedUntil } = session;
      const payload = { session: id, person, acr, amr: [...amr], elevatedUntil };
      await bus.publish(transaction, [
        bus.newEvent(sessionEvents.renewed, { actor: ofPerson(person), application: session.application, target: id, payload }),
      ]);
      transaction.afterCommit(() => this.#tell([hash]));
      return { token, session, displaced: 0 };
    });
  }

  async #end(hashes: readonly string[], by: EndedBy): Promise<number> {
    if (hashes.length === 0) return 0;
    return this.#parts.db.transaction(async (transaction) => this.#endIn(transaction, hashes, by));
  }

  async #endIn(transaction: Transaction, hashes: readonly string[], { reason, actor }: EndedBy): Promise<number> {
    const { bus, clock } = this.#parts;
    const tx = transaction.kysely.withTables<SessionTables>();
    const ended = await this.#store.end(tx, hashes, { now: clock.now(), reason });
    const events = ended.map(({ listed: { id, person, kind, application } }) => {
      const payload = { session: id, person, kind, cause: reason };
      return bus.newEvent(sessionEvents.ended, { actor: actor ?? ofPerson(person), application, target: id, payload });
    });
    if (events.length > 0) await bus.publish(transaction, events);
    if (ended.length > 0) transaction.afterCommit(() => this.#tell(ended.map(({ hash }) => hash)));
    return ended.length;
  }

  #opened({ id, person, kind, acr, amr, expiresAt, address, userAgent, application }: SessionListed): EventRecord {
    const payload = {
      session: id,
      person,
      kind,
      acr,
      amr: [...amr],
      expiresAt,
      address: address ?? '',
      userAgent: userAgent ?? '',
    };
    const fields = { actor: ofPerson(person), application, target: id, subject: `person:${person}`, payload };
    return this.#parts.bus.newEvent(sessionEvents.opened, fields);
  }

  /** What is over by the clock is no session, whether or not the sweep has been there. */
  #living(stored: readonly StoredSession[]): SessionListed[] {
    const now = this.#parts.clock.now();
    return stored.map(({ listed }) => listed).filter((listed) => overBecause(listed, now) === null);
  }

  #tell(hashes: readonly string[]): void {
    for (const listener of this.#listeners) listener(hashes, true);
  }
}

function placeOf({ kind, application }: SessionRequest): SessionPlace {
  return kind === 'admin' || application === null ? { kind: 'admin' } : { kind, application };
}

/** As the seam holds them. A group with a longer name was made by nobody here, and to be in fewer groups is the safe side. */
const GROUPS_MAX = 64;
const GROUP_CHARS_MAX = 64;

/** What a gateway is told of a session. */
export function toGatewaySession({ hash, id, who, acr, amr, authTime, expiresAt, idleMs }: SessionView): GatewaySession {
  const { display, name, email, role, groups } = who;
  return {
    hash,
    id,
    person: who.id,
    name: display === '' ? name : display,
    email,
    role,
    groups: groups.filter((group) => group.length <= GROUP_CHARS_MAX).slice(0, GROUPS_MAX),
    acr,
    amr: [...amr],
    authTime,
    expiresAt,
    idleMs,
  };
}
