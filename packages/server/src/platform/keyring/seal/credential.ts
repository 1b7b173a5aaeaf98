import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../../refusal.ts';
import { rootKeyFromText, type RootKey } from '../root-key.ts';
import { takesNothing, type RootKeyProvider } from './provider.ts';
import type { SealDocument } from './seal-document.ts';
import { assertIsRoot } from './wrap.ts';

type Document = Extract<SealDocument, { kind: 'credential' }>;

/** systemd.exec(5), LoadCredentialEncrypted=: it decrypts into memory that only this unit can read, and names the folder. */
const FOLDER_VARIABLE = 'CREDENTIALS_DIRECTORY';

export async function readCredential(name: string, folder: string | undefined): Promise<RootKey> {
  const refuse = (detail: string, cause?: unknown): Refusal => new Refusal('key-wrong', { detail, cause });
  if (folder === undefined || folder === '')
    throw refuse(`The credential ${name} is not there: ${FOLDER_VARIABLE} is not set. Start Holdfast as a unit of systemd.`);
  const text = await readFile(path.join(folder, name)).catch((cause: unknown) => {
    throw refuse(`The credential ${name} cannot be read: does the unit have LoadCredentialEncrypted=${name}:FILE?`, cause);
  });
  const key = rootKeyFromText(text);
  text.fill(0);
  if (key === null) throw refuse(`The credential ${name} does not hold a root key in base64.`);
  return key;
}

export function credentialProvider(
  document: Document,
  environment: Readonly<Record<string, string | undefined>>,
): RootKeyProvider {
  return {
    kind: 'credential',
    place: `the systemd credential ${document.name}`,
    rootKey: document.root,
    wants: null,
    fetch: async () => assertIsRoot(await readCredential(document.name, environment[FOLDER_VARIABLE]), document.root),
    open: takesNothing,
  };
}
