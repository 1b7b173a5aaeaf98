import { mkdtemp, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageFault } from '../fault.ts';
import type { Io } from '../terminal/io.ts';

/**
 * A folder of one's own (0700) in memory, gone at the end with everything in it, also what an editor left beside the file.
 * Content on a disk would outlive its deletion.
 */
export async function openPrivateFolder(io: Io): Promise<AsyncDisposable & { readonly path: string }> {
  const parents = [io.env['XDG_RUNTIME_DIR'] ?? '', '/dev/shm'].filter((parent) => parent !== '');
  for (const parent of parents) {
    if (!(await isInMemory(parent))) continue;
    const path = await mkdtemp(join(parent, 'holdfast-')).catch(() => null);
    if (path !== null) return { path, [Symbol.asyncDispose]: () => wipe(path) };
  }
  throw new UsageFault(
    'There is no folder in memory to edit in: neither XDG_RUNTIME_DIR nor /dev/shm.',
    'holdfast env decrypt --help',
  );
}

/** tmpfs and ramfs, as statfs(2) numbers them. */
const IN_MEMORY: readonly number[] = [0x01_02_19_94, 0x85_84_58_f6];

async function isInMemory(folder: string): Promise<boolean> {
  const facts = await statfs(folder).catch(() => null);
  return facts !== null && IN_MEMORY.includes(facts.type);
}

/** Memory that a file system gives back is not cleared until somebody needs it: zeros first. */
async function wipe(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    const file = join(folder, name);
    const facts = await stat(file).catch(() => null);
    if (facts?.isFile() !== true) continue;
    const handle = await open(file, 'r+').catch(() => null);
    await handle?.write(Buffer.alloc(facts.size), 0, facts.size, 0);
    await handle?.close();
  }
  await rm(folder, { recursive: true, force: true });
}
