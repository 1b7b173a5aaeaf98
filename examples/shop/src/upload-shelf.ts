import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from './limits.ts';
import type { FilePart } from './multipart.ts';

/** Names kept in the order of arrival, with the type the sender claimed. */
export interface UploadShelf {
  readonly dir: string;
  readonly types: Map<string, string>;
}

/** The name alone is made safe: the planted flaw of uploads is what the file may contain, not where it lands. */
function shelfName(fileName: string): string {
  const kept = fileName
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '')
    .slice(-limits.uploadNameCharsMax);
  return kept === '' ? 'file' : kept;
}

export async function shelve(shelf: UploadShelf, part: FilePart): Promise<string> {
  const name = shelfName(part.fileName);
  const oldest = shelf.types.keys().next();
  if (!shelf.types.has(name) && shelf.types.size >= limits.uploadsMax && oldest.done !== true) {
    shelf.types.delete(oldest.value);
    await rm(join(shelf.dir, oldest.value), { force: true });
  }
  await writeFile(join(shelf.dir, name), part.bytes);
  shelf.types.set(name, part.type);
  return name;
}

export async function takeFromShelf(shelf: UploadShelf, name: string): Promise<{ type: string; bytes: Buffer } | undefined> {
  const type = shelf.types.get(name);
  if (type === undefined) return undefined;
  return { type, bytes: await readFile(join(shelf.dir, name)) };
}
