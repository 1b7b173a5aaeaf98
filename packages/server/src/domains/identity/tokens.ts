import { randomBytes } from 'node:crypto';
import {
  adviceEvents,
  controlEvents,
  PAGE_ITEMS_MAX,
  type EventRecord,
  type Page,
  type PageQuery,
  type Permission,
  type TokenCreated,
  type TokenInput,
  type TokenView,
} from '@holdfast/contract';
import type { Bus } from '../../platform/bus/bus.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import { Refusal } from '../../platform/refusal.ts';
import { createUlid } from '../../platform/ulid.ts';
import type { TokenAccount } from './accounts/account.ts';
import { createAccounts, type Accounts } from './accounts/accounts.ts';
import { isCidr } from './accounts/allowed-from.ts';
import { createRefusalTally, type RefusalCause } from './refusal-record.ts';
import {
  countUsableTokens,
  changePermissions,
  findToken,
  findTokenByHash,
  insertToken,
  lockToken,
  readTokens,
  restoreToken,
  revokeToken,
  touchToken,
  type TokenTables,
  type TokenDb,
} from './store.ts';
import { hashToken, TOKEN_BYTES, writeToken } from './token-text.ts';
import { createTokenVerifier, faultOf, type TokenVerifier, type Verification } from './verify-token.ts';

/** More usable tokens than this are a sign that nobody revokes them. */
const TOKENS_MAX = 1000;
const DAY_MS = 86_400_000;

type Actor = EventRecord['actor'];

/** Whoever revoked the wrong one sees that at once; what is older may have been given up for lost by its owner. */
export const RESTORABLE_MS = 15 * 60_000;

interface IdentityParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
}

/** What whoever asks for a token may hand on. */
export interface TokenMaker {
  /** The person who answers for an account that is made along the way. */
  readonly owner?: string | null;
  /** Throws where the maker may not hand on what this account reaches. Left out = they may. */
  readonly assertMayUse?: (account: TokenAccount) => void;
}

export interface RefusedCall {
  readonly route: string;
  readonly cause: RefusalCause;
  /** Where it was one of ours. */
  readonly token?: Pick<TokenView, 'id' | 'account'> | undefined;
}

export interface PermissionChange {
  readonly isAsBefore: (permissions: readonly string[]) => boolean;
  readonly permissions: readonly Permission[];
}

/** Programs that call: service accounts and their tokens. */
export interface Identity {
  readonly accounts: Accounts;
  createToken(input: TokenInput, actor: Actor, maker?: TokenMaker): Promise<TokenCreated>;
  /** Of one account (by id), or all. */
  listTokens(query: PageQuery & { readonly account?: string | undefined }): Promise<Page<TokenView>>;
  /** Null = there never was one. */
  findToken(id: string): Promise<TokenView | null>;
  /** Usable now, and over before `until`. */
  countExpiring(until: number): Promise<number>;
  revokeToken(id: string, actor: Actor): Promise<TokenView>;
  /** One that was revoked less than {@link RESTORABLE_MS} ago is good again; later it is gone for good. */
  restoreToken(id: string, actor: Actor): Promise<TokenView>;
  /** `address` = where the call comes from; null = nobody can say. */
  verifyToken(text: string, address?: string | null): Promise<Verification>;
  /** Other permissions on the same token; false = it cannot be used any more, or its permissions are not as the caller knew them. */
  setPermissions(id: string, change: PermissionChange, actor: Actor): Promise<boolean>;
  verifyTokenHash(hash: string): Promise<Verification>;
  /** Another node changed something: what is remembered of tokens is looked up anew. */
  forget(): void;
  /** Told of the hashes of tokens whose state has changed, after the change is durable. */
  onTokensChanged(listener: (hashes: readonly string[]) => void): void;
  /** Records a refused call; `false` = there were so many like it in this second that it was counted only. */
  noteRefusal(refusal: RefusedCall): Promise<boolean>;
}

export function createIdentity({ db, bus, clock }: IdentityParts): Identity {
  return new StoredIdentity({ db, bus, clock });
}

class StoredIdentity implements Identity {
  readonly accounts: Accounts;
  readonly #parts: IdentityParts;
  readonly #newId: () => string;
  readonly #tally;
  readonly #verifier: TokenVerifier;
  readonly #listeners: ((hashes: readonly string[]) => void)[] = [];

  constructor(parts: IdentityParts) {
    const { clock } = parts;
    this.#parts = parts;
    this.#newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
    this.#tally = createRefusalTally(() => clock.monotonicMs());
    this.accounts = createAccounts({
      ...parts,
      newId: this.#newId,
      tokensChanged: (hashes) => this.#tell(hashes),
    });
    this.#verifier = createTokenVerifier({
      find: async (hash) => findTokenByHash(this.#tables(), hash),
      // Losing the note of a use loses nothing that anything depends on.
      touch: (id, hourMs) => void touchToken(this.#tables(), id, hourMs).catch(() => undefined),
      now: () => clock.now(),
    });
  }

