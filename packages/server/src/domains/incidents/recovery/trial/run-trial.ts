import type { DrillStep } from '@holdfast/contract';
import { checkConsistency, parseCheckpoint, splitNote } from '@holdfast/ledger';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { extractBackup } from '../../../../platform/backup/extract.ts';
import type { BackupManifest, TableRows } from '../../../../platform/backup/manifest.ts';
import { countRows } from '../../../../platform/backup/tables.ts';
import type { DatabaseOptions } from '../../../../platform/db/database.ts';
import { checkLedger } from '../restore/check-backup.ts';
import type { LedgerFolder } from '../restore/ledger-folder.ts';
import { loadUnpacked, settleLoaded } from '../restore/load.ts';
import { createSteps, StepFault, type Steps } from './steps.ts';
import type { TrialReport, TrialRequest } from './trial.ts';

/** What a restored control plane says once it is open. */
export interface RestoredPlane {
  /** A signed head of the log as it stands there. */
  head(): Promise<{ readonly note: string; readonly size: number }>;
  consistency(from: number, to: number): Promise<readonly string[]>;
  /** Opens samples of what is sealed; what does not open, in words. */
  unopened(): Promise<readonly string[]>;
}

export interface TrialParts {
  /** Not there yet; the caller removes it. */
  readonly folder: string;
  readonly nowMs: () => number;
  /** Null = the root key does not come by itself, so that only what needs no keys was tried. */
  readonly withPlane: <Result>(folder: string, run: (plane: RestoredPlane) => Promise<Result>) => Promise<Result | null>;
  /** Left out = an embedded database in the folder. */
  readonly database?: DatabaseOptions;
}

/** Restores a backup beside what is in force, and asks what came of it. Nothing outside of the folder is touched. */
export async function runTrial(request: TrialRequest, parts: TrialParts): Promise<TrialReport> {
  const { folder, nowMs } = parts;
  const steps = createSteps(nowMs);
  const manifest = await steps.take('open it and compare each file', async () => {
    const result = await extractBackup(request.file, folder, { identity: request.identity });
    return { detail: `${result.files.length} files`, result };
  });
  const ledger = await steps.take('verify the ledger in it', async () => {
    const result = await checkLedger(folder, { ledgerSize: manifest?.ledgerSize ?? 0 });
    if (!result.ok) throw new StepFault(result.faults[0] ?? 'it does not verify');
    return { detail: `${result.size} signed records`, result };
  });
  if (manifest !== null && ledger !== null && request.depth === 'restored') await restore(steps, { parts, manifest, ledger });
  return reportOf(steps.list, manifest, ledger);
}

function reportOf(steps: readonly DrillStep[], manifest: BackupManifest | null, ledger: LedgerFolder | null): TrialReport {
  return { steps, manifest: manifest === null ? null : factsOf(manifest), ledger: ledger === null ? null : headOf(ledger) };
}

const factsOf = ({ createdAt, node, checkpoint, ledgerSize, rows }: BackupManifest): TrialReport['manifest'] => ({
  createdAt,
  node,
  checkpoint,
  ledgerSize,
  rows,
});

const headOf = ({ head, size, newestAt }: LedgerFolder): TrialReport['ledger'] =>
  head === null ? null : { size, root: Buffer.from(head.root).toString('base64'), newestAt };

interface Unpacked {
  readonly parts: TrialParts;
  readonly manifest: BackupManifest;
  readonly ledger: LedgerFolder;
}

async function restore(steps: Steps, { parts, manifest, ledger }: Unpacked): Promise<void> {
  const { folder, withPlane, database = { kind: 'embedded', dataDir: folder } } = parts;
  await steps.take('load the tables and count their rows', async () => {
    const { db, rows } = await loadUnpacked(folder, database);
    try {
      const wanted = manifest.rows ?? [];
      assertSameRows(
        wanted,
        await countRows(
          db,
          wanted.map(({ table }) => table),
        ),
      );
      await settleLoaded(db, folder);
      const place = database.kind === 'postgres' ? 'into PostgreSQL, ' : '';
      return { detail: `${place}${rows} rows in ${wanted.length} tables, as many as were written`, result: null };
    } finally {
      await db.close();
    }
  });
  if (steps.hasFailed) return;
  await forgetSigned(folder);
  await steps.take('open it and ask it', async () => {
    const said = await withPlane(folder, async (plane) => {
      const unopened = await plane.unopened();
      if (unopened.length > 0) throw new StepFault(`What is sealed in it does not open: ${unopened[0] ?? ''}`);
      const records = await assertSameLog(plane, ledger);
      return { detail: `it answers: what is sealed opens, and its log of ${records} records begins with this one`, result: null };
    });
    return said ?? { detail: 'The root key does not come by itself: nobody here opens it alone.', isSkipped: true, result: null };
  });
}

/**
 * On trial nothing is signed with the key of the log: what is recorded there would be a second history under its name. Without key
 * and tree it begins under another name, and builds its tree anew from the segments, which must come to the same head.
 */
async function forgetSigned(folder: string): Promise<void> {
  for (const name of ['keys/ledger-signing.json', 'ledger/checkpoint', 'ledger/trust', 'ledger/last-signed.json', 'ledger/tile'])
    await rm(join(folder, name), { recursive: true, force: true });
}

async function assertSameLog(plane: RestoredPlane, { head }: LedgerFolder): Promise<number> {
  const { note, size } = await plane.head();
  if (head === null) return size;
  const { root } = parseCheckpoint(splitNote(Buffer.from(note)).text);
  const proof = (await plane.consistency(head.size, size)).map((hash) => Buffer.from(hash, 'base64'));
  if (!checkConsistency({ from: head.size, fromRoot: head.root, to: size, toRoot: root, proof }))
    throw new StepFault('The restored log does not begin with the one in the backup.');
  return size;
}

function assertSameRows(wanted: readonly TableRows[], found: readonly TableRows[]): void {
  const counts = new Map(found.map(({ table, rows }) => [table, rows]));
  for (const { table, rows } of wanted) {
    if (counts.get(table) !== rows) throw new StepFault(`${table} has ${counts.get(table) ?? 0} rows; ${rows} were written.`);
  }
}
