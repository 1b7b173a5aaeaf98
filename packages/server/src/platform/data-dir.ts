import { constants } from 'node:fs';
import { access, chmod, mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from './refusal.ts';

/** Folders inside the data directory; nobody but the owner may look. */
export const FOLDERS = ['keys', 'tls', 'ledger', 'logs', 'cache', 'quarantine'] as const;

/** unix(7): 108 bytes of `sun_path` with the closing zero, 104 on macOS; `/admin.sock` needs its share. */
const ROOT_BYTES_MAX = (process.platform === 'darwin' ? 103 : 107) - '/admin.sock'.length;

export interface DataDir {
  /** Absolute. */
  readonly root: string;
  readonly isNew: boolean;
}

/** Creates what is missing, closes it to others and proves that it can be written. Says why when it cannot be used. */
export async function prepareDataDir(dataDir: string): Promise<DataDir> {
  const root = path.resolve(dataDir);
  const unusable = (detail: string, cause: unknown): Refusal => new Refusal('data-dir-unusable', { detail, cause });
  if (Buffer.byteLength(root) > ROOT_BYTES_MAX && process.platform !== 'win32')
    throw unusable(`The path of the data directory is longer than ${ROOT_BYTES_MAX} bytes: no socket fits below it.`, null);
  let isNew = false;
  try {
    isNew = (await mkdir(root, { recursive: true, mode: 0o700 })) !== undefined;
  } catch (error) {
    throw unusable(`The data directory ${root} cannot be created.`, error);
  }
  const { uid, mode } = await stat(root);
  const own = process.getuid?.();
  if (own !== undefined && uid !== own) throw unusable(`The data directory ${root} belongs to another user.`, null);
  try {
    // It holds keys: others may neither list nor read, also when it was made by hand.
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') await chmod(root, 0o700);
    await access(root, constants.W_OK);
    await proveWritable(root);
    for (const name of FOLDERS) await mkdir(path.join(root, name), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(`The data directory ${root} cannot be written.`, error);
  }
  return { root, isNew };
}

/** `access` is true for root even on a read-only mount: only a write proves a write. */
async function proveWritable(root: string): Promise<void> {
  const probe = path.join(root, `.probe.${process.pid}`);
  const handle = await open(probe, 'w', 0o600);
  await handle.close();
  await rm(probe, { force: true });
}
