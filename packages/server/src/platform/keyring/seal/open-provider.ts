import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../../refusal.ts';
import type { KeyringSettings } from '../settings.ts';
import { credentialProvider } from './credential.ts';
import { keyFileProvider } from './key-file.ts';
import { passphraseProvider } from './passphrase.ts';
import type { RootKeyProvider } from './provider.ts';
import { readSealDocument, type SealDocument } from './seal-document.ts';
import { sharesProvider } from './shares.ts';
import { transitProvider } from './transit.ts';

const PASSPHRASE_BYTES_MAX = 4096;

export interface ProviderParts {
  readonly dataDir: string;
  readonly settings: KeyringSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What `keys/seal.json` says counts; without one the root key is in its file. */
export async function openProvider(parts: ProviderParts): Promise<RootKeyProvider> {
  const document = await readSealDocument(parts.dataDir);
  return document === null ? keyFileProvider(rootKeyFileOf(parts)) : providerOf(document, parts);
}

export const rootKeyFileOf = ({ dataDir, settings }: Pick<ProviderParts, 'dataDir' | 'settings'>): string =>
  settings.file === null ? path.resolve(dataDir, 'keys', 'root.key') : path.resolve(settings.file);

export function providerOf(document: SealDocument, { settings, environment }: ProviderParts): RootKeyProvider {
  switch (document.kind) {
    case 'passphrase': {
      const { passphraseFile } = settings;
      return passphraseProvider(document, passphraseFile === null ? null : () => readPassphrase(passphraseFile));
    }
    case 'shares':
      return sharesProvider(document);
    case 'credential':
      return credentialProvider(document, environment);
    case 'transit':
      return transitProvider(document, { settings: settings.transit, environment });
    default:
      return document satisfies never;
  }
}

/** One line; the line end is not part of it. */
async function readPassphrase(file: string): Promise<Uint8Array> {
  const refuse = (detail: string, cause?: unknown): Refusal =>
    new Refusal('key-wrong', { detail: `The file of keyring.passphraseFile ${detail}.`, cause });
  let bytes: Buffer;
  try {
    const { mode, size } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o007) !== 0) throw refuse('can be read by everybody: chmod 600 it');
    if (size > PASSPHRASE_BYTES_MAX) throw refuse(`is longer than ${PASSPHRASE_BYTES_MAX} bytes`);
    bytes = await readFile(file);
  } catch (error) {
    throw error instanceof Refusal ? error : refuse('cannot be read', error);
  }
  let length = bytes.length;
  while (length > 0 && (bytes[length - 1] === 0x0a || bytes[length - 1] === 0x0d)) length -= 1;
  if (length === 0) throw refuse('is empty');
  return bytes.subarray(0, length);
}
