import {
  PAGE_ITEMS_MAX,
  serviceAccountEvents,
  type EventRecord,
  type Page,
  type PageQuery,
  type ServiceAccountChange,
  type ServiceAccountInput,
  type ServiceAccountView,
} from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { accountNameOf, type TokenAccount } from './account.ts';
import {
  changeAccount,
  countAccounts,
  findAccount,
  forgetDeleted,
  insertAccount,
  lockAccount,
  readAccounts,
  revokeAll,
  usableHashes,
  type AccountTables,
  type NewAccount,
} from './account-store.ts';

const ACCOUNTS_MAX = 1000;
/** A call with a token of a deleted account is told from noise for as long as advice looks back. */
const DELETED_KEPT_MS = 90 * 86_400_000;

type Actor = EventRecord['actor'];
/** `owner` is the id of a person here: whoever calls has found them. */
type Input = Omit<ServiceAccountInput, 'owner'> & { readonly owner: string | null };
type Change = Omit<ServiceAccountChange, 'owner'> & { readonly owner?: string | undefined };

export interface AccountsParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Tokens with these hashes are judged anew from now on, everywhere. */
  readonly tokensChanged: (hashes: readonly string[]) => void;
}

/** `q` is a part of the name or of what the account is for. */
export type AccountsQuery = PageQuery & { readonly q?: string | undefined };

/** Accounts of programs. By name or id everywhere. */
export interface Accounts {
  create(input: Input, actor: Actor): Promise<ServiceAccountView>;
  list(query: AccountsQuery): Promise<Page<ServiceAccountView>>;
  find(word: string): Promise<ServiceAccountView | null>;
  change(word: string, change: Change, actor: Actor): Promise<ServiceAccountView>;
  /** None of its tokens is taken until it is enabled again. */
  disable(word: string, actor: Actor): Promise<ServiceAccountView>;
  enable(word: string, actor: Actor): Promise<ServiceAccountView>;
  /** Revokes all its tokens for good. */
  remove(word: string, actor: Actor): Promise<void>;
  /** The account that a new token is for; made within this change where only the token has a name. */
  forToken(tx: Transaction, wanted: WantedAccount): Promise<TokenAccount>;
  sweep(): Promise<void>;
}

export interface WantedAccount {
  /** Null = the account with the name of the token. */
  readonly word: string | null;
  readonly tokenName: string;
  readonly owner: string | null;
  readonly actor: Actor;
}

const byName = (actor: Actor): string => `${actor.kind}:${actor.ref}`;

export function createAccounts(parts: AccountsParts): Accounts {
  return new StoredAccounts(parts);
}

class StoredAccounts implements Accounts {
  readonly #parts: AccountsParts;

  constructor(parts: AccountsParts) {
    this.#parts = parts;
  }

  async create(input: Input, actor: Actor): Promise<ServiceAccountView> {
    const { db } = this.#parts;
    const id = await db.transaction(async (transaction) => (await this.#insert(transaction, input, actor)).id);
    return this.#show(id);
  }

  async list({ cursor = '', limit, q }: AccountsQuery): Promise<Page<ServiceAccountView>> {
    const { db, clock } = this.#parts;
    const tables = db.kysely.withTables<AccountTables>();
    const most = Math.min(limit, PAGE_ITEMS_MAX);
    const rows = await readAccounts(tables, { after: cursor, limit: most + 1, now: clock.now(), part: q?.toLowerCase() });
    const items = rows.slice(0, most);
    return { items, next: rows.length > most ? (items.at(-1)?.id ?? null) : null };
  }

  async find(word: string): Promise<ServiceAccountView | null> {
    const { db, clock } = this.#parts;
    return findAccount(db.kysely.withTables<AccountTables>(), word, clock.now());
  }

  async change(word: string, change: Change, actor: Actor): Promise<ServiceAccountView> {
    const { db, bus } = this.#parts;
    const id = await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<AccountTables>();
      const account = await locked(tx, word);
      const { purpose, owner, applications: wanted } = change;
      const applications = wanted === undefined ? undefined : [...new Set(wanted)];
      await changeAccount(tx, account.id, { purpose, owner, applications });
      const now = await this.#view(tx, account.id);
      const fields = Object.entries({ purpose, owner, applications }).flatMap(([name, value]) =>
        value === undefined ? [] : [name],
      );
      const payload = { account: account.id, fields, owner: now.owner?.id ?? null, applications: now.applications };
      await bus.publish(transaction, [bus.newEvent(serviceAccountEvents.changed, { actor, target: account.id, payload })]);
      // What it may call is part of what gateways remember of its tokens.
      if (applications !== undefined) await this.#tellAfter(transaction, account.id);
      return account.id;
    });
    return this.#show(id);
  }

