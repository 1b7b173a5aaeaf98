import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { vaultEvents, type EventRecord } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { decrypt, encrypt, formatCiphertext, parseCiphertext } from './ciphertext.ts';
import {
  addVersion,
  configureKey,
  deleteKey,
  findKey,
  insertKey,
  lockKey,
  readKeyNames,
  type KeySettings,
  type TransitDb,
  type TransitKey,
  type TransitTables,
} from './store.ts';

const KEYS_MAX = 10_000;
const VERSIONS_MAX = 1000;
const KEY_BYTES = 32;
/** How long an opened key is believed; a change at another node is seen after this. */
const CACHE_MS = 10_000;
const CACHED_MAX = 1000;

type Actor = EventRecord['actor'];
type Change = 'created' | 'rotated' | 'configured' | 'deleted';

/** One of a batch: a fault of one does not touch the others. */
export type Item<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly detail: string };

export interface Plain {
  readonly plaintext: Buffer;
  readonly associated: Buffer;
  /** Left out = the latest. */
  readonly version?: number | undefined;
}
export interface Sealed {
  readonly ciphertext: string;
  readonly associated: Buffer;
}
export interface Encrypted {
  readonly ciphertext: string;
  readonly version: number;
}

export interface TransitParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly keyring: Pick<Keyring, 'seal' | 'open'>;
}

/** Encrypts for applications with keys that they never see. */
export interface Transit {
  list(): Promise<readonly string[]>;
  find(name: string): Promise<TransitKey | null>;
  /** As it is, when there is one. */
  create(name: string, actor: Actor): Promise<TransitKey>;
  rotate(name: string, actor: Actor): Promise<TransitKey>;
  configure(name: string, settings: Partial<KeySettings>, actor: Actor): Promise<TransitKey>;
  remove(name: string, actor: Actor): Promise<void>;
  encrypt(name: string, values: readonly Plain[], actor: Actor): Promise<readonly Item<Encrypted>[]>;
  decrypt(name: string, values: readonly Sealed[], actor: Actor): Promise<readonly Item<Buffer>[]>;
  rewrap(name: string, values: readonly Sealed[], actor: Actor): Promise<readonly Item<Encrypted>[]>;
}

interface Opened {
  readonly key: TransitKey;
  readonly keys: ReadonlyMap<number, KeyObject>;
}

export const transitPlace = (name: string, version: number): readonly string[] => [
  'secrets_transit_version',
  'sealed',
  name,
  String(version),
];

const invalid = (detail: string): Refusal => new Refusal('input-invalid', { errors: [{ pointer: '', detail }] });
const failed = (detail: string): { kind: 'failed'; detail: string } => ({ kind: 'failed', detail });

export function createTransit(parts: TransitParts): Transit {
  return new StoredTransit(parts);
}

class StoredTransit implements Transit {
  readonly #parts: TransitParts;
  readonly #cache = new Map<string, { opened: Opened; until: number }>();

  constructor(parts: TransitParts) {
    this.#parts = parts;
  }

