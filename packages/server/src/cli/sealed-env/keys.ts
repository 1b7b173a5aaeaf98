import { hkdfSync, randomBytes } from 'node:crypto';
import { Refusal } from '../../platform/refusal.ts';

const KEY_BYTES = 32;
const ID_BYTES = 16;

/** What opens one file: its id, and the keys that are made of the one key that recipients share. */
export interface FileKeys {
  readonly id: string;
  readonly root: Buffer;
  readonly values: Buffer;
  readonly mac: Buffer;
  readonly lines: Buffer;
}

export const newFileKeys = (): FileKeys => fileKeys(randomBytes(ID_BYTES).toString('base64url'), randomBytes(KEY_BYTES));

function fileKeys(id: string, root: Buffer): FileKeys {
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', root, id, `holdfast env ${use} v1`, KEY_BYTES));
  return { id, root, values: derive('values'), mac: derive('mac'), lines: derive('lines') };
}

/** The key of the file for each of these age recipients (c2sp.org/age), as one line of text. */
export async function wrapKey({ root }: FileKeys, recipients: readonly string[]): Promise<string> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new Refusal('input-invalid', { detail: 'A recipient is not an age public key (age1…).', cause });
    }
  }
  return Buffer.from(await encrypter.encrypt(root)).toString('base64url');
}

/** Refuses with `env-file-locked` when none of the identities (`AGE-SECRET-KEY-1…`) is a recipient. */
export async function unwrapKey(id: string, wrapped: string, identities: readonly string[]): Promise<FileKeys> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      // Without its cause: that could repeat what should have been a key.
      throw new Refusal('input-invalid', { detail: 'The identity file holds something else than AGE-SECRET-KEY-1… lines.' });
    }
  }
  try {
    const root = Buffer.from(await decrypter.decrypt(Buffer.from(wrapped, 'base64url')));
    if (root.length === KEY_BYTES) return fileKeys(id, root);
  } catch (cause) {
    throw new Refusal('env-file-locked', { cause });
  }
  throw new Refusal('env-file-locked');
}
