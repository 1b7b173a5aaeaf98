import { createHmac, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../atomic-file.ts';
import { Refusal } from '../refusal.ts';
import { formatEnvelope, openBytes, parseEnvelope, sealBytes, type Place } from './envelope.ts';
import { settleRootKey } from './ring/change-root.ts';
import { openNonceUse, type NonceUse } from './ring/nonce-use.ts';
import { OpenedRing, type OpenedKey } from './ring/opened-ring.ts';
import { formatRing, isSameRing, judgeRing, parseRing, type Ring, type StoredRing } from './ring/ring-file.ts';
import { deriveFor, newRing, toKek, upgradeRing, type Kek } from './ring/wrap.ts';
import { createRootKey, readRootKey, type RootKey } from './root-key.ts';

const PURPOSES_MAX = 1000;

export interface KeyringParts {
  readonly dataDir: string;
  /** Root key kept elsewhere; null = `<dataDir>/keys/root.key`, made at first start. */
  readonly file?: string | null;
  /** As the seal yielded it (`seal/`), wiped when the keys are derived; null = the key file. */
  readonly root?: RootKey | null;
  /**
   * Of a database that other nodes use already; asked for when this data directory has no keys yet, or keys of another root key
   * than it is given.
   */
  readonly readShared?: (() => Promise<string | null>) | null;
  readonly now?: () => number;
}

export interface Keyring {
  readonly rootId: string;
  /** True at the first start: the operator should put the root key away. */
  readonly isNew: boolean;
  readonly rootKeyFile: string;
  /** Bytes in, text out; bound to the place. */
  seal(bytes: Uint8Array, place: Place): string;
  /** Refuses what was changed, moved or sealed elsewhere. */
  open(envelope: string, place: Place): Buffer;
  /** HMAC-SHA256 under a key of this purpose, hex. */
  hmac(purpose: string, text: string): string;
  /** A key derived for one purpose, for those who need the key itself. It is the same for the life of the ring. */
  keyFor(purpose: string): KeyObject;
  /** What wraps the keys of data subjects. */
  readonly subjects: SubjectWrapping;
  readonly isSealed: boolean;
  /** Lets go of the keys that seal and open: both are refused with `keyring-sealed`. Pseudonyms, and keys of data subjects, go on. */
  putAway(): void;
  /** Opens the ring again. Refused with `key-wrong` when it is another root key. */
  bringBack(root: RootKey): void;
  /** For those who change it. */
  readonly ring: OpenedRing;
  readonly nonces: NonceUse;
  /** Puts a state of the ring on the disk; it is in use only when the ring adopts it. */
  store(ring: Ring): Promise<void>;
}

export interface SubjectWrapping {
  /** The key that wraps now. Each call is one nonce of it. */
  sealing(): OpenedKey;
  find(id: string): KeyObject | null;
}

/**
 * Root key -> key-encryption key -> data keys. A wrong root key is refused before anything is read with it or written.
 *
 * @example const keyring = await openKeyring({ dataDir });
 */
export async function openKeyring(parts: KeyringParts): Promise<Keyring> {
  const { dataDir, file = null, readShared = null, now = Date.now } = parts;
  const folder = path.resolve(dataDir, 'keys');
  const rootKeyFile = file === null ? path.join(folder, 'root.key') : path.resolve(file);
  const ringFile = path.join(folder, 'keyring.json');
  const stored = await readRing(ringFile);
  const isNewRoot = await settleRootKey(rootKeyFile, stored?.root ?? null);
  const shared = stored === null ? await parseShared(readShared) : null;
  // Whoever read the key before the change was finished has the one before.
  const root = (isNewRoot ? null : parts.root) ?? (await findRootKey({ stored, shared, rootKeyFile }));
  const kek = toKek(root);
  root.bytes.fill(0);
  if (shared !== null && shared.root !== kek.id) throw anotherRoot(shared.root, kek.id);
  const known = stored === null ? shared : await ownOrShared(kek, stored, readShared);
  const ring = await current(known, kek, { ringFile, now });
  const store = (next: Ring): Promise<void> => writeFileAtomically(ringFile, formatRing(next));
  if (ring !== stored) await store(ring);
  const nonces = openNonceUse(path.join(folder, 'nonces.json'));
  return createKeyring({ ring: new OpenedRing(ring, kek, now), nonces, store, rootKeyFile, isNew: stored === null });
}

/** After the root key was changed at another node, the ring in the database fits the new one, and that of this node does not. */
async function ownOrShared(kek: Kek, stored: StoredRing, readShared: KeyringParts['readShared']): Promise<StoredRing> {
  if (stored.root === kek.id) return stored;
  const shared = await parseShared(readShared);
  return shared !== null && shared.root === kek.id && isSameRing(shared, stored) ? shared : stored;
}

async function current(
  ring: StoredRing | null,
  kek: Kek,
  { ringFile, now }: { ringFile: string; now: () => number },
): Promise<Ring> {
  if (ring === null) return newRing(kek, now());
  assertFits(ring, kek);
  if (ring.version === 2) return ring;
  // Written once and never again, so the file is as old as the keys in it.
  const madeAt = await stat(ringFile).then(
    ({ mtimeMs }) => Math.floor(mtimeMs),
    () => now(),
  );
  const upgraded = upgradeRing(ring, kek, madeAt);
  if (upgraded === null) throw damaged('keys/keyring.json holds a key that does not open: restore it from a backup.');
  return upgraded;
}

const damaged = (detail: string, cause?: unknown): Refusal => new Refusal('key-wrong', { detail, cause });

async function readRing(file: string): Promise<StoredRing | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Refusal('data-dir-unusable', { detail: 'keys/keyring.json cannot be read.', cause: error });
  }
  try {
    return parseRing(text);
  } catch (error) {
    throw damaged('keys/keyring.json is damaged: restore it from a backup.', error);
  }
}

