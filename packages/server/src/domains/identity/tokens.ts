import { randomBytes } from 'node:crypto';
import {
  controlEvents,
  PAGE_ITEMS_MAX,
  type EventRecord,
  type Page,
  type PageQuery,
  type TokenCreated,
  type TokenInput,
  type TokenView,
} from '@holdfast/contract';
import type { Bus } from '../../platform/bus/bus.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import { Refusal } from '../../platform/refusal.ts';
import { createUlid } from '../../platform/ulid.ts';
import { createRefusalTally, type RefusalCause } from './refusal-record.ts';
import {
  countUsableTokens,
  findTokenByHash,
  insertToken,
  readTokens,
  revokeToken,
  touchToken,
  type IdentityTables,
} from './store.ts';
import { hashToken, TOKEN_BYTES, writeToken } from './token-text.ts';
import { createTokenVerifier, type Verification } from './verify-token.ts';

/** More usable tokens than this are a sign that nobody revokes them. */
const TOKENS_MAX = 1000;
const DAY_MS = 86_400_000;

type Actor = EventRecord['actor'];

interface IdentityParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
}

/** Who calls: API tokens. */
export interface Identity {
  createToken(input: TokenInput, actor: Actor): Promise<TokenCreated>;
  listTokens(query: PageQuery): Promise<Page<TokenView>>;
  revokeToken(id: string, actor: Actor): Promise<TokenView>;
  verifyToken(text: string): Promise<Verification>;
  /** Records a refused call; `false` = there were so many like it in this second that it was counted only. */
  noteRefusal(refusal: { readonly route: string; readonly cause: RefusalCause }): Promise<boolean>;
}

export function createIdentity({ db, bus, clock }: IdentityParts): Identity {
  const tables = () => db.kysely.withTables<IdentityTables>();
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  const tally = createRefusalTally(() => clock.monotonicMs());
  const verifier = createTokenVerifier({
    find: async (hash) => findTokenByHash(tables(), hash),
    // Losing the note of a use loses nothing that anything depends on.
    touch: (id, hourMs) => void touchToken(tables(), id, hourMs).catch(() => undefined),
    now: () => clock.now(),
  });
  return {
    async createToken({ name, permissions, days }, actor) {
      const now = clock.now();
      const token = writeToken(randomBytes(TOKEN_BYTES));
      const view: TokenView = {
        id: newId(),
        name,
        permissions: [...new Set(permissions)],
        createdAt: now,
        createdBy: `${actor.kind}:${actor.ref}`,
        expiresAt: now + days * DAY_MS,
        revokedAt: null,
        lastUsedAt: null,
      };
      const payload = { token: view.id, permissions: view.permissions, expiresAt: view.expiresAt };
      await db.transaction(async (transaction) => {
        const tx = transaction.kysely.withTables<IdentityTables>();
        if ((await countUsableTokens(tx, now)) >= TOKENS_MAX) {
          throw new Refusal('conflict', {
            errors: [{ pointer: '', detail: `at most ${TOKENS_MAX} usable tokens; revoke some` }],
          });
        }
        await insertToken(tx, { view, hash: hashToken(token).toString('hex') });
        await bus.publish(transaction, [bus.newEvent(controlEvents.tokenCreated, { actor, target: view.id, payload })]);
      });
      return { token, view };
    },
    async listTokens({ cursor = '', limit }) {
      const rows = await readTokens(tables(), cursor, Math.min(limit, PAGE_ITEMS_MAX) + 1);
      const items = rows.slice(0, limit).map(({ view }) => view);
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async revokeToken(id, actor) {
      const revoked = await db.transaction(async (transaction) => {
        const token = await revokeToken(transaction.kysely.withTables<IdentityTables>(), id, clock.now());
        if (token === null) throw new Refusal('not-found');
        await bus.publish(transaction, [bus.newEvent(controlEvents.tokenRevoked, { actor, target: id, payload: { token: id } })]);
        return token.view;
      });
      verifier.forget();
      return revoked;
    },
    verifyToken: async (text) => verifier.verify(text),
    async noteRefusal({ route, cause }) {
      const unrecorded = tally.take(cause);
      if (unrecorded === null) return false;
      const actor = { kind: 'visitor' as const, ref: 'api' };
      const payload = { route, cause, unrecorded };
      await bus.record(bus.newEvent(controlEvents.tokenRefused, { actor, target: route, outcome: 'refused', payload }));
      return true;
    },
  };
}