  async list(): Promise<readonly string[]> {
    return readKeyNames(this.#tables(), KEYS_MAX);
  }

  async find(name: string): Promise<TransitKey | null> {
    return (await findKey(this.#tables(), name))?.key ?? null;
  }

  async create(name: string, actor: Actor): Promise<TransitKey> {
    const { clock } = this.#parts;
    return this.#change(name, actor, async (tx) => {
      if ((await readKeyNames(tx, KEYS_MAX)).length >= KEYS_MAX) throw invalid(`at most ${KEYS_MAX} keys`);
      if (!(await insertKey(tx, name, { now: clock.now(), by: `${actor.kind}:${actor.ref}` }))) return null;
      await this.#addVersion(tx, name, 1);
      return 'created';
    });
  }

  async rotate(name: string, actor: Actor): Promise<TransitKey> {
    return this.#change(name, actor, async (tx) => {
      const { latestVersion } = await locked(tx, name);
      if (latestVersion >= VERSIONS_MAX) throw invalid(`at most ${VERSIONS_MAX} versions of one key`);
      await this.#addVersion(tx, name, latestVersion + 1);
      return 'rotated';
    });
  }

  async configure(name: string, settings: Partial<KeySettings>, actor: Actor): Promise<TransitKey> {
    return this.#change(name, actor, async (tx) => {
      const key = await locked(tx, name);
      const { minDecryptionVersion, minEncryptionVersion, isDeletionAllowed } = { ...key, ...settings };
      if (minDecryptionVersion < 1 || minDecryptionVersion > key.latestVersion)
        throw invalid(`min_decryption_version must be from 1 to ${key.latestVersion}`);
      if (minEncryptionVersion < 0 || minEncryptionVersion > key.latestVersion)
        throw invalid(`min_encryption_version must be from 0 to ${key.latestVersion}`);
      if (minEncryptionVersion !== 0 && minEncryptionVersion < minDecryptionVersion)
        throw invalid('min_encryption_version is below min_decryption_version');
      await configureKey(tx, name, { minDecryptionVersion, minEncryptionVersion, isDeletionAllowed });
      return 'configured';
    });
  }

  async remove(name: string, actor: Actor): Promise<void> {
    await this.#parts.db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<TransitTables>();
      const key = await locked(tx, name);
      if (!key.isDeletionAllowed) throw invalid('deletion is not allowed for this key: set deletion_allowed first');
      await deleteKey(tx, name);
      await this.#publish(transaction, { key, change: 'deleted', actor });
    });
  }

  async encrypt(name: string, values: readonly Plain[], actor: Actor): Promise<readonly Item<Encrypted>[]> {
    const opened = await this.#open(name);
    await this.#record({ name, operation: 'encrypt', values: values.length, actor });
    return values.map((value) => encryptOne(opened, value));
  }

  async decrypt(name: string, values: readonly Sealed[], actor: Actor): Promise<readonly Item<Buffer>[]> {
    const opened = await this.#open(name);
    await this.#record({ name, operation: 'decrypt', values: values.length, actor });
    return values.map((value) => decryptOne(opened, value));
  }

  async rewrap(name: string, values: readonly Sealed[], actor: Actor): Promise<readonly Item<Encrypted>[]> {
    const opened = await this.#open(name);
    await this.#record({ name, operation: 'rewrap', values: values.length, actor });
    return values.map((value) => {
      const plain = decryptOne(opened, value);
      if (plain.kind === 'failed') return plain;
      const sealed = encryptOne(opened, { plaintext: plain.result, associated: value.associated });
      plain.result.fill(0);
      return sealed;
    });
  }

  async #open(name: string): Promise<Opened> {
    const at = this.#parts.clock.now();
    const cached = this.#cache.get(name);
    if (cached !== undefined && cached.until > at && cached.until <= at + CACHE_MS) return cached.opened;
    const found = await findKey(this.#tables(), name);
    if (found === null) throw invalid('encryption key not found');
    const keys = new Map<number, KeyObject>();
    for (const { version, sealed } of found.sealed) {
      const bytes = this.#parts.keyring.open(sealed, transitPlace(name, version));
      keys.set(version, createSecretKey(bytes));
      bytes.fill(0);
    }
    const opened = { key: found.key, keys };
    if (this.#cache.size >= CACHED_MAX) this.#cache.clear();
    this.#cache.set(name, { opened, until: at + CACHE_MS });
    return opened;
  }

  async #addVersion(tx: TransitDb, name: string, version: number): Promise<void> {
    const { keyring, clock } = this.#parts;
    const bytes = randomBytes(KEY_BYTES);
    const sealed = keyring.seal(bytes, transitPlace(name, version));
    bytes.fill(0);
    await addVersion(tx, name, { version, sealed, createdAt: clock.now() });
  }

  /** One change and its event; null = there was nothing to change. */
  async #change(name: string, actor: Actor, run: (tx: TransitDb) => Promise<Change | null>): Promise<TransitKey> {
    return this.#parts.db.transaction(async (transaction) => {
      const tx = transaction.kysely.withTables<TransitTables>();
      const change = await run(tx);
      const key = (await findKey(tx, name))?.key;
      if (key === undefined) throw new Error('assertion: a key that was changed is there');
      if (change !== null) await this.#publish(transaction, { key, change, actor });
      return key;
    });
  }

  async #publish(tx: Transaction, { key, change, actor }: { key: TransitKey; change: Change; actor: Actor }): Promise<void> {
    const { bus } = this.#parts;
    const { name, latestVersion: version, minDecryptionVersion } = key;
    const payload = { key: name, change, version, minDecryptionVersion };
    await bus.publish(tx, [bus.newEvent(vaultEvents.transitKeyChanged, { actor, target: name, payload })]);
    tx.afterCommit(() => void this.#cache.delete(name));
  }

  /** Before it happens: what cannot be recorded is not done. */
  async #record({ name, operation, values, actor }: Use): Promise<void> {
    const { bus } = this.#parts;
    await bus.record(bus.newEvent(vaultEvents.transitUsed, { actor, target: name, payload: { key: name, operation, values } }));
  }

  #tables(): TransitDb {
    return this.#parts.db.kysely.withTables<TransitTables>();
  }
}

interface Use {
  readonly name: string;
  readonly operation: 'encrypt' | 'decrypt' | 'rewrap';
  readonly values: number;
  readonly actor: Actor;
}

async function locked(tx: TransitDb, name: string): Promise<TransitKey> {
  const found = (await lockKey(tx, name)) ? await findKey(tx, name) : null;
  if (found === null) throw new Refusal('not-found');
  return found.key;
}

function encryptOne({ key, keys }: Opened, { plaintext, associated, version = key.latestVersion }: Plain): Item<Encrypted> {
  if (version < key.minEncryptionVersion || version < key.minDecryptionVersion || version > key.latestVersion)
    return failed('requested version for encryption is not usable');
  const secret = keys.get(version);
  if (secret === undefined) return failed('requested version for encryption is not usable');
  return {
    kind: 'done',
    result: { ciphertext: formatCiphertext({ version, sealed: encrypt(secret, plaintext, associated) }), version },
  };
}

function decryptOne({ key, keys }: Opened, { ciphertext, associated }: Sealed): Item<Buffer> {
  const parsed = parseCiphertext(ciphertext);
  if (parsed === null) return failed('invalid ciphertext: no prefix');
  if (parsed.version > key.latestVersion) return failed('invalid ciphertext: version is too new');
  if (parsed.version < key.minDecryptionVersion)
    return failed('ciphertext or signature version is disallowed by policy (too old)');
  const secret = keys.get(parsed.version);
  const plain = secret === undefined ? null : decrypt(secret, parsed.sealed, associated);
  return plain === null ? failed('invalid ciphertext: unable to decrypt') : { kind: 'done', result: plain };
}
