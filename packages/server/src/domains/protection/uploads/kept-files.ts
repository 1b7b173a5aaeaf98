import { randomBytes } from 'node:crypto';
import { open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { readSealedFile } from '../../../platform/sealed-file.ts';

const SUFFIX = '.sealed';
const DRAFT = '.sealed.partial';

export interface KeptFiles {
  pathOf(id: string): string;
  /** Opens it in pieces; refused with `upload-unreadable`. */
  read(id: string, key: Uint8Array): AsyncIterable<Buffer>;
  /** The content in a file without a name, gone when `look` is done. */
  asPlain<Result>(id: string, key: Uint8Array, look: (handle: FileHandle) => Promise<Result>): Promise<Result>;
  remove(id: string): Promise<void>;
  /** Removes what belongs to none of these; how many. */
  sweep(known: ReadonlySet<string>): Promise<number>;
}

/** Ciphertexts in one folder of this node. */
export function createKeptFiles(folder: string): KeptFiles {
  const pathOf = (id: string): string => join(folder, `${id}${SUFFIX}`);
  const read = (id: string, key: Uint8Array): AsyncIterable<Buffer> => readSealedFile({ path: pathOf(id), key, id });
  return {
    pathOf,
    read,
    async asPlain(id, key, look) {
      const path = join(folder, `${randomBytes(8).toString('hex')}.plain`);
      const handle = await open(path, 'wx+', 0o600);
      try {
        // Before a byte of it is there: a process that is killed leaves nothing that could be read.
        await rm(path);
        for await (const bytes of read(id, key)) await handle.writeFile(bytes);
        return await look(handle);
      } finally {
        await handle.close();
      }
    },
    async remove(id) {
      await rm(pathOf(id), { force: true });
      await rm(`${pathOf(id)}.partial`, { force: true });
    },
    async sweep(known) {
      const names = await readdir(folder).catch(() => []);
      const idOf = (name: string): string => name.replace(name.endsWith(DRAFT) ? DRAFT : SUFFIX, '');
      const orphans = names.filter((name) => !name.endsWith('.plain') && !known.has(idOf(name)));
      for (const name of orphans) await rm(join(folder, name), { force: true, recursive: true });
      return orphans.length;
    },
  };
}
