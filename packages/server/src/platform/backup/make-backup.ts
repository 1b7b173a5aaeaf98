import { rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Refusal } from '../refusal.ts';
import { readVersion } from '../version.ts';
import { createBackup, type Created } from './create.ts';
import type { DumpFile } from './dump-file.ts';
import { backupParts, bytesToRead } from './parts.ts';
import type { Sealing } from './seal.ts';

/** What must be left over on the disk: the ledger of the same disk goes on. */
const SPARE_BYTES = 67_108_864;
/** age adds 16 bytes to each 64 KiB; headers and the list of contents are small beside that. */
const GROWTH = 1.05;

/** The state of one moment: its tables in a file, and a signed head that is no older. */
export interface Taken {
  readonly dump: DumpFile;
  readonly node: string;
  /** The newest signed head, as text; null = nothing is recorded. */
  readonly checkpoint: string | null;
  readonly ledgerSize: number;
}

export interface BackupSource {
  readonly dataDir: string;
  readonly configFile: string | null;
  readonly now: () => number;
  /** From the database and the ledger, in this process or asked of the one that has them. */
  take(): Promise<Taken>;
}

export interface Wanted {
  readonly file: string;
  readonly sealing: Sealing;
  readonly subjectKeys: boolean;
}

export interface Made extends Created {
  readonly createdAt: number;
  readonly ledgerSize: number;
}

/**
 * Makes a backup while everything goes on. Tables first, then the head, then the files that the head speaks of: a record is
 * durable before its change commits, so a ledger that is copied later holds the record of every change in the tables. The other
 * way round a restored change could stand there without its record, and nobody would see that one is missing.
 */
export async function makeBackup(source: BackupSource, { file, sealing, subjectKeys }: Wanted): Promise<Made> {
  const { dataDir, configFile } = source;
  const createdAt = source.now();
  const { dump, ...facts } = await source.take();
  try {
    const options = { dataDir, tables: dump, subjectKeys, configFile };
    await assertRoom(dirname(file), await bytesToRead(options));
    const parts = backupParts(options);
    const archive = { ...facts, createdAt, holdfast: readVersion(), rows: [...dump.rows], subjectKeys, parts };
    const created = await createBackup(archive, { file, sealing });
    return { ...created, createdAt, ledgerSize: facts.ledgerSize };
  } finally {
    await rm(dump.file, { force: true });
  }
}

/** A disk that a backup fills up stops every privileged change: better no backup than that. */
async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder).catch((cause: unknown) => {
    throw new Refusal('input-invalid', { detail: 'The folder of the backup cannot be read.', cause });
  });
  const needed = Math.ceil(bytes * GROWTH) + SPARE_BYTES;
  if (bavail * bsize >= needed) return;
  const mib = (count: number): number => Math.ceil(count / 1_048_576);
  throw new Refusal('service-unavailable', {
    detail: `A backup needs ${mib(needed)} MiB; only ${mib(bavail * bsize)} MiB are free there.`,
  });
}
