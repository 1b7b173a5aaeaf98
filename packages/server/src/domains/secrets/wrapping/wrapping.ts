import { randomBytes } from 'node:crypto';
import { vaultEvents, type EventRecord } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { hashToken, isTokenShaped, TOKEN_BYTES, writeToken } from '../../identity/index.ts';

export const WRAP_TTL_MAX_MS = 7 * 86_400_000;
const WAITING_MAX = 100_000;
const PATH_CHARS_MAX = 512;

export type WrappingTables = {
  secrets_wrapped_answer: {
    accessor: string;
    hash: string;
    path: string;
    sealed: string | null;
    ttl_ms: number;
    created_at: number;
    created_by: string;
    expires_at: number;
    opened_at: number | null;
  };
};
type WrappingDb = Kysely<WrappingTables>;
type Actor = EventRecord['actor'];

export interface Wrapped {
  readonly accessor: string;
  /** Which call it answered. */
  readonly path: string;
  readonly ttlMs: number;
  readonly createdAt: number;
}

export interface WrappingParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly keyring: Pick<Keyring, 'seal' | 'open'>;
}

/** Answers put away under a token of their own, which opens once. Whoever finds it opened knows that somebody else had it. */
export interface Wrapping {
  wrap(
    answer: { readonly text: string; readonly path: string; readonly ttlMs: number },
    actor: Actor,
  ): Promise<Wrapped & { readonly token: string }>;
  /** The answer, once. Null = nothing is known by this token; a second try is refused and recorded as an alarm. */
  unwrap(token: string, actor: Actor): Promise<string | null>;
  /** Null = there is nothing to open. */
  find(token: string): Promise<Wrapped | null>;
  /** The same answer under another token; the old one is void. */
  rewrap(token: string, actor: Actor): Promise<(Wrapped & { readonly token: string }) | null>;
  sweep(): Promise<void>;
}

export const wrappingPlace = (accessor: string): readonly string[] => ['secrets_wrapped_answer', 'sealed', accessor];

export function createWrapping(parts: WrappingParts): Wrapping {
  return new StoredWrapping(parts);
}

const hashOf = (token: string): string => hashToken(token).toString('hex');

class StoredWrapping implements Wrapping {
  readonly #parts: WrappingParts;
  readonly #newId: () => string;

  constructor(parts: WrappingParts) {
    this.#parts = parts;
    this.#newId = createUlid({ clock: parts.clock, random: (bytes) => randomBytes(bytes) });
  }

  async wrap({ text, path, ttlMs }: Parameters<Wrapping['wrap']>[0], actor: Actor): ReturnType<Wrapping['wrap']> {
    const { db, bus, clock, keyring } = this.#parts;
    const token = writeToken(randomBytes(TOKEN_BYTES));
    const now = clock.now();
    const accessor = this.#newId();
    const wrapped = { accessor, path: path.slice(0, PATH_CHARS_MAX), ttlMs: Math.min(ttlMs, WRAP_TTL_MAX_MS), createdAt: now };
    const expiresAt = now + wrapped.ttlMs;
    await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<WrappingTables>();
      await assertRoom(tx);
      await tx
        .insertInto('secrets_wrapped_answer')
        .values({
          accessor,
          hash: hashOf(token),
          path: wrapped.path,
          sealed: keyring.seal(Buffer.from(text, 'utf8'), wrappingPlace(accessor)),
          ttl_ms: wrapped.ttlMs,
          created_at: now,
          created_by: `${actor.kind}:${actor.ref}`,
          expires_at: expiresAt,
          opened_at: null,
        })
        .execute();
      const payload = { accessor, path: wrapped.path, expiresAt };
      await bus.publish(transaction, [bus.newEvent(vaultEvents.wrapped, { actor, target: accessor, payload })]);
    });
    return { ...wrapped, token };
  }

  async unwrap(token: string, actor: Actor): Promise<string | null> {
    return (await this.#open(token, actor))?.text ?? null;
  }

  async find(token: string): Promise<Wrapped | null> {
    const { db, clock } = this.#parts;
    if (!isTokenShaped(token)) return null;
    const row = await db.kysely
      .withTables<WrappingTables>()
      .selectFrom('secrets_wrapped_answer')
      .select(['accessor', 'path', 'ttl_ms', 'created_at'])
      .where('hash', '=', hashOf(token))
      .where('expires_at', '>', clock.now())
      .where('sealed', 'is not', null)
      .executeTakeFirst();
    if (row === undefined) return null;
    return { accessor: row.accessor, path: row.path, ttlMs: row.ttl_ms, createdAt: row.created_at };
  }

  async rewrap(token: string, actor: Actor): ReturnType<Wrapping['rewrap']> {
    const opened = await this.#open(token, actor);
    return opened === null ? null : this.wrap({ text: opened.text, path: opened.path, ttlMs: opened.ttlMs }, actor);
  }

  async sweep(): Promise<void> {
    const { db, clock } = this.#parts;
    const tables = db.kysely.withTables<WrappingTables>();
    await tables.deleteFrom('secrets_wrapped_answer').where('expires_at', '<', clock.now()).execute();
  }

  async #open(token: string, actor: Actor): Promise<Opened | null> {
    const { bus } = this.#parts;
    try {
      return isTokenShaped(token) ? await this.#takeOut(token, actor) : null;
    } catch (error) {
      if (!(error instanceof OpenedTwice)) throw error;
      const { payload } = error;
      await bus.record(
        bus.newEvent(vaultEvents.unwrappedTwice, { actor, target: payload.accessor, outcome: 'refused', payload }),
      );
      return null;
    }
  }

  async #takeOut(token: string, actor: Actor): Promise<Opened | null> {
    const { db, bus, clock, keyring } = this.#parts;
    const now = clock.now();
    return db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<WrappingTables>();
      // Locked: of two who come at once, one finds it opened.
      const row = await tx
        .selectFrom('secrets_wrapped_answer')
        .selectAll()
        .where('hash', '=', hashOf(token))
        .where('expires_at', '>', now)
        .forUpdate()
        .executeTakeFirst();
      if (row === undefined) return null;
      const { accessor, path, sealed, opened_at: openedAt } = row;
      if (sealed === null) throw new OpenedTwice({ accessor, path, openedAt: openedAt ?? 0 });
      const text = keyring.open(sealed, wrappingPlace(accessor)).toString('utf8');
      const emptied = { sealed: null, opened_at: now };
      await tx.updateTable('secrets_wrapped_answer').set(emptied).where('accessor', '=', accessor).execute();
      const payload = { accessor, path };
      await bus.publish(transaction, [bus.newEvent(vaultEvents.unwrapped, { actor, target: accessor, payload })]);
      return { accessor, path, ttlMs: row.ttl_ms, createdAt: row.created_at, text };
    });
  }
}

interface Opened extends Wrapped {
  readonly text: string;
}

/** Leaves the transaction, so that its record is no part of what is rolled back. */
class OpenedTwice extends Error {
  readonly payload: { accessor: string; path: string; openedAt: number };

  constructor(payload: OpenedTwice['payload']) {
    super('opened twice');
    this.payload = payload;
  }
}

async function assertRoom(tx: WrappingDb): Promise<void> {
  const row = await tx
    .selectFrom('secrets_wrapped_answer')
    .select((query) => query.fn.countAll().as('count'))
    .executeTakeFirst();
  if (Number(row?.count ?? 0) < WAITING_MAX) return;
  throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${WAITING_MAX} wrapped answers at a time` }] });
}
