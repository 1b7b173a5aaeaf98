import { randomBytes } from 'node:crypto';
import { vaultEvents, type EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { hashToken, isTokenShaped, TOKEN_BYTES, writeToken, type Identity } from '../../identity/index.ts';
import { createKnownTokens, type KnownToken } from './known-tokens.ts';
import {
  countVaultTokens,
  extend,
  findVaultToken,
  forgetVaultTokens,
  insertVaultToken,
  readAccessors,
  revokeTree,
  takeUse,
  type StoredVaultToken,
  type VaultTokenDb,
  type VaultTokenTables,
} from './store.ts';
import { lifetimeOf, renewedUntil, type NewVaultToken, type VaultToken } from './vault-token.ts';

/** More at a time mean that something signs in again and again instead of keeping its token. */
const TOKENS_MAX = 100_000;
const ACCESSORS_MAX = 10_000;
/** A call with a token that has ended is told from noise for this long. */
const ENDED_KEPT_MS = 86_400_000;

type Actor = EventRecord['actor'];

export interface VaultTokensParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly identity: Pick<Identity, 'verifyTokenHash'> & { readonly accounts: Pick<Identity['accounts'], 'find'> };
}

export type VaultVerification =
  | { readonly kind: 'valid'; readonly token: VaultToken }
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'refused';
      readonly cause: 'expired' | 'revoked' | 'disabled' | 'address';
      readonly token: Pick<VaultToken, 'accessor' | 'account'>;
    };

/** Short-lived tokens of clients of the Vault API. Each is bound to a service account and ends with it, and with its parent. */
export interface VaultTokens {
  create(wanted: NewVaultToken, actor: Actor): Promise<{ readonly text: string; readonly token: VaultToken }>;
  /** The same as part of another change. */
  createIn(tx: Transaction, wanted: NewVaultToken, actor: Actor): Promise<{ readonly text: string; readonly token: VaultToken }>;
  /** Takes a use of it where uses are counted. */
  verify(text: string, address: string | null): Promise<VaultVerification>;
  /** By its text or accessor, without using it; null = nobody has it, or it has ended. */
  find(by: { readonly text: string } | { readonly accessor: string }): Promise<VaultToken | null>;
  renew(accessor: string, incrementMs: number | null, actor: Actor): Promise<VaultToken>;
  revoke(accessor: string, actor: Actor): Promise<void>;
  accessors(): Promise<readonly string[]>;
  /** Accounts or tokens changed elsewhere. */
  forget(): void;
  sweep(): Promise<void>;
}

export function createVaultTokens(parts: VaultTokensParts): VaultTokens {
  return new StoredVaultTokens(parts);
}

class StoredVaultTokens implements VaultTokens {
  readonly #parts: VaultTokensParts;
  readonly #newId: () => string;
  readonly #known;

