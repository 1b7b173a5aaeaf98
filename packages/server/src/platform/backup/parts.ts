import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Part } from './write-archive.ts';

export const TABLES_PATH = 'sql/tables.jsonl';
const LEDGER_FOLDER = 'ledger';
const KEYS_FOLDER = 'keys';
/** The keys of data subjects (docs/decisions/0006): a part of their own, which may be left out. */
export const SUBJECT_KEYS_PATH = 'keys/subjects.log';
/** The root key, the next one and those before: each is the name and perhaps more. */
const ROOT_KEY_PATH = 'keys/root.key';
const FILES_MAX = 1_000_000;

export interface PartsOptions {
  readonly dataDir: string;
  /** JSON lines of {@link dumpTables}, taken before any file is read: the ledger then holds at least what the tables say. */
  readonly tables: Uint8Array;
  readonly subjectKeys: boolean;
}

/**
 * What a backup holds, in an order that makes a copy of a running server recoverable like a crash: signed heads first, then
 * segments and tiles, which only grow, then the keys, which must know every subject of the records before. Never the root key.
 */
export async function* backupParts({ dataDir, tables, subjectKeys }: PartsOptions): AsyncGenerator<Part> {
  yield { path: TABLES_PATH, content: tables };
  const ledger = await filesBelow(join(dataDir, LEDGER_FOLDER));
  const isHead = (file: string): boolean => !relative(join(dataDir, LEDGER_FOLDER), file).includes(sep);
  for (const file of [...ledger.filter(isHead), ...ledger.filter((file) => !isHead(file))]) yield* asPart(dataDir, file);
  for (const folder of ['tls', KEYS_FOLDER]) {
    for (const file of await filesBelow(join(dataDir, folder))) {
      const path = pathIn(dataDir, file);
      if (path.startsWith(ROOT_KEY_PATH) || path.endsWith('.partial')) continue;
      if (path === SUBJECT_KEYS_PATH && !subjectKeys) continue;
      yield* asPart(dataDir, file);
    }
  }
}

/** A file that is gone again (a partial tile that became a full one) is not part of the state. */
async function* asPart(dataDir: string, file: string): AsyncGenerator<Part> {
  const found = await stat(file).catch(() => null);
  if (found?.isFile() === true) yield { path: pathIn(dataDir, file), file, bytes: found.size };
}

const pathIn = (dataDir: string, file: string): string => relative(dataDir, file).split(sep).join('/');

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (files.length > FILES_MAX) throw new RangeError('too many files for one backup');
  return files.sort();
}