async function parseShared(readShared: KeyringParts['readShared']): Promise<StoredRing | null> {
  const text = (await readShared?.()) ?? null;
  if (text === null) return null;
  try {
    return parseRing(text);
  } catch (error) {
    throw damaged('The keyring in the database is damaged: restore it from a backup.', error);
  }
}

const anotherRoot = (wanted: string, given: string): Refusal =>
  new Refusal('key-wrong', {
    detail: `This database was sealed with root key ${wanted}; this node has root key ${given}. Nothing was changed. Give it the key file of a node that runs: holdfast init --root-key FILE`,
  });

interface RootKeyWanted {
  readonly stored: StoredRing | null;
  readonly shared: StoredRing | null;
  readonly rootKeyFile: string;
}

const findRootKey = async (wanted: RootKeyWanted): Promise<RootKey> =>
  (await readRootKey(wanted.rootKeyFile)) ?? makeRootKey(wanted);

/** What has keys already, data directory or database, must never be given a new root key: nothing in it would open. */
async function makeRootKey({ stored, shared, rootKeyFile }: RootKeyWanted): Promise<RootKey> {
  if (shared !== null) {
    throw new Refusal('key-wrong', {
      detail: `This database was sealed with root key ${shared.root}; this node has none. Nothing was changed. Give it the key file of a node that runs: holdfast init --root-key FILE`,
    });
  }
  if (stored !== null) {
    throw new Refusal('key-wrong', {
      detail: `The root key ${stored.root} of this data directory is missing: ${path.basename(rootKeyFile)} is not there.`,
    });
  }
  return createRootKey(rootKeyFile);
}

function assertFits(ring: StoredRing, { id, kek }: Kek): void {
  const verdict = judgeRing(ring, { id }, kek);
  if (verdict === 'fits') return;
  if (verdict === 'changed')
    throw damaged('keys/keyring.json was changed or cut: restore it from a backup. Nothing was changed.');
  throw damaged(`This data directory needs root key ${ring.root}; the key file holds ${id}. Nothing was changed.`);
}

interface Opened extends Pick<Keyring, 'ring' | 'nonces' | 'store' | 'rootKeyFile' | 'isNew'> {}

function createKeyring({ ring, nonces, store, rootKeyFile, isNew }: Opened): Keyring {
  const derived = new Map<string, KeyObject>();
  const keyFor = (purpose: string): KeyObject => {
    const known = derived.get(purpose);
    if (known !== undefined) return known;
    if (derived.size >= PURPOSES_MAX) throw new Error('assertion: purposes are constants of the program');
    const key = deriveFor(ring.sealing('mac').key, purpose);
    derived.set(purpose, key);
    return key;
  };
  const taking = (purpose: 'data' | 'subjects'): OpenedKey => {
    const sealing = ring.sealing(purpose);
    nonces.take(sealing.id);
    return sealing;
  };
  return {
    get rootId() {
      return ring.ring.root;
    },
    isNew,
    rootKeyFile,
    seal: (bytes, place) => {
      const { id: keyId, key } = taking('data');
      return formatEnvelope(keyId, sealBytes(key, bytes, { keyId, place }));
    },
    open: (text, place) => {
      const envelope = parseEnvelope(text);
      const key = envelope === null ? null : ring.find(envelope.keyId);
      const bytes = envelope === null || key === null ? null : openBytes(key, envelope.sealed, { keyId: envelope.keyId, place });
      if (bytes === null) throw new Refusal('key-wrong', { detail: `What is sealed for ${place.join('/')} does not open.` });
      return bytes;
    },
    hmac: (purpose, text) => createHmac('sha256', keyFor(purpose)).update(text).digest('hex'),
    keyFor,
    get isSealed() {
      return ring.isSealed;
    },
    putAway: () => ring.putAway(),
    bringBack(root) {
      const kek = toKek(root);
      root.bytes.fill(0);
      assertFits(ring.ring, kek);
      ring.adopt(ring.ring, kek);
    },
    subjects: { sealing: () => taking('subjects'), find: (id) => ring.find(id) },
    ring,
    nonces,
    store,
  };
}