  constructor(parts: VaultTokensParts) {
    const { clock, identity } = parts;
    this.#parts = parts;
    this.#newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
    this.#known = createKnownTokens({
      find: async (hash) => findVaultToken(this.#tables(), { hash }),
      findAccount: async (id) => identity.accounts.find(id),
      now: () => clock.now(),
    });
  }

  async create(wanted: NewVaultToken, actor: Actor): ReturnType<VaultTokens['create']> {
    return this.#parts.db.transaction(async (tx) => this.createIn(tx, wanted, actor));
  }

  async createIn(transaction: Transaction, wanted: NewVaultToken, actor: Actor): ReturnType<VaultTokens['create']> {
    const { bus, clock } = this.#parts;
    const tx = transaction.kysely.withTables<VaultTokenTables>();
    const now = clock.now();
    if ((await countVaultTokens(tx, now)) >= TOKENS_MAX) {
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${TOKENS_MAX} tokens at a time` }] });
    }
    const text = writeToken(randomBytes(TOKEN_BYTES));
    const stored = this.#newStored(wanted, { text, actor });
    await insertVaultToken(tx, stored);
    const { accessor, permissions, expiresAt, role } = stored;
    const parent = stored.parent ?? (stored.parentHash === null ? null : actor.ref.slice(0, 64));
    const payload = {
      token: accessor,
      account: stored.account,
      role,
      parent,
      permissions: [...permissions],
      expiresAt: Math.min(expiresAt, Number.MAX_SAFE_INTEGER),
    };
    await bus.publish(transaction, [bus.newEvent(vaultEvents.tokenCreated, { actor, target: accessor, payload })]);
    return { text, token: toToken(stored, wanted.account) };
  }

  async verify(text: string, address: string | null): Promise<VaultVerification> {
    const known = isTokenShaped(text) ? await this.#known.find(hashToken(text).toString('hex')) : null;
    if (known === null) return { kind: 'unknown' };
    const token = toToken(known.stored, known.account);
    const fault = (await this.#faultOf(known)) ?? (known.isAllowedFrom(address) ? null : ('address' as const));
    if (fault !== null) return { kind: 'refused', cause: fault, token };
    if (token.usesLeft === null) return { kind: 'valid', token };
    const left = await takeUse(this.#tables(), token.accessor);
    if (left === null) return { kind: 'refused', cause: 'revoked', token };
    // The last use ends it for whatever was made with it too; this call still counts.
    if (left === 0) await this.#end(token.accessor);
    return { kind: 'valid', token: { ...token, usesLeft: left } };
  }

  async find(by: { readonly text: string } | { readonly accessor: string }): Promise<VaultToken | null> {
    const wanted =
      'accessor' in by ? by : isTokenShaped(by.text) ? { hash: hashToken(by.text).toString('hex') } : { accessor: '' };
    const stored = await findVaultToken(this.#tables(), wanted);
    if (stored === null) return null;
    const known = await this.#known.find(stored.hash);
    if (known === null || (await this.#faultOf(known)) !== null) return null;
    return toToken(stored, known.account);
  }

  async renew(accessor: string, incrementMs: number | null, actor: Actor): Promise<VaultToken> {
    const { db, bus, clock } = this.#parts;
    const token = await this.find({ accessor });
    if (token === null) throw new Refusal('not-found');
    if (!token.isRenewable) throw new Refusal('input-invalid', { errors: [{ pointer: '', detail: 'token is not renewable' }] });
    const now = clock.now();
    const expiresAt = Math.min(renewedUntil(token, { now, incrementMs }), await this.#endOfParent(accessor));
    await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<VaultTokenTables>();
      if (!(await extend(tx, accessor, { expiresAt, now }))) throw new Refusal('not-found');
      const payload = { token: accessor, account: token.account.id, expiresAt };
      await bus.publish(transaction, [bus.newEvent(vaultEvents.tokenRenewed, { actor, target: accessor, payload })]);
      transaction.afterCommit(() => this.forget());
    });
    return { ...token, expiresAt, renewedAt: now };
  }

  async revoke(accessor: string, actor: Actor): Promise<void> {
    const { db, bus, clock } = this.#parts;
    await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<VaultTokenTables>();
      const stored = await findVaultToken(tx, { accessor });
      if (stored === null) throw new Refusal('not-found');
      const ended = await revokeTree(tx, accessor, clock.now());
      const payload = { token: accessor, account: stored.account, descendants: Math.max(0, ended - 1) };
      await bus.publish(transaction, [bus.newEvent(vaultEvents.tokenRevoked, { actor, target: accessor, payload })]);
      transaction.afterCommit(() => this.forget());
    });
  }

  async accessors(): Promise<readonly string[]> {
    return readAccessors(this.#tables(), this.#parts.clock.now(), ACCESSORS_MAX);
  }

  forget(): void {
    this.#known.forget();
  }

  async sweep(): Promise<void> {
    await forgetVaultTokens(this.#tables(), this.#parts.clock.now() - ENDED_KEPT_MS);
  }

  async #end(accessor: string): Promise<void> {
    await revokeTree(this.#tables(), accessor, this.#parts.clock.now());
    this.forget();
  }

  async #faultOf({ stored, account }: KnownToken): Promise<'expired' | 'revoked' | 'disabled' | null> {
    if (stored.revokedAt !== null) return 'revoked';
    if (stored.expiresAt <= this.#parts.clock.now()) return 'expired';
    if (!account.isActive) return 'disabled';
    if (stored.parentHash === null) return null;
    const parent = await this.#parts.identity.verifyTokenHash(stored.parentHash);
    return parent.kind === 'valid' ? null : 'revoked';
  }

  /** A renewal of a child does not carry it past its parent. */
  async #endOfParent(accessor: string): Promise<number> {
    const stored = await findVaultToken(this.#tables(), { accessor });
    if (stored === null || stored.parent === null) return Number.MAX_SAFE_INTEGER;
    const parent = await findVaultToken(this.#tables(), { accessor: stored.parent });
    return parent === null ? Number.MAX_SAFE_INTEGER : parent.expiresAt;
  }

  #newStored(wanted: NewVaultToken, { text, actor }: { text: string; actor: Actor }): StoredVaultToken {
    const { account, displayName, permissions, meta = {}, cidrs = [], role = null, parent, isRenewable = true } = wanted;
    const now = this.#parts.clock.now();
    return {
      accessor: this.#newId(),
      hash: hashToken(text).toString('hex'),
      account: account.id,
      displayName,
      permissions: [...new Set(permissions)],
      meta,
      cidrs,
      role,
      parent: parent?.kind === 'vault' ? parent.accessor : null,
      parentHash: parent?.kind === 'account' ? parent.hash : null,
      isRenewable,
      ...lifetimeOf(wanted, now),
      usesLeft: wanted.uses ?? null,
      createdAt: now,
      createdBy: `${actor.kind}:${actor.ref}`,
      renewedAt: null,
      revokedAt: null,
    };
  }

  #tables(): VaultTokenDb {
    return this.#parts.db.kysely.withTables<VaultTokenTables>();
  }
}

function toToken(stored: StoredVaultToken, account: { readonly id: string; readonly name: string }): VaultToken {
  const { hash: _hash, parent, parentHash, createdBy: _by, revokedAt: _revoked, ...rest } = stored;
  return { ...rest, account: { id: account.id, name: account.name }, isOrphan: parent === null && parentHash === null };
}
