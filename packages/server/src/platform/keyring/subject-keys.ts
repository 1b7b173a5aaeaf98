import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import path from 'node:path';
import { toCrockford } from '../crockford.ts';
import { formatEnvelope, openBytes, parseEnvelope, sealBytes, type Place } from './envelope.ts';
import type { Keyring } from './keyring.ts';
import type { SealedArea } from './sealed-area.ts';
import { createSubjectArea, unwrapSubject, wrapSubject } from './subject-area.ts';
import { SubjectFile } from './subject-file.ts';

const NAME_LETTERS = 20;
const KEY_BYTES = 32;
/** Unwrapped keys held at a time. */
const KEYS_CACHED_MAX = 10_000;
/**
 * Subjects with a key of their own. Beyond it a value is sealed with a key that is thrown away at once: recorded, but readable
 * by nobody. That errs to the side of the subject and keeps an attacker with many addresses from filling memory and disk.
 */
const SUBJECTS_MAX = 2_000_000;
const TENANT = 'default';

export interface SubjectValue {
  readonly subject: string;
  readonly field: string;
  /** The record it belongs to. */
  readonly place: Place;
}

export interface SubjectKeys {
  /** `sub_` and 20 characters: stable for a subject, says nothing without the keyring. */
  pseudonym(subject: string): string;
  /** `enc:v1:<pseudonym>:…`, under the subject's own key, which is made now if there is none. */
  encrypt(value: SubjectValue & { readonly text: string }): string;
  /** Null when the subject was erased, or the text was changed or moved. */
  decrypt(value: { readonly envelope: string; readonly field: string; readonly place: Place }): string | null;
  /** Makes new keys durable. The ledger calls it before it makes the records durable that need them. */
  flush(): Promise<void>;
  /** Destroys the key: nothing of the subject can be read any more, and every proof stays as it was. */
  erase(subject: string): Promise<boolean>;
  readonly count: number;
  /** The wrapped keys, as an area of what is sealed. */
  readonly sealed: SealedArea;
  close(): Promise<void>;
}

interface Held {
  readonly pseudonym: string;
  readonly key: KeyObject;
}

export async function openSubjectKeys({ dataDir, keyring }: { dataDir: string; keyring: Keyring }): Promise<SubjectKeys> {
  const file = await SubjectFile.open(path.resolve(dataDir, 'keys', 'subjects.log'));
  return createSubjectKeys(file, keyring);
}

interface Names {
  readonly of: (subject: string) => string;
  readonly forget: (subject: string) => void;
}

/** Subjects of the last records come again and again: one HMAC for each, not four for each record. */
function createNames(nameKey: KeyObject): Names {
  const names = new Map<string, string>();
  const make = (subject: string): string => {
    if (names.size >= KEYS_CACHED_MAX) names.clear();
    const digest = createHmac('sha256', nameKey)
      .update(JSON.stringify([TENANT, subject]))
      .digest();
    // 100 bits in base 32 letters: no two subjects meet, and no padding or case matters.
    const name = `sub_${toCrockford(digest).slice(0, NAME_LETTERS).toLowerCase()}`;
    names.set(subject, name);
    return name;
  };
  return { of: (subject) => names.get(subject) ?? make(subject), forget: (subject) => void names.delete(subject) };
}

/**
 * Keys of the latest subjects, in two generations: what is used comes into the younger one, and when that is full the older one
 * goes. A list in the order of use would cost as much at each use as the encryption does.
 */
function createHeld() {
  let younger = new Map<string, Held>();
  let older = new Map<string, Held>();
  const keep = (one: Held): Held => {
    if (younger.size >= KEYS_CACHED_MAX / 2) {
      older = younger;
      younger = new Map();
    }
    younger.set(one.pseudonym, one);
    return one;
  };
  return {
    keep,
    get(name: string): Held | null {
      const young = younger.get(name);
      if (young !== undefined) return young;
      const old = older.get(name);
      return old === undefined ? null : keep(old);
    },
    forget(name: string): void {
      younger.delete(name);
      older.delete(name);
    },
  };
}

function createSubjectKeys(file: SubjectFile, keyring: Keyring): SubjectKeys {
  const held = createHeld();

  const names = createNames(keyring.keyFor('subject pseudonym'));

  const find = (name: string): Held | null => {
    const cached = held.get(name);
    if (cached !== null) return cached;
    const bytes = unwrapSubject(keyring, file, name);
    if (bytes === null) return null;
    const found = held.keep({ pseudonym: name, key: createSecretKey(bytes) });
    bytes.fill(0);
    return found;
  };
  const findOrMake = (name: string): Held => {
    const found = find(name);
    if (found !== null) return found;
    const bytes = randomBytes(KEY_BYTES);
    const key = createSecretKey(bytes);
    if (file.count >= SUBJECTS_MAX) return { pseudonym: name, key };
    file.add(name, wrapSubject(keyring, name, bytes));
    bytes.fill(0);
    return held.keep({ pseudonym: name, key });
  };

  return {
    pseudonym: names.of,
    encrypt: ({ subject, field, text, place }) => {
      const { pseudonym: keyId, key } = findOrMake(names.of(subject));
      return formatEnvelope(keyId, sealBytes(key, Buffer.from(text), { keyId, place: [field, ...place] }));
    },
    decrypt: ({ envelope, field, place }) => {
      const parsed = parseEnvelope(envelope);
      const found = parsed === null ? null : find(parsed.keyId);
      if (parsed === null || found === null) return null;
      return openBytes(found.key, parsed.sealed, { keyId: parsed.keyId, place: [field, ...place] })?.toString() ?? null;
    },
    flush: () => file.flush(),
    erase: (subject) => {
      const name = names.of(subject);
      names.forget(subject);
      held.forget(name);
      return file.remove(name);
    },
    get count() {
      return file.count;
    },
    sealed: createSubjectArea(file, keyring),
    close: () => file.close(),
  };
}
