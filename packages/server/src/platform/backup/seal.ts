import { Decrypter, Encrypter } from 'age-encryption';
import { Refusal } from '../refusal.ts';

/** Who can open a backup: whoever knows the passphrase, or the holders of the named age keys (`age1…`). */
export type Sealing = { readonly passphrase: string; readonly workFactor?: number } | { readonly recipients: readonly string[] };

export type Opening = { readonly passphrase: string } | { readonly identity: string };

/** Below this a passphrase is guessed offline; scrypt only makes each guess dearer. */
const PASSPHRASE_CHARS_MIN = 12;

/** The age file format (c2sp.org/age): 64 KiB parts, each authenticated, so a cut or changed file is noticed. */
export async function seal(plain: ReadableStream<Uint8Array>, sealing: Sealing): Promise<ReadableStream<Uint8Array>> {
  const encrypter = new Encrypter();
  if ('passphrase' in sealing) {
    if (sealing.passphrase.length < PASSPHRASE_CHARS_MIN)
      throw new Refusal('input-invalid', { detail: `A passphrase has at least ${PASSPHRASE_CHARS_MIN} characters.` });
    encrypter.setPassphrase(sealing.passphrase);
    if (sealing.workFactor !== undefined) encrypter.setScryptWorkFactor(sealing.workFactor);
  } else {
    for (const recipient of sealing.recipients) addRecipient(encrypter, recipient);
  }
  return encrypter.encrypt(plain);
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new Refusal('input-invalid', { detail: 'A recipient is not an age public key (age1…).', cause });
  }
}

/** Throws `backup-unreadable` at once for a wrong passphrase or key, and while reading for a changed or cut file. */
export async function* unseal(sealed: ReadableStream<Uint8Array>, opening: Opening): AsyncGenerator<Uint8Array> {
  try {
    const decrypter = new Decrypter();
    if ('passphrase' in opening) decrypter.addPassphrase(opening.passphrase);
    else decrypter.addIdentity(opening.identity);
    yield* await decrypter.decrypt(sealed);
  } catch (cause) {
    throw new Refusal('backup-unreadable', { cause });
  }
}
