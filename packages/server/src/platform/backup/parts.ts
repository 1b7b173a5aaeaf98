import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { DumpFile } from './dump-file.ts';
import { isSafePath } from './tar.ts';
import type { Part } from './write-archive.ts';

export const TABLES_PATH = 'sql/tables.jsonl';
const LEDGER_FOLDER = 'ledger';
const KEYS_FOLDER = 'keys';
/** The keys of data subjects (docs/decisions/0006): a part of their own, which may be left out. */
export const SUBJECT_KEYS_PATH = 'keys/subjects.log';
/** The root key, the next one and those before: each is the name and perhaps more. */
const ROOT_KEY_PATH = 'keys/root.key';
const FILES_MAX = 1_000_000;

/** The file of settings as it was written: in it secrets are references, never values. */
export const CONFIG_PATH = 'config/holdfast.yaml';
const CONFIG_BYTES_MAX = 1_048_576;
/** Files that were held back, and what was kept of incidents. */
const KEPT_FOLDERS = ['quarantine', 'evidence'];

export interface PartsOptions {
  readonly dataDir: string;
  /** JSON lines of the dump, taken before any file is read: the ledger then holds at least what the tables say. */
  readonly tables: Uint8Array | DumpFile;
  readonly configFile?: string | null;
  readonly subjectKeys: boolean;
}

/**
 * What a backup holds, in an order that makes a copy of a running server recoverable like a crash: signed heads first, then
 * segments and tiles, which only grow, then the keys, which must know every subject of the records before. Never the root key.
 */
export async function* backupParts({ dataDir, tables, subjectKeys, configFile = null }: PartsOptions): AsyncGenerator<Part> {
  yield { path: TABLES_PATH, ...('file' in tables ? { file: tables.file, bytes: tables.bytes } : { content: tables }) };
  const ledger = await filesBelow(join(dataDir, LEDGER_FOLDER));
  const isHead = (file: string): boolean => !relative(join(dataDir, LEDGER_FOLDER), file).includes(sep);
  for (const file of [...ledger.filter(isHead), ...ledger.filter((file) => !isHead(file))]) yield* asPart(dataDir, file);
  for (const folder of ['tls', KEYS_FOLDER]) {
    for (const file of await filesBelow(join(dataDir, folder)))
      if (isKept(pathIn(dataDir, file), subjectKeys)) yield* asPart(dataDir, file);
  }
  for (const folder of KEPT_FOLDERS) {
    // Names there are ours; one that somebody else put there has no place in an archive of plain names.
    for (const file of await filesBelow(join(dataDir, folder)))
      if (isSafePath(pathIn(dataDir, file)) && !file.endsWith('.partial')) yield* asPart(dataDir, file);
  }
  if (configFile !== null) yield* configPart(configFile);
}

function isKept(path: string, subjectKeys: boolean): boolean {
  if (path.startsWith(ROOT_KEY_PATH) || path.endsWith('.partial')) return false;
  return path !== SUBJECT_KEYS_PATH || subjectKeys;
}

async function* configPart(file: string): AsyncGenerator<Part> {
  const found = await stat(file).catch(() => null);
  if (found?.isFile() === true && found.size <= CONFIG_BYTES_MAX) yield { path: CONFIG_PATH, file, bytes: found.size };
}

/** Bytes that a backup reads, counted beforehand: what is packed is hardly smaller, since most of it is sealed already. */
export async function bytesToRead(options: PartsOptions): Promise<number> {
  let bytes = 0;
  for await (const part of backupParts(options)) bytes += 'content' in part ? part.content.length : part.bytes;
  return bytes;
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
