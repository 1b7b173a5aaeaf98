import { leaseEvents, PAGE_ITEMS_MAX, type Lease, type Page } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Gate } from '../access/gate.ts';
import { about } from '../ref.ts';
import { troubleOf, waitMs } from '../rotation/trouble.ts';
import type { SecretCaller } from '../secrets.ts';
import {
  activateLease,
  changeEnding,
  claimEnding,
  countLeases,
  extendLease,
  findLease,
  insertLease,
  readDueLeases,
  readLeases,
  releaseLeaseClaims,
  toLease,
} from './lease-store.ts';
import type { LeaseListQuery, Leases } from './leases.ts';
import type { LeaseRow, LeaseTables } from './tables.ts';

/** Longer than taking one away can last: after it another node may try. */
const CLAIM_MS = 60_000;
/** Making a user takes a second; whoever began and did not say that it is done was killed. */
const STARTING_MS = 60_000;
const LEASES_MAX = 5000;
/** Taken away at the same time: a server that hangs must not hold up the others. */
const AT_ONCE_MAX = 32;
/** A database that is back is noticed within this. */
const RETRY_MS_MAX = 30_000;
const TRIES_TOLD = 3;
const BY_LEASES = { kind: 'system', ref: 'leases' } as const;

/** What the kind of lease does at its target. Done already is done. */
export interface LeaseTarget {
  end(row: LeaseRow): Promise<void>;
  extend(row: LeaseRow, expiresAt: number): Promise<void>;
}

export interface LeasesParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly node: string;
  readonly gate: Gate;
  readonly target: LeaseTarget;
  readonly track: <Result>(work: Promise<Result>) => Promise<Result>;
}

export type NewLease = Pick<LeaseRow, 'id' | 'kind' | 'role' | 'subject' | 'source' | 'expires_at' | 'expires_at_most'>;

export const nameOf = ({ principal: { actor } }: SecretCaller): string => `${actor.kind}:${actor.ref}`;

export class StoredLeases implements Leases {
  readonly #parts: LeasesParts;
  readonly #holder: string;
  #ending = 0;

  constructor(parts: LeasesParts) {
    this.#parts = parts;
    this.#holder = `${parts.node}:${randomBytes(8).toString('hex')}`;
  }

