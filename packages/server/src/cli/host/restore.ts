import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { VerifyView } from '@holdfast/contract';
import { extractBackup } from '../../platform/backup/extract.ts';
import type { BackupManifest } from '../../platform/backup/manifest.ts';
import { TABLES_PATH } from '../../platform/backup/parts.ts';
import type { Opening } from '../../platform/backup/seal.ts';
import { loadTables } from '../../platform/backup/tables.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config/schema.ts';
import { resolveReference } from '../../platform/config/references.ts';
import { openDatabase, type Database } from '../../platform/db/database.ts';
import { migrate } from '../../platform/db/migrate.ts';
import { openKeyring } from '../../platform/keyring/keyring.ts';
import { openProvider } from '../../platform/keyring/seal/open-provider.ts';
import { removeSealDocument } from '../../platform/keyring/seal/seal-document.ts';
import { SubjectFile } from '../../platform/keyring/subject-file.ts';
import { dataDirHolder } from '../../platform/lock.ts';
import { silentLog } from '../../platform/log.ts';
import { runningNodes } from '../../platform/nodes/running-nodes.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { Context } from '../command.ts';
import { NotConfirmed } from '../fault.ts';
import { erasedSubjects, verifyLedgerFolder } from './ledger-folder.ts';
import { readConfig } from '../read-config.ts';

export interface Checked {
  readonly manifest: BackupManifest;
  readonly ledger: VerifyView;
}

/** Opens a backup in a folder for the purpose, checks all of it and leaves nothing behind. */
export async function checkBackup(file: string, opening: Opening): Promise<Checked> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-verify-'));
  try {
    return await checkInto(join(folder, 'backup'), file, opening);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkInto(folder: string, file: string, opening: Opening): Promise<Checked> {
  const manifest = await extractBackup(file, folder, opening);
  const ledger = await verifyLedgerFolder(join(folder, 'ledger'));
  const isOlder = ledger.ok && ledger.size < manifest.ledgerSize;
  const faults = isOlder
    ? [`the ledger has ${ledger.size} signed records; ${manifest.ledgerSize} were there when the backup was made`]
    : ledger.faults;
  return { manifest, ledger: { ...ledger, ok: ledger.ok && !isOlder, faults } };
}

export interface Restored {
  readonly dryRun: boolean;
  readonly ledgerSize: number;
  readonly rows: number;
  readonly erased: number;
  /** Where the data directory of before is now; null = there was none. */
  readonly movedTo: string | null;
}

interface Request {
  readonly file: string;
  readonly opening: Opening;
  readonly rootKeyFile: string | null;
}

/**
 * Everything happens in a folder beside the data directory; two renames at the end put it in place. Until then the old state
 * is untouched, so a failure, a wrong key or a crash leaves what was there.
 */
export async function restoreBackup(context: Context, request: Request): Promise<Restored> {
  const dataDir = await context.dataDir();
  const holder = await dataDirHolder(dataDir);
  if (holder !== null)
    throw new Refusal('data-dir-locked', { detail: `Process ${holder} runs on this data directory: stop it first.` });
  const { config } = readConfig(context.io, context.flags);
  const isOccupied = (await readdir(dataDir).catch(() => [])).length > 0;
  if (
    isOccupied &&
    !context.flags.dryRun &&
    !(await context.confirm('The data directory is not empty. Move it aside and restore?'))
  ) {
    throw new NotConfirmed('The data directory is as it was.');
  }
  const stamp = context.io.now();
  const staging = `${dataDir}.restoring-${stamp}`;
  try {
    const { manifest, ledger } = await checkInto(staging, request.file, request.opening);
    if (!ledger.ok)
      throw new Refusal('backup-unreadable', {
        detail: `The ledger in the backup does not verify: ${ledger.faults[0] ?? 'unknown'}.`,
      });
    await fitRootKey(context, { staging, dataDir, config, given: request.rootKeyFile });
    const erased = await replayErasures(staging, dataDir);
    const facts = { ledgerSize: ledger.size, erased };
    if (context.flags.dryRun) return { ...facts, dryRun: true, rows: 0, movedTo: null };
    const rows = await loadInto(staging, config, context.io.env);
    const movedTo = isOccupied ? `${dataDir}.before-restore-${stamp}` : null;
    if (movedTo === null) await rm(dataDir, { recursive: true, force: true });
    else await rename(dataDir, movedTo);
    await rename(staging, dataDir);
    await using api = await context.api();
    await api.call({
      method: 'POST',
      path: '/api/v1/system/restores',
      body: { createdAt: manifest.createdAt, ledgerSize: ledger.size },
    });
    return { ...facts, dryRun: false, rows, movedTo };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

interface RootKeyParts {
  readonly staging: string;
  readonly dataDir: string;
  readonly config: Config;
  readonly given: string | null;
}

/** A wrong root key is found now, by its id, and nothing has been changed. */
async function fitRootKey(context: Context, { staging, dataDir, config, given }: RootKeyParts): Promise<void> {
  const parts = { dataDir: staging, settings: config.keyring, environment: context.io.env };
  const provider = await openProvider(parts);
  if (provider.kind !== 'file' && given === null) {
    const root =
      (await provider.fetch()) ??
      (await context.awaitRoot({ provider, dataDir: staging, clock: systemClock, log: silentLog, why: null }));
    await openKeyring({ dataDir: staging, file: config.keyring.file, root });
    return;
  }
  // Whoever brings the key itself gets an installation that keeps it in a file.
  await removeSealDocument(staging);
  if (config.keyring.file === null) {
    await copyFile(given ?? join(dataDir, 'keys', 'root.key'), join(staging, 'keys', 'root.key')).catch((cause: unknown) => {
      throw new Refusal('key-wrong', {
        detail: 'The root key is in no backup: give the copy you kept with --root-key FILE.',
        cause,
      });
    });
  }
  await openKeyring({ dataDir: staging, file: config.keyring.file });
}

/** Who was erased after the backup was made must not come back: the ledger of before, where it is readable, knows. */
async function replayErasures(staging: string, dataDir: string): Promise<number> {
  const before = await erasedSubjects(join(dataDir, 'ledger'));
  const erased = new Set([...(await erasedSubjects(join(staging, 'ledger'))), ...before]);
  const file = await SubjectFile.open(join(staging, 'keys', 'subjects.log'));
  for (const subject of erased) if (file.get(subject) !== null) await file.remove(subject);
  await file.close();
  return erased.size;
}

async function loadInto(staging: string, config: Config, environment: Context['io']['env']): Promise<number> {
  const url = config.database.url;
  const options =
    url === null
      ? ({ kind: 'embedded', dataDir: staging } as const)
      : ({
          kind: 'postgres',
          url: resolveReference(url, { environment, folder: dirname(staging), pointer: '/database/url' }),
        } as const);
  await using db: Database = await openDatabase(options, silentLog);
  const nodes = await runningNodes(db);
  if (nodes.length > 0) {
    throw new Refusal('data-dir-locked', { detail: `Nodes run on this database: stop them first: ${nodes.join(', ')}.` });
  }
  await migrate({ db, clock: systemClock, log: silentLog });
  const tables = join(staging, TABLES_PATH);
  const rows = await loadTables(db, linesOf(tables));
  // The rows are sealed with the keyring of the backup: the next start shares that one.
  await db.query('delete from platform_keyring');
  await db.query('delete from platform_key_report');
  await rm(join(staging, 'sql'), { recursive: true, force: true });
  return rows;
}

/** Opened only when the first line is asked for: readline drops what it reads before somebody listens. */
async function* linesOf(file: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity });
}
