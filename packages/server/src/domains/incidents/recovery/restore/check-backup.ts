import { extractBackup } from '../../../../platform/backup/extract.ts';
import type { BackupManifest } from '../../../../platform/backup/manifest.ts';
import type { Opening } from '../../../../platform/backup/seal.ts';
import { join } from 'node:path';
import { inspectLedgerFolder, type LedgerFolder } from './ledger-folder.ts';

export interface CheckedBackup {
  readonly manifest: BackupManifest;
  readonly ledger: LedgerFolder;
}

/** Unpacks it into a folder that is not there yet, compares each file with the list, and verifies the ledger in it. */
export async function checkBackupInto(folder: string, file: string, opening: Opening): Promise<CheckedBackup> {
  const manifest = await extractBackup(file, folder, opening);
  return { manifest, ledger: await checkLedger(folder, manifest) };
}

export async function checkLedger(folder: string, manifest: Pick<BackupManifest, 'ledgerSize'>): Promise<LedgerFolder> {
  const ledger = await inspectLedgerFolder(join(folder, 'ledger'));
  const isShort = ledger.ok && ledger.size < manifest.ledgerSize;
  const faults = isShort
    ? [`the ledger has ${ledger.size} signed records; ${manifest.ledgerSize} were there when the backup was made`]
    : ledger.faults;
  return { ...ledger, ok: ledger.ok && !isShort, faults };
}