  async createToken(input: TokenInput, actor: Actor, maker: TokenMaker = {}): Promise<TokenCreated> {
    const { db, bus, clock } = this.#parts;
    assertCidrs(input.cidrs ?? []);
    const token = writeToken(randomBytes(TOKEN_BYTES));
    const view = await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<TokenTables>();
      if ((await countUsableTokens(tx, clock.now())) >= TOKENS_MAX) {
        throw new Refusal('conflict', {
          errors: [{ pointer: '', detail: `at most ${TOKENS_MAX} usable tokens; revoke some` }],
        });
      }
      const wanted = { word: input.account ?? null, tokenName: input.name, owner: maker.owner ?? null, actor };
      const account = await this.accounts.forToken(transaction, wanted);
      maker.assertMayUse?.(account);
      assertUseful(input, account);
      const made = this.#newView(input, account, actor);
      await insertToken(tx, { view: made, hash: hashToken(token).toString('hex') });
      const { permissions, cidrs, expiresAt } = made;
      const payload = { token: made.id, account: account.id, permissions, cidrs: cidrs.length, expiresAt };
      await bus.publish(transaction, [bus.newEvent(controlEvents.tokenCreated, { actor, target: made.id, payload })]);
      return made;
    });
    return { token, view };
  }

  async listTokens({ cursor = '', limit, account }: Parameters<Identity['listTokens']>[0]): Promise<Page<TokenView>> {
    const most = Math.min(limit, PAGE_ITEMS_MAX);
    const rows = await readTokens(this.#tables(), { after: cursor, limit: most + 1, account: account ?? null });
    const items = rows.slice(0, most).map(({ view }) => view);
    return { items, next: rows.length > most ? (items.at(-1)?.id ?? null) : null };
  }

  async findToken(id: string): Promise<TokenView | null> {
    return (await findToken(this.#tables(), id))?.view ?? null;
  }

  async countExpiring(until: number): Promise<number> {
    return countUsableTokens(this.#tables(), this.#parts.clock.now(), until);
  }

  async revokeToken(id: string, actor: Actor): Promise<TokenView> {
    const { db, bus, clock } = this.#parts;
    return db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<TokenTables>();
      const stored = (await revokeToken(tx, id, clock.now())) ? await findToken(tx, id) : null;
      if (stored === null) throw new Refusal('not-found');
      const payload = { token: id, account: stored.account.id };
      await bus.publish(transaction, [bus.newEvent(controlEvents.tokenRevoked, { actor, target: id, payload })]);
      transaction.afterCommit(() => this.#tell([stored.hash]));
      return stored.view;
    });
  }

  async restoreToken(id: string, actor: Actor): Promise<TokenView> {
    const { db, bus, clock } = this.#parts;
    return db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<TokenTables>();
      const stored = (await restoreToken(tx, id, clock.now() - RESTORABLE_MS)) ? await findToken(tx, id) : null;
      if (stored === null) throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'it was revoked too long ago' }] });
      const payload = { token: id, account: stored.account.id };
      await bus.publish(transaction, [bus.newEvent(controlEvents.tokenRestored, { actor, target: id, payload })]);
      transaction.afterCommit(() => this.#tell([stored.hash]));
      return stored.view;
    });
  }

  async setPermissions(id: string, { isAsBefore, permissions }: PermissionChange, actor: Actor): Promise<boolean> {
    const { db, bus, clock } = this.#parts;
    return db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<TokenTables>();
      const stored = await lockToken(tx, id);
      if (stored === null || faultOf(stored, clock.now()) !== null || !isAsBefore(stored.view.permissions)) return false;
      await changePermissions(tx, id, permissions);
      const payload = { token: id, account: stored.account.id, permissions: [...permissions] };
      await bus.publish(transaction, [bus.newEvent(adviceEvents.tokenChanged, { actor, target: id, payload })]);
      transaction.afterCommit(() => this.#tell([stored.hash]));
      return true;
    });
  }

  async verifyToken(text: string, address: string | null = null): Promise<Verification> {
    return this.#verifier.verify(text, address);
  }

  async verifyTokenHash(hash: string): Promise<Verification> {
    return this.#verifier.verifyHash(hash);
  }

  forget(): void {
    this.#verifier.forget();
  }

  onTokensChanged(listener: (hashes: readonly string[]) => void): void {
    this.#listeners.push(listener);
  }

  async noteRefusal({ route, cause, token }: RefusedCall): Promise<boolean> {
    const { bus } = this.#parts;
    const unrecorded = this.#tally.take(cause);
    if (unrecorded === null) return false;
    const actor = token === undefined ? ({ kind: 'visitor', ref: 'api' } as const) : ({ kind: 'token', ref: token.id } as const);
    const payload = { route, cause, token: token?.id ?? null, account: token?.account.id ?? null, unrecorded };
    await bus.record(bus.newEvent(controlEvents.tokenRefused, { actor, target: route, outcome: 'refused', payload }));
    return true;
  }

  #newView({ name, permissions, cidrs = [], days }: TokenInput, account: TokenAccount, actor: Actor): TokenView {
    const now = this.#parts.clock.now();
    return {
      id: this.#newId(),
      name,
      account: { id: account.id, name: account.name },
      permissions: [...new Set(permissions)],
      cidrs: [...new Set(cidrs)],
      createdAt: now,
      createdBy: `${actor.kind}:${actor.ref}`,
      expiresAt: now + days * DAY_MS,
      revokedAt: null,
      lastUsedAt: null,
    };
  }

  #tables(): TokenDb {
    return this.#parts.db.kysely.withTables<TokenTables>();
  }

  #tell(hashes: readonly string[]): void {
    this.#verifier.forget();
    for (const listener of this.#listeners) listener(hashes);
  }
}

function assertCidrs(cidrs: readonly string[]): void {
  const wrong = cidrs.findIndex((cidr) => !isCidr(cidr));
  if (wrong === -1) return;
  const detail = 'an address or prefix such as 192.0.2.0/24';
  throw new Refusal('input-invalid', { errors: [{ pointer: `/cidrs/${wrong}`, detail }] });
}

function assertUseful({ permissions }: TokenInput, account: TokenAccount): void {
  if (account.status !== 'active')
    throw new Refusal('conflict', { errors: [{ pointer: '/account', detail: 'the service account is disabled' }] });
  if (permissions.length > 0 || account.applications.length > 0) return;
  const detail = 'at least one, or an account that may call an application';
  throw new Refusal('input-invalid', { errors: [{ pointer: '/permissions', detail }] });
}