  async lookup(id: string, caller: SecretCaller): Promise<Lease | null> {
    const row = await findLease(this.#db(), id);
    return row !== null && (await this.#mayKnow(row, caller)) ? toLease(row) : null;
  }

  async list(query: LeaseListQuery, caller: SecretCaller): Promise<Page<Lease>> {
    const most = Math.min(query.limit, PAGE_ITEMS_MAX);
    const rows = await readLeases(this.#db(), { ...query, limit: most + 1 });
    const page = rows.slice(0, most);
    const items: Lease[] = [];
    for (const row of page) if (await this.#mayKnow(row, caller)) items.push(toLease(row));
    return { items, next: rows.length > most ? (page.at(-1)?.id ?? null) : null };
  }

  async renew(id: string, seconds: number | null, caller: SecretCaller): Promise<Lease> {
    const { db, bus, clock, gate, target } = this.#parts;
    const row = await this.#known(id, caller);
    // Whoever may not have it any more does not get it for longer.
    await gate.assertMay(row.source.ref, 'secret:reveal', caller);
    await this.#assertOwn(row, caller);
    const now = clock.now();
    if (row.state !== 'active' || row.expires_at <= now) throw new Refusal('conflict', { detail: 'The lease is over.' });
    const expiresAt = Math.min(now + (seconds ?? row.source.ttlSeconds) * 1000, row.expires_at_most);
    await target.extend(row, Math.max(expiresAt, row.expires_at));
    return db.transaction(async (tx) => {
      const renewed = await extendLease(tx.kysely.withTables<LeaseTables>(), id, expiresAt);
      if (renewed === null) throw new Refusal('conflict', { detail: 'The lease is over.' });
      const payload = { lease: id, subject: row.subject, expiresAt };
      const { actor } = caller.principal;
      await bus.publish(tx, [bus.newEvent(leaseEvents.renewed, { actor, ...about(row.source.ref), payload })]);
      return toLease(renewed);
    });
  }

  async revoke(id: string, caller: SecretCaller): Promise<Lease> {
    const row = await this.#known(id, caller);
    await this.#assertOwn(row, caller);
    if (row.state !== 'ended') await this.#parts.track(this.end(id, 'revoked', caller.principal.actor));
    const after = await findLease(this.#db(), id);
    if (after === null) throw new Refusal('not-found');
    return toLease(after);
  }

  async revokePrefix(prefix: string, caller: SecretCaller): Promise<number> {
    let revoked = 0;
    let cursor: string | undefined;
    do {
      const rows = await readLeases(this.#db(), { prefix, cursor, limit: PAGE_ITEMS_MAX });
      for (const row of rows) await this.#assertOwn(row, caller);
      await Promise.all(rows.map(async ({ id }) => this.#parts.track(this.end(id, 'revoked', caller.principal.actor))));
      revoked += rows.length;
      cursor = rows.length < PAGE_ITEMS_MAX ? undefined : rows.at(-1)?.id;
    } while (cursor !== undefined);
    return revoked;
  }

  /** Written down before anything is made for it: whatever happens then, it ends. */
  async begin(lease: NewLease, caller: SecretCaller): Promise<void> {
    const { clock } = this.#parts;
    if ((await countLeases(this.#db())) >= LEASES_MAX)
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${LEASES_MAX} leases; revoke some` }] });
    const now = clock.now();
    const claimed = { claim: this.#holder, claimed_until: now + STARTING_MS, due_at: now + STARTING_MS };
    const open = { ending: null, ended_at: null, trouble: null, attempts: 0 };
    const about = { issued_to: nameOf(caller), purpose: caller.purpose, issued_at: now };
    await insertLease(this.#db(), { ...lease, ...open, ...about, ...claimed, state: 'starting' });
  }

  /** It was made: recorded, and only then given to anybody. */
  async activate(id: string, caller: SecretCaller): Promise<Lease> {
    const { db, bus } = this.#parts;
    return db.transaction(async (tx) => {
      const row = await activateLease(tx.kysely.withTables<LeaseTables>(), id);
      if (row === null) throw new Refusal('conflict', { detail: 'The lease is over.' });
      const { role, subject, purpose, expires_at: expiresAt, source } = row;
      const payload = { lease: id, role, subject, purpose, expiresAt };
      const { actor } = caller.principal;
      await bus.publish(tx, [bus.newEvent(leaseEvents.issued, { actor, ...about(source.ref), payload })]);
      return toLease(row);
    });
  }

  /** It was not made, or not recorded: whatever there is of it ends now, in the hands that began it. */
  async release(id: string): Promise<void> {
    const { db, clock } = this.#parts;
    await db.query(
      `update secret_lease set claim = null, claimed_until = null, due_at = $2 where id = $1 and state = 'starting'`,
      [id, clock.now()],
    );
    await this.end(id, 'failed');
  }

  /** Over from now on. Never throws for the target: what could not be taken away is tried again. */
  async end(
    id: string,
    ending: NonNullable<Lease['ending']>,
    actor: SecretCaller['principal']['actor'] = BY_LEASES,
  ): Promise<void> {
    const { clock } = this.#parts;
    const now = clock.now();
    const row = await claimEnding(this.#db(), id, { holder: this.#holder, now, until: now + CLAIM_MS, ending });
    if (row !== null) await this.#takeAway(row, actor);
  }

  /** Does not wait for what it began. */
  async tick(): Promise<void> {
    const free = AT_ONCE_MAX - this.#ending;
    if (free <= 0) return;
    for (const { id, state } of await readDueLeases(this.#db(), this.#parts.clock.now(), free)) {
      this.#ending += 1;
      const ending = this.end(id, state === 'starting' ? 'failed' : 'expired')
        .catch((error: unknown) => this.#parts.log.warn({ err: error, lease: id }, 'a lease could not be ended; tried again'))
        .finally(() => {
          this.#ending -= 1;
        });
      void this.#parts.track(ending);
    }
  }

  /** What an earlier process of this node was making or ending is ended now. */
  async recover(): Promise<void> {
    await releaseLeaseClaims(this.#db(), this.#parts.node, this.#parts.clock.now());
  }

  async #takeAway(row: LeaseRow, actor: SecretCaller['principal']['actor']): Promise<void> {
    const { db, bus, clock, log, target } = this.#parts;
    const { id, subject, source } = row;
    const ending = row.ending ?? 'revoked';
    try {
      await target.end(row);
      await db.transaction(async (tx) => {
        const change = { state: 'ended', ended_at: clock.now(), trouble: null } as const;
        if ((await changeEnding(tx.kysely.withTables<LeaseTables>(), row, change)) === null) return;
        const payload = { lease: id, subject, ending };
        await bus.publish(tx, [bus.newEvent(leaseEvents.ended, { actor, ...about(source.ref), payload })]);
      });
    } catch (error) {
      log.warn({ err: error, lease: id }, 'a lease is over and could not be taken away; tried again');
      await this.#again(row, troubleOf(error).words);
    }
  }

  async #again(row: LeaseRow, trouble: string): Promise<void> {
    const { db, bus, clock } = this.#parts;
    const attempts = row.attempts + 1;
    const change = { attempts, trouble, due_at: clock.now() + Math.min(waitMs(row.attempts), RETRY_MS_MAX) };
    await db.transaction(async (tx) => {
      await changeEnding(tx.kysely.withTables<LeaseTables>(), row, change);
      if (attempts !== TRIES_TOLD) return;
      const payload = { lease: row.id, subject: row.subject, ending: row.ending ?? 'revoked', trouble };
      await bus.publish(tx, [
        bus.newEvent(leaseEvents.delayed, { actor: BY_LEASES, ...about(row.source.ref), outcome: 'failed', payload }),
      ]);
    });
  }

  async #known(id: string, caller: SecretCaller): Promise<LeaseRow> {
    const row = await findLease(this.#db(), id);
    if (row === null || !(await this.#mayKnow(row, caller))) throw new Refusal('not-found');
    return row;
  }

  async #mayKnow(row: LeaseRow, caller: SecretCaller): Promise<boolean> {
    return (
      row.issued_to === nameOf(caller) || (await this.#parts.gate.judge(row.source.ref, 'secret:read', caller)) === 'allowed'
    );
  }

  /** Whoever has it may give it back; anybody else needs the right to rotate. */
  async #assertOwn(row: LeaseRow, caller: SecretCaller): Promise<void> {
    if (row.issued_to !== nameOf(caller)) await this.#parts.gate.assertMay(row.source.ref, 'secret:rotate', caller);
  }

  #db() {
    return this.#parts.db.kysely.withTables<LeaseTables>();
  }
}
