import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Refusal } from '../../refusal.ts';
import type { RootKey } from '../root-key.ts';
import { type Given, type RootKeyProvider } from './provider.ts';
import type { SealDocument } from './seal-document.ts';
import { unwrapRootKey, wrapRootKey } from './wrap.ts';

const derive = promisify(argon2);
type Document = Extract<SealDocument, { kind: 'passphrase' }>;

/** RFC 9106 §4: the second recommended setting, with its passes. */
const PARAMETERS = { memoryKib: 65_536, passes: 3, lanes: 1 } as const;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** As for people's passwords (NIST SP 800-63B §3.1.1.2): length is what counts. */
export const PASSPHRASE_CHARS_MIN = 15;

async function keyOf(passphrase: Uint8Array, { argon2id, salt }: Pick<Document, 'argon2id' | 'salt'>): Promise<Buffer> {
  const { memoryKib, passes, lanes } = argon2id;
  return derive('argon2id', {
    message: passphrase,
    nonce: Buffer.from(salt, 'base64url'),
    memory: memoryKib,
    passes,
    parallelism: lanes,
    tagLength: KEY_BYTES,
  });
}

export async function sealWithPassphrase(root: RootKey, passphrase: Uint8Array): Promise<Document> {
  const form = { argon2id: PARAMETERS, salt: randomBytes(SALT_BYTES).toString('base64url') };
  const wrapped = wrapRootKey(root, { key: await keyOf(passphrase, form), kind: 'passphrase' });
  return { version: 1, kind: 'passphrase', root: root.id, ...form, wrapped };
}

/** `read`: the passphrase from a file that the configuration names; null = people bring it. */
export function passphraseProvider(document: Document, read: (() => Promise<Uint8Array>) | null): RootKeyProvider {
  const open = async (given: Given): Promise<RootKey> => {
    if (given.kind !== 'passphrase')
      throw new Refusal('unseal-refused', { detail: 'This root key is kept with a passphrase, not in shares.' });
    const key = await keyOf(given.passphrase, document);
    const root = unwrapRootKey({ key, ...document });
    if (root === null) throw new Refusal('unseal-refused', { detail: 'The passphrase is wrong, or keys/seal.json was changed.' });
    return root;
  };
  return {
    kind: 'passphrase',
    place: read === null ? 'a passphrase that people bring' : 'a passphrase in a file',
    rootKey: document.root,
    wants: { kind: 'passphrase' },
    open,
    async fetch() {
      if (read === null) return null;
      const passphrase = await read();
      try {
        return await open({ kind: 'passphrase', passphrase });
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'unseal-refused') throw error;
        throw new Refusal('key-wrong', {
          detail: `The passphrase in the file of keyring.passphraseFile does not open root key ${document.root}. Nothing was changed.`,
        });
      } finally {
        passphrase.fill(0);
      }
    },
  };
}
