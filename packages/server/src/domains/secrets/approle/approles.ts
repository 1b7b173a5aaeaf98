import { randomBytes, randomUUID } from 'node:crypto';
import { vaultEvents, type EventRecord, type Permission } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { createUlid } from '../../../platform/ulid.ts';
import { allowedFrom, hashToken, isTokenShaped, TOKEN_BYTES, writeToken, type Identity } from '../../identity/index.ts';
import type { VaultToken } from '../vault-tokens/vault-token.ts';
import type { VaultTokens } from '../vault-tokens/vault-tokens.ts';
import { DEFAULT_ROLE_SETTINGS, type AppRole, type RoleSettings, type SecretId } from './approle.ts';
import {
  deleteRole,
  deleteSecretId,
  findRole,
  findSecretId,
  forgetSecretIds,
  insertSecretId,
  readRoleNames,
  readSecretIds,
  saveRole,
  takeSecretId,
  type AppRoleDb,
  type AppRoleTables,
} from './store.ts';

const ROLES_MAX = 1000;
const SECRET_IDS_MAX = 10_000;

type Actor = EventRecord['actor'];

export interface AppRolesParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly accounts: Pick<Identity['accounts'], 'find' | 'forToken'>;
  readonly tokens: Pick<VaultTokens, 'createIn'>;
}

/** What is left out stays, or is as everywhere for a new role. */
export interface RoleChange {
  /** Name or id of a service account; left out = the one with the name of the role, made if there is none. */
  readonly account?: string | undefined;
  readonly permissions?: readonly Permission[] | undefined;
  readonly settings: Partial<RoleSettings>;
  readonly roleId?: string | undefined;
}

export interface SecretIdWanted {
  readonly meta: Readonly<Record<string, string>>;
  readonly cidrs: readonly string[];
  readonly tokenCidrs: readonly string[];
  /** Left out = what the role says. */
  readonly uses?: number | null | undefined;
  readonly ttlMs?: number | null | undefined;
}

export type SecretIdWord = { readonly secretId: string } | { readonly accessor: string };

/** Ways in for programs that cannot be asked anything: a role id, and a secret id that is good for a while or a few times. */
export interface AppRoles {
  save(name: string, change: RoleChange, actor: Actor): Promise<AppRole>;
  find(name: string): Promise<AppRole | null>;
  list(): Promise<readonly string[]>;
  remove(name: string, actor: Actor): Promise<void>;
  issue(role: string, wanted: SecretIdWanted, actor: Actor): Promise<{ readonly text: string; readonly id: SecretId }>;
  findSecretId(role: string, word: SecretIdWord): Promise<SecretId | null>;
  accessors(role: string): Promise<readonly string[]>;
  destroy(role: string, word: SecretIdWord, actor: Actor): Promise<void>;
  /** Null = the two do not belong together, or not from there: it is not told which. */
  login(given: Login): Promise<{ readonly text: string; readonly token: VaultToken } | null>;
  sweep(): Promise<void>;
}

export interface Login {
  readonly roleId: string;
  readonly secretId: string;
  readonly address: string | null;
}

export function createAppRoles(parts: AppRolesParts): AppRoles {
  return new StoredAppRoles(parts);
}

class StoredAppRoles implements AppRoles {
  readonly #parts: AppRolesParts;
  readonly #newId: () => string;

  constructor(parts: AppRolesParts) {
    this.#parts = parts;
    this.#newId = createUlid({ clock: parts.clock, random: (bytes) => randomBytes(bytes) });
  }

