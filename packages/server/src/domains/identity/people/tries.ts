import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import {
  accountWaitMs,
  FREE_TRIES,
  networkOf,
  networkWaitMs,
  NETWORK_WINDOW_MS,
  QUIET_MS,
  seconds,
  type Failures,
} from './lockout.ts';
import type { FailureKind, PeopleDb, PeopleTables } from './tables.ts';

/** Rows kept: names that nobody has are counted too, and there is no end of them. */
const ROWS_MAX = 100_000;
const KEY_PURPOSE = 'identity failures';

/** Whose try it is. `person` null = nobody has this name; it is counted under what was typed, so that it behaves the same. */
export interface Attempt {
  readonly person: string | null;
  readonly typed: string;
  readonly address: string;
  /** SHA-256 of a device token that this person signed in with before; null = a stranger's device. */
  readonly knownDevice: string | null;
}

export type Reservation =
  | { readonly kind: 'taken'; readonly failures: number }
  | { readonly kind: 'wait'; readonly what: FailureKind; readonly retryAfterSeconds: number };

export interface Tries {
  /** Counts the try before it is made, so that many at once cannot all slip under the limit. */
  reserve(attempt: Attempt): Promise<Reservation>;
  /** It was right: what was counted for it is taken back. */
  succeed(attempt: Attempt): Promise<void>;
  /** A new password, or an operator: strangers may try again. */
  clear(db: PeopleDb, person: string): Promise<void>;
  /** The same for the devices that the person signed in with before: an operator knows who asks. */
  clearDevices(db: PeopleDb, person: string, devices: readonly string[]): Promise<void>;
  sweep(): Promise<void>;
}

interface Counter {
  readonly kind: FailureKind;
  readonly key: string;
}

const waitOf = (kind: FailureKind, failures: Failures, now: number): number =>
  kind === 'network' ? networkWaitMs(failures, now) : accountWaitMs(failures, now);

/** A count that has had its time begins anew. */
function isStale(kind: FailureKind, { firstAt, lastAt }: Failures, now: number): boolean {
  return kind === 'network' ? now - firstAt >= NETWORK_WINDOW_MS : now - lastAt >= QUIET_MS;
}

/** The row, locked, made if it was not there: writing the key over itself locks and reads it in one step. */
async function lock(tx: PeopleDb, { kind, key }: Counter, now: number): Promise<Failures> {
  const row = await tx
    .insertInto('identity_failure')
    .values({ kind, key, count: 0, first_at: now, last_at: now })
    .onConflict((conflict) => conflict.columns(['kind', 'key']).doUpdateSet({ key }))
    .returningAll()
    .executeTakeFirstOrThrow();
  const failures = { count: row.count, firstAt: row.first_at, lastAt: row.last_at };
  return isStale(kind, failures, now) ? { count: 0, firstAt: now, lastAt: now } : failures;
}

async function sweep(tx: PeopleDb, now: number): Promise<void> {
  await tx
    .deleteFrom('identity_failure')
    .where('last_at', '<', now - QUIET_MS)
    .execute();
  await tx
    .deleteFrom('identity_failure')
    .where('kind', '=', 'network')
    .where('first_at', '<', now - NETWORK_WINDOW_MS)
    .execute();
  const surplus = await tx
    .selectFrom('identity_failure')
    .select('last_at')
    .orderBy('last_at', 'desc')
    .offset(ROWS_MAX)
    .limit(1)
    .executeTakeFirst();
  if (surplus !== undefined) await tx.deleteFrom('identity_failure').where('last_at', '<=', surplus.last_at).execute();
}

export function createTries({ db, keyring, clock }: { db: Database; keyring: Keyring; clock: Clock }): Tries {
  const tables = (): PeopleDb => db.kysely.withTables<PeopleTables>();
  const keyOf = (kind: FailureKind, text: string): string => keyring.hmac(KEY_PURPOSE, `${kind}:${text}`);
  const accountOf = (person: string): Counter => ({ kind: 'account', key: keyOf('account', `person:${person}`) });

  const deviceOf = (person: string, hash: string): Counter => ({ kind: 'device', key: keyOf('device', `${person}:${hash}`) });

  /** A device that is known is counted by itself: strangers cannot use its budget up, nor it theirs. */
  const countersOf = ({ person, typed, address, knownDevice }: Attempt): Counter[] => {
    if (person !== null && knownDevice !== null) return [deviceOf(person, knownDevice)];
    const account = person === null ? { kind: 'account' as const, key: keyOf('account', `typed:${typed}`) } : accountOf(person);
    return [account, { kind: 'network', key: keyOf('network', networkOf(address)) }];
  };

  return {
    async reserve(attempt) {
      const now = clock.now();
      return db.transaction(async (transaction) => {
        const tx = transaction.kysely.withTables<PeopleTables>();
        const locked: { counter: Counter; failures: Failures }[] = [];
        for (const counter of countersOf(attempt)) {
          const failures = await lock(tx, counter, now);
          const waitMs = waitOf(counter.kind, failures, now);
          if (waitMs > 0) return { kind: 'wait', what: counter.kind, retryAfterSeconds: seconds(waitMs) };
          locked.push({ counter, failures });
        }
        for (const { counter, failures } of locked) {
          await tx
            .updateTable('identity_failure')
            .set({ count: failures.count + 1, first_at: failures.firstAt, last_at: now })
            .where('kind', '=', counter.kind)
            .where('key', '=', counter.key)
            .execute();
        }
        return { kind: 'taken', failures: (locked[0]?.failures.count ?? 0) + 1 };
      });
    },
    async succeed(attempt) {
      const tx = tables();
      for (const { kind, key } of countersOf(attempt)) {
        const row = tx.updateTable('identity_failure').where('kind', '=', kind).where('key', '=', key).where('count', '>', 0);
        // A network is not cleared by one good sign-in among many bad ones.
        await (kind === 'network' ? row.set((query) => ({ count: query('count', '-', 1) })) : row.set({ count: 0 })).execute();
      }
      if (attempt.person === null || attempt.knownDevice === null) return;
      // The owner is well: strangers stay slow, but the hard stop is lifted.
      const { kind, key } = accountOf(attempt.person);
      await tx
        .updateTable('identity_failure')
        .set({ count: FREE_TRIES })
        .where('kind', '=', kind)
        .where('key', '=', key)
        .where('count', '>', FREE_TRIES)
        .execute();
    },
    async clear(tx, person) {
      const { kind, key } = accountOf(person);
      await tx.deleteFrom('identity_failure').where('kind', '=', kind).where('key', '=', key).execute();
    },
    async clearDevices(tx, person, devices) {
      if (devices.length === 0) return;
      const keys = devices.map((device) => deviceOf(person, device).key);
      await tx.deleteFrom('identity_failure').where('kind', '=', 'device').where('key', 'in', keys).execute();
    },
    sweep: async () => sweep(tables(), clock.now()),
  };
}
