import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { restoring, type CheckedBackup } from '../../../domains/incidents/index.ts';
import type { Opening } from '../../../platform/backup/seal.ts';
import { systemClock } from '../../../platform/clock.ts';
import { resolveReference } from '../../../platform/config/references.ts';
import type { Config } from '../../../platform/config/schema.ts';
import { faultPoint } from '../../../platform/fault-point.ts';
import { openKeyring } from '../../../platform/keyring/keyring.ts';
import { openProvider } from '../../../platform/keyring/seal/open-provider.ts';
import { removeSealDocument } from '../../../platform/keyring/seal/seal-document.ts';
import { silentLog } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Context } from '../../command.ts';
import { NotConfirmed } from '../../fault.ts';
import { readConfig } from '../../read-config.ts';
import { chooseLog, type LogRequest } from './log-choice.ts';
import { asideOf, assertDown, isThere, stagingOf, swapIn, sweepStaging } from './place.ts';
import { readUnfinished } from './state.ts';

/** Opens a backup in a folder for the purpose, checks all of it and leaves nothing behind. */
export async function checkBackup(file: string, opening: Opening): Promise<CheckedBackup> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-verify-'));
  try {
    return await restoring.checkBackupInto(join(folder, 'backup'), file, opening);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Restored {
  readonly dryRun: boolean;
  readonly ledgerSize: number;
  readonly rows: number;
  readonly erased: number;
  /** Where the data directory of before is now; null = there was none. */
  readonly movedTo: string | null;
}

export interface RestoreRequest extends LogRequest {
  readonly file: string;
  readonly opening: Opening;
  readonly rootKeyFile: string | null;
}

/** A restored data directory that waits beside the one in place. */
export interface Prepared {
  readonly staging: string;
  readonly createdAt: number;
  readonly ledgerSize: number;
  readonly rows: number;
  readonly erased: number;
}

/**
 * Everything happens in a folder beside the data directory; two renames at the end put it in place. Until then the old state
 * is untouched, so a failure, a wrong key or a crash leaves what was there.
 */
export async function restoreBackup(context: Context, request: RestoreRequest): Promise<Restored> {
  const dataDir = await context.dataDir();
  await assertDown(dataDir);
  const isOccupied = await isThere(dataDir);
  if (
    isOccupied &&
    !context.flags.dryRun &&
    !(await context.confirm('The data directory is not empty. Move it aside and restore?'))
  ) {
    throw new NotConfirmed('The data directory is as it was.');
  }
  const now = context.io.now();
  const staging = stagingOf(dataDir, now);
  await sweepStaging(dataDir, (await readUnfinished(dataDir))?.staging ?? null);
  try {
    const { staging: _staging, createdAt, ...facts } = await prepareRestore(context, request, staging);
    if (context.flags.dryRun) return { ...facts, dryRun: true, movedTo: null };
    const movedTo = await asideOf(dataDir, now);
    await swapIn({ dataDir, staging, movedTo });
    await recordRestore(context, { createdAt, ledgerSize: facts.ledgerSize });
    return { ...facts, dryRun: false, movedTo };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Unpacks, checks, compares with every witness and loads. Nothing in place is changed; with `--dry-run` nothing is loaded. */
export async function prepareRestore(context: Context, request: RestoreRequest, staging: string): Promise<Prepared> {
  const dataDir = await context.dataDir();
  const { config } = readConfig(context.io, context.flags);
  const { manifest, ledger } = await restoring.checkBackupInto(staging, request.file, request.opening);
  faultPoint('recover:unpacked');
  if (!ledger.ok)
    throw new Refusal('backup-unreadable', {
      detail: `The ledger in the backup does not verify: ${ledger.faults[0] ?? 'unknown'}.`,
    });
  const size = await chooseLog(request, { staging, dataDir, ledger });
  await fitRootKey(context, { staging, dataDir, config, given: request.log === 'keep' ? null : request.rootKeyFile });
  const erased = await restoring.replayErasures(staging, dataDir);
  const facts = { staging, createdAt: manifest.createdAt, ledgerSize: size, erased };
  if (context.flags.dryRun) return { ...facts, rows: 0 };
  return { ...facts, rows: await loadInto(staging, config, context.io.env) };
}

export async function recordRestore(context: Context, facts: { createdAt: number; ledgerSize: number }): Promise<void> {
  await using api = await context.api();
  await api.call({ method: 'POST', path: '/api/v1/system/restores', body: facts });
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
  const own = join(staging, 'keys', 'root.key');
  const hasOwn = given === null && (await stat(own).catch(() => null)) !== null;
  if (config.keyring.file === null && !hasOwn) {
    await copyFile(given ?? join(dataDir, 'keys', 'root.key'), own).catch((cause: unknown) => {
      throw new Refusal('key-wrong', {
        detail: 'The root key is in no backup: give the copy you kept with --root-key FILE.',
        cause,
      });
    });
  }
  await openKeyring({ dataDir: staging, file: config.keyring.file });
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
  const { db, rows } = await restoring.loadUnpacked(staging, options);
  try {
    await restoring.settleLoaded(db, staging);
    return rows;
  } finally {
    await db.close();
  }
}