  async save(name: string, change: RoleChange, actor: Actor): Promise<AppRole> {
    return this.#change(async (tx, tables) => {
      const before = await findRole(tables, { name });
      if (before === null && (await readRoleNames(tables, ROLES_MAX)).length >= ROLES_MAX) {
        throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${ROLES_MAX} roles; delete some` }] });
      }
      const account = await this.#accountOf(tx, { name, before, word: change.account, actor });
      const role: AppRole = {
        name,
        roleId: change.roleId ?? before?.roleId ?? randomUUID(),
        account,
        permissions: [...new Set(change.permissions ?? before?.permissions ?? [])],
        settings: { ...DEFAULT_ROLE_SETTINGS, ...before?.settings, ...change.settings },
        createdAt: before?.createdAt ?? this.#parts.clock.now(),
      };
      const holder = await findRole(tables, { roleId: role.roleId });
      if (holder !== null && holder.name !== name)
        throw new Refusal('conflict', { errors: [{ pointer: '/role_id', detail: 'another role has this role_id' }] });
      await saveRole(tables, role, `${actor.kind}:${actor.ref}`);
      const payload = { role: name, account, permissions: [...role.permissions], isNew: before === null };
      return { result: role, event: this.#parts.bus.newEvent(vaultEvents.roleChanged, { actor, target: name, payload }) };
    });
  }

  async find(name: string): Promise<AppRole | null> {
    return findRole(this.#tables(), { name });
  }

  async list(): Promise<readonly string[]> {
    return readRoleNames(this.#tables(), ROLES_MAX);
  }

  async remove(name: string, actor: Actor): Promise<void> {
    await this.#change(async (_tx, tables) => {
      const secretIds = await deleteRole(tables, name);
      // Deleting what is not there is no fault for a client that wants it gone.
      if (secretIds === null) return { result: undefined, event: null };
      const payload = { role: name, secretIds };
      return { result: undefined, event: this.#parts.bus.newEvent(vaultEvents.roleDeleted, { actor, target: name, payload }) };
    });
  }

  async issue(name: string, wanted: SecretIdWanted, actor: Actor): ReturnType<AppRoles['issue']> {
    const { bus, clock } = this.#parts;
    return this.#change(async (_tx, tables) => {
      const role = await findRole(tables, { name });
      if (role === null) throw new Refusal('not-found');
      const now = clock.now();
      if ((await readSecretIds(tables, { role: name, now, limit: SECRET_IDS_MAX })).length >= SECRET_IDS_MAX) {
        throw new Refusal('conflict', {
          errors: [{ pointer: '', detail: `at most ${SECRET_IDS_MAX} secret ids; destroy some` }],
        });
      }
      const text = writeToken(randomBytes(TOKEN_BYTES));
      const { secretIdTtlMs, secretIdUses, secretIdCidrs } = role.settings;
      const ttlMs = wanted.ttlMs ?? secretIdTtlMs;
      const id: SecretId = {
        accessor: this.#newId(),
        role: name,
        meta: wanted.meta,
        cidrs: wanted.cidrs.length > 0 ? wanted.cidrs : secretIdCidrs,
        tokenCidrs: wanted.tokenCidrs,
        usesLeft: wanted.uses ?? secretIdUses,
        ttlMs,
        createdAt: now,
        expiresAt: ttlMs === null ? null : now + ttlMs,
      };
      const hash = hashToken(text).toString('hex');
      await insertSecretId(tables, { ...id, hash, createdBy: `${actor.kind}:${actor.ref}` });
      const { accessor, usesLeft, expiresAt } = id;
      const payload = { role: name, accessor, uses: usesLeft ?? 0, expiresAt };
      return { result: { text, id }, event: bus.newEvent(vaultEvents.secretIdIssued, { actor, target: name, payload }) };
    });
  }

  async findSecretId(role: string, word: SecretIdWord): Promise<SecretId | null> {
    return findSecretId(this.#tables(), { role, key: keyOf(word), now: this.#parts.clock.now() });
  }

  async accessors(role: string): Promise<readonly string[]> {
    return readSecretIds(this.#tables(), { role, now: this.#parts.clock.now(), limit: SECRET_IDS_MAX });
  }

  async destroy(role: string, word: SecretIdWord, actor: Actor): Promise<void> {
    await this.#change(async (_tx, tables) => {
      const id = await findSecretId(tables, { role, key: keyOf(word), now: this.#parts.clock.now() });
      if (id === null) throw new Refusal('not-found');
      await deleteSecretId(tables, id.accessor);
      const payload = { role, accessor: id.accessor };
      return {
        result: undefined,
        event: this.#parts.bus.newEvent(vaultEvents.secretIdDestroyed, { actor, target: role, payload }),
      };
    });
  }

  async login({ roleId, secretId, address }: Login): ReturnType<AppRoles['login']> {
    const { db, clock, accounts, tokens } = this.#parts;
    if (!isTokenShaped(secretId)) return null;
    const role = await findRole(this.#tables(), { roleId });
    if (role === null) return null;
    const account = await accounts.find(role.account);
    if (account?.status !== 'active') return null;
    return db.transaction(async (tx) => {
      const tables = tx.kysely.withTables<AppRoleTables>();
      const id = await findSecretId(tables, { role: role.name, key: keyOf({ secretId }), now: clock.now() });
      if (id === null || !allowedFrom(id.cidrs)(address) || !(await takeSecretId(tables, id))) return null;
      const { settings } = role;
      const purpose = settings.purpose === null ? {} : { purpose: settings.purpose };
      const wanted = {
        account: { id: account.id, name: account.name },
        displayName: 'approle',
        permissions: role.permissions,
        meta: { ...purpose, ...id.meta, role_name: role.name },
        cidrs: id.tokenCidrs.length > 0 ? id.tokenCidrs : settings.tokenCidrs,
        role: role.name,
        parent: null,
        ttlMs: settings.tokenTtlMs,
        maxTtlMs: settings.tokenMaxTtlMs,
        periodMs: settings.tokenPeriodMs,
        uses: settings.tokenUses,
      };
      return tokens.createIn(tx, wanted, { kind: 'token', ref: `approle:${role.name}`.slice(0, 128) });
    });
  }

  async sweep(): Promise<void> {
    await forgetSecretIds(this.#tables(), this.#parts.clock.now());
  }

  async #accountOf(
    tx: Transaction,
    { name, before, word, actor }: { name: string; before: AppRole | null; word: string | undefined; actor: Actor },
  ): Promise<string> {
    if (before !== null && word === undefined) return before.account;
    const { id } = await this.#parts.accounts.forToken(tx, { word: word ?? null, tokenName: name, owner: null, actor });
    return id;
  }

  /** One change and its event. */
  async #change<Result>(
    run: (tx: Transaction, tables: AppRoleDb) => Promise<{ result: Result; event: EventRecord | null }>,
  ): Promise<Result> {
    const { db, bus } = this.#parts;
    return db.transaction(async (tx) => {
      const { result, event } = await run(tx, tx.kysely.withTables<AppRoleTables>());
      if (event !== null) await bus.publish(tx, [event]);
      return result;
    });
  }

  #tables(): AppRoleDb {
    return this.#parts.db.kysely.withTables<AppRoleTables>();
  }
}

const keyOf = (word: SecretIdWord) =>
  'accessor' in word ? { accessor: word.accessor } : { hash: hashToken(word.secretId).toString('hex') };
