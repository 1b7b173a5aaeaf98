import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../atomic-file.ts';
import { Refusal } from '../refusal.ts';
import { formatEnvelope, openBytes, parseEnvelope, sealBytes, type Place } from './envelope.ts';
import { createRootKey, deriveKey, readRootKey, type RootKey } from './root-key.ts';

const KEYS_MAX = 1000;
const KEY_BYTES = 32;
const CHECK_TEXT = 'holdfast';

const keyringSchema = z.strictObject({
  version: z.literal(1),
  /** Id of the root key that these keys are wrapped with. */
  root: z.string().max(64),
  /** Key check value: opens with the right root key and with no other. */
  check: z.string().max(256),
  /** Data keys, wrapped; the last one of a purpose seals, the earlier ones only open. */
  keys: z
    .array(z.strictObject({ id: z.string().max(64), purpose: z.enum(['data', 'mac']), wrapped: z.string().max(256) }))
    .max(KEYS_MAX),
});
type KeyringFile = z.infer<typeof keyringSchema>;

export interface KeyringParts {
  readonly dataDir: string;
  /** Root key kept elsewhere; null = `<dataDir>/keys/root.key`, made at first start. */
  readonly file?: string | null;
  /** Of a database that other nodes use already; asked for only when this data directory has no keys yet. */
  readonly readShared?: (() => Promise<string | null>) | null;
}

export interface Keyring {
  readonly rootId: string;
  /** True at the first start: the operator should put the root key away. */
  readonly isNew: boolean;
  readonly rootKeyFile: string;
  /** The ring as it is stored: wrapped with the root key, so that it says nothing without it. */
  readonly wrappedRing: string;
  /** Bytes in, text out; bound to the place. */
  seal(bytes: Uint8Array, place: Place): string;
  /** Refuses what was changed, moved or sealed elsewhere. */
  open(envelope: string, place: Place): Buffer;
  /** HMAC-SHA256 under a key of this purpose, hex. */
  hmac(purpose: string, text: string): string;
  /** A key derived for one purpose, for those who need the key itself. */
  keyFor(purpose: string): KeyObject;
}

/**
 * Root key -> key-encryption key -> data keys. A wrong root key is refused before anything is read with it or written.
 *
 * @example const keyring = await openKeyring({ dataDir });
 */
export async function openKeyring({ dataDir, file = null, readShared = null }: KeyringParts): Promise<Keyring> {
  const folder = path.resolve(dataDir, 'keys');
  const rootKeyFile = file === null ? path.join(folder, 'root.key') : path.resolve(file);
  const ringFile = path.join(folder, 'keyring.json');
  const stored = await readRing(ringFile);
  const shared = stored === null ? await parseShared(readShared) : null;
  const root = (await readRootKey(rootKeyFile)) ?? (await makeRootKey({ stored, shared, rootKeyFile }));
  const kek = createSecretKey(deriveKey(root.bytes, 'key encryption'));
  if (shared !== null && shared.root !== root.id) throw anotherRoot(shared.root, root.id);
  const ring = stored ?? shared ?? newRing(root, kek);
  assertFits({ ring, root, kek });
  if (stored === null) await writeFileAtomically(ringFile, `${JSON.stringify(ring, null, 2)}\n`);
  return createKeyring({ ring, root, kek, rootKeyFile, isNew: stored === null });
}

async function readRing(file: string): Promise<KeyringFile | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Refusal('data-dir-unusable', { detail: 'keys/keyring.json cannot be read.', cause: error });
  }
  try {
    return keyringSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Refusal('key-wrong', { detail: 'keys/keyring.json is damaged: restore it from a backup.', cause: error });
  }
}

async function parseShared(readShared: KeyringParts['readShared']): Promise<KeyringFile | null> {
  const text = (await readShared?.()) ?? null;
  if (text === null) return null;
  try {
    return keyringSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Refusal('key-wrong', { detail: 'The keyring in the database is damaged: restore it from a backup.', cause: error });
  }
}

