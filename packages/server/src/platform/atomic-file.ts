import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/**
 * Replaces a file as a whole: written beside, forced to the disk, renamed, and the folder forced too, so that after a crash
 * there is either the old content or the new, never a part (rename(2)).
 */
export const writeFileAtomically = (file: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> =>
  replaceFile(file, (handle) => handle.writeFile(bytes), mode);

/** The same for what is too large for one buffer: `write` fills the new file. */
export async function replaceFile(file: string, write: (handle: FileHandle) => Promise<void>, mode = 0o600): Promise<void> {
  const partial = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.partial`;
  try {
    // `wx`: the mode applies only to a file that we create, so a draft that lies there wide open is never reused.
    const handle = await open(partial, 'wx', mode);
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** Makes the names in a folder durable. Not every platform can open a folder: there the rename has to do. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
