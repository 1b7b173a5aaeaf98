import { mkdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { Refusal } from '../../../platform/refusal.ts';

const OTHERS = 0o077;
/** What Holdfast itself keeps there would end up in the next backup, or be taken for something else. */
const TAKEN = ['keys', 'tls', 'ledger', 'logs', 'cache', 'quarantine', 'evidence', 'exports', 'config', 'pgdata', 'intel'];

const refuse = (detail: string): Refusal => new Refusal('input-invalid', { errors: [{ pointer: '/folder', detail }] });

/** A folder below the data directory is made; one elsewhere must be there, be ours, and be closed to others. */
export async function openBackupFolder(dataDir: string, folder: string): Promise<string> {
  if (!isAbsolute(folder)) {
    const path = resolve(dataDir, folder);
    const first = path.slice(resolve(dataDir).length + 1).split(sep)[0] ?? '';
    if (!path.startsWith(`${resolve(dataDir)}${sep}`) || TAKEN.includes(first))
      throw refuse('is a folder of its own below the data directory, or an absolute one');
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }
  const inside = resolve(folder).startsWith(`${resolve(dataDir)}${sep}`);
  if (inside) return openBackupFolder(dataDir, resolve(folder).slice(resolve(dataDir).length + 1));
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() !== true) throw refuse('is not there: make it first, mode 0700');
  if (process.platform !== 'win32' && (found.mode & OTHERS) !== 0) throw refuse('is open to others: mode 0700');
  const own = process.getuid?.();
  if (own !== undefined && own !== 0 && found.uid !== own) throw refuse('belongs to another user');
  return join(folder);
}