const anotherRoot = (wanted: string, given: string): Refusal =>
  new Refusal('key-wrong', {
    detail: `This database was sealed with root key ${wanted}; this node has root key ${given}. Nothing was changed. Give it the key file of a node that runs: holdfast init --root-key FILE`,
  });

interface RootKeyWanted {
  readonly stored: KeyringFile | null;
  readonly shared: KeyringFile | null;
  readonly rootKeyFile: string;
}

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

function newRing(root: RootKey, kek: KeyObject): KeyringFile {
  const wrap = (purpose: 'data' | 'mac'): KeyringFile['keys'][number] => {
    const id = `${purpose}_${randomBytes(6).toString('hex')}`;
    const place = ['keyring', purpose, id];
    return { id, purpose, wrapped: sealBytes(kek, randomBytes(KEY_BYTES), { keyId: root.id, place }).toString('base64url') };
  };
  const check = sealBytes(kek, Buffer.from(CHECK_TEXT), { keyId: root.id, place: ['keyring', 'check'] }).toString('base64url');
  return { version: 1, root: root.id, check, keys: [wrap('data'), wrap('mac')] };
}

function assertFits({ ring, root, kek }: { ring: KeyringFile; root: RootKey; kek: KeyObject }): void {
  const opened = openBytes(kek, Buffer.from(ring.check, 'base64url'), { keyId: root.id, place: ['keyring', 'check'] });
  if (ring.root !== root.id || opened?.toString() !== CHECK_TEXT) {
    throw new Refusal('key-wrong', {
      detail: `This data directory needs root key ${ring.root}; the key file holds ${root.id}. Nothing was changed.`,
    });
  }
}

interface Opened {
  readonly ring: KeyringFile;
  readonly root: RootKey;
  readonly kek: KeyObject;
  readonly rootKeyFile: string;
  readonly isNew: boolean;
}

function createKeyring({ ring, root, kek, rootKeyFile, isNew }: Opened): Keyring {
  const keys = new Map<string, KeyObject>();
  const current = { data: '', mac: '' };
  for (const { id, purpose, wrapped } of ring.keys) {
    const bytes = openBytes(kek, Buffer.from(wrapped, 'base64url'), { keyId: root.id, place: ['keyring', purpose, id] });
    if (bytes === null)
      throw new Refusal('key-wrong', { detail: `Key ${id} of keys/keyring.json does not open: restore the file.` });
    keys.set(id, createSecretKey(bytes));
    bytes.fill(0);
    current[purpose] = id;
  }
  const sealing = keys.get(current.data);
  const mac = keys.get(current.mac);
  if (sealing === undefined || mac === undefined)
    throw new Refusal('key-wrong', { detail: 'keys/keyring.json holds no usable keys.' });

  const derived = new Map<string, KeyObject>();
  const keyFor = (purpose: string): KeyObject => {
    const known = derived.get(purpose);
    if (known !== undefined) return known;
    if (derived.size >= KEYS_MAX) throw new Error('assertion: purposes are constants of the program');
    const key = createSecretKey(deriveKey(mac.export(), `purpose ${purpose}`));
    derived.set(purpose, key);
    return key;
  };
  return {
    rootId: root.id,
    isNew,
    wrappedRing: JSON.stringify(ring),
    rootKeyFile,
    seal: (bytes, place) => formatEnvelope(current.data, sealBytes(sealing, bytes, { keyId: current.data, place })),
    open: (text, place) => {
      const envelope = parseEnvelope(text);
      const key = envelope === null ? undefined : keys.get(envelope.keyId);
      const bytes =
        envelope === null || key === undefined ? null : openBytes(key, envelope.sealed, { keyId: envelope.keyId, place });
      if (bytes === null) throw new Refusal('key-wrong', { detail: `What is sealed for ${place.join('/')} does not open.` });
      return bytes;
    },
    hmac: (purpose, text) => createHmac('sha256', keyFor(purpose)).update(text).digest('hex'),
    keyFor,
  };
}
