import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../atomic-file.ts';

/**
 * Where private keys rest. The plain store below writes mode 0600 files; the keyring gives one that seals the bytes first.
 * `read` is undefined only when nothing was ever written under the name: a store that cannot open its contents throws.
 */
export interface KeyStore {
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, bytes: Uint8Array): Promise<void>;
}

const KEY_MODE = 0o600;
const FOLDER_MODE = 0o700;
export const KEY_NAME_CHARS_MAX = 240;
// Names are ours, never a stranger's; this only makes a programming mistake loud instead of a path outside the folder.
const KEY_NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** Keys as plain files of mode 0600 in `folder`, each replaced atomically. */
export function createFileKeyStore(folder: string): KeyStore & { names(): Promise<readonly string[]> } {
  return {
    names: async () => (await readdir(folder).catch(() => [])).filter((name) => KEY_NAME.test(name)).sort(),
    read: (name) => readIfPresent(pathOf(folder, name)),
    write: (name, bytes) => writeFileAtomic(pathOf(folder, name), bytes, KEY_MODE),
  };
}

function pathOf(folder: string, name: string): string {
  if (name.length > KEY_NAME_CHARS_MAX || !KEY_NAME.test(name)) throw new Error('assertion: key name is not a plain file name');
  return join(folder, name);
}

/** The bytes of a file, or undefined when there is no such file; every other failure is thrown. */
export async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** As {@link writeFileAtomically}, in a folder that may not be there yet. */
export async function writeFileAtomic(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  await writeFileAtomically(path, bytes, mode);
}