  async disable(word: string, actor: Actor): Promise<ServiceAccountView> {
    return this.#switch(word, 'disabled', actor);
  }

  async enable(word: string, actor: Actor): Promise<ServiceAccountView> {
    return this.#switch(word, 'active', actor);
  }

  async remove(word: string, actor: Actor): Promise<void> {
    const { db, bus, clock } = this.#parts;
    await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<AccountTables>();
      const { id } = await locked(tx, word);
      const tokens = await this.#tellAfter(transaction, id);
      const now = clock.now();
      await revokeAll(tx, id, now);
      await changeAccount(tx, id, { status: 'deleted', deletedAt: now });
      const payload = { account: id, tokens };
      await bus.publish(transaction, [bus.newEvent(serviceAccountEvents.deleted, { actor, target: id, payload })]);
    });
  }

  async forToken(transaction: Transaction, { word, tokenName, owner, actor }: WantedAccount): Promise<TokenAccount> {
    const tx = transaction.kysely.withTables<AccountTables>();
    const held = await lockAccount(tx, word ?? accountNameOf(tokenName));
    if (held !== null) return held;
    if (word !== null)
      throw new Refusal('input-invalid', { errors: [{ pointer: '/account', detail: 'there is no such service account' }] });
    return this.#insert(transaction, { name: accountNameOf(tokenName), purpose: tokenName, owner }, actor);
  }

  async sweep(): Promise<void> {
    const { db, clock } = this.#parts;
    await forgetDeleted(db.kysely.withTables<AccountTables>(), clock.now() - DELETED_KEPT_MS);
  }

  async #insert(transaction: Transaction, input: Input, actor: Actor): Promise<TokenAccount> {
    const { bus, clock, newId } = this.#parts;
    const tx = transaction.kysely.withTables<AccountTables>();
    if ((await countAccounts(tx)) >= ACCOUNTS_MAX) {
      const errors = [{ pointer: '', detail: `at most ${ACCOUNTS_MAX} service accounts; delete some` }];
      throw new Refusal('conflict', { errors });
    }
    const { name, purpose = '', owner, applications: given = [] } = input;
    const applications = [...new Set(given)];
    const row: NewAccount = {
      id: newId(),
      name,
      purpose,
      owner,
      applications,
      createdAt: clock.now(),
      createdBy: byName(actor),
    };
    if (!(await insertAccount(tx, row)))
      throw new Refusal('conflict', { errors: [{ pointer: '/name', detail: 'a service account has this name' }] });
    const payload = { account: row.id, name, owner, applications };
    await bus.publish(transaction, [bus.newEvent(serviceAccountEvents.created, { actor, target: row.id, payload })]);
    return { id: row.id, name, status: 'active', applications };
  }

  async #switch(word: string, status: 'active' | 'disabled', actor: Actor): Promise<ServiceAccountView> {
    const { db, bus } = this.#parts;
    const id = await db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<AccountTables>();
      const account = await locked(tx, word);
      if (account.status === status) return account.id;
      await changeAccount(tx, account.id, { status });
      const payload = { account: account.id, tokens: await this.#tellAfter(transaction, account.id) };
      const definition = status === 'active' ? serviceAccountEvents.enabled : serviceAccountEvents.disabled;
      await bus.publish(transaction, [bus.newEvent(definition, { actor, target: account.id, payload })]);
      return account.id;
    });
    return this.#show(id);
  }

  /** How many tokens it is about. */
  async #tellAfter(transaction: Transaction, id: string): Promise<number> {
    const { clock, tokensChanged } = this.#parts;
    const hashes = await usableHashes(transaction.kysely.withTables<AccountTables>(), id, clock.now());
    transaction.afterCommit(() => tokensChanged(hashes));
    return hashes.length;
  }

  async #show(id: string): Promise<ServiceAccountView> {
    return this.#view(this.#parts.db.kysely.withTables<AccountTables>(), id);
  }

  async #view(tables: Parameters<typeof findAccount>[0], id: string): Promise<ServiceAccountView> {
    const view = await findAccount(tables, id, this.#parts.clock.now());
    if (view === null) throw new Refusal('not-found');
    return view;
  }
}

async function locked(tx: Parameters<typeof lockAccount>[0], word: string): Promise<TokenAccount> {
  const account = await lockAccount(tx, word);
  if (account === null) throw new Refusal('not-found');
  return account;
}
