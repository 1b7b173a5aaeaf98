import { randomBytes } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../db/database.ts';
import type { TableRows } from './manifest.ts';
import { dumpTables } from './tables.ts';

const PREFIX = 'dump-';
const LINES_AT_ONCE = 500;

/** The tables of one moment, in a file of their own: however many rows there are, memory holds a few hundred of them. */
export interface DumpFile {
  readonly file: string;
  readonly bytes: number;
  readonly rows: readonly TableRows[];
}

/** Projections of the ledger are built anew from it, so they are left out. The caller removes the file. */
export async function dumpToFile(db: Database, folder: string): Promise<DumpFile> {
  const file = join(folder, `${PREFIX}${randomBytes(8).toString('hex')}`);
  try {
    await using handle = await open(file, 'wx', 0o600);
    let lines: string[] = [];
    const flush = async (): Promise<void> => {
      if (lines.length > 0) await handle.writeFile(`${lines.join('\n')}\n`);
      lines = [];
    };
    const rows = await dumpTables(db, {
      skip: (table) => table.startsWith('audit_'),
      write: async (line) => {
        lines.push(line);
        if (lines.length >= LINES_AT_ONCE) await flush();
      },
    });
    await flush();
    return { file, bytes: (await stat(file)).size, rows };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** What a killed process left. */
export async function removeOldDumps(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(PREFIX))) await rm(join(folder, name), { force: true });
}
