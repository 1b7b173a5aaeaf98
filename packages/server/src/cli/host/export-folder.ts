import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerifyView } from '@holdfast/contract';
import { exportFiles, LedgerError, parseTrust, verifyExport, type ExportReader } from '@holdfast/ledger';
import { UsageFault } from '../fault.ts';

interface Checked {
  readonly view: VerifyView;
  /** The keys came from the export itself: good against damage, not against a forger. */
  readonly isOwnTrust: boolean;
}

/** Verifies an export with nothing but its files and a trust file: no server, no database, no network. */
export async function verifyExportFolder(folder: string, trustFile: string | null): Promise<Checked> {
  const reader: ExportReader = { read: (path) => readOrNull(join(folder, path)) };
  const bytes = await readOrNull(trustFile ?? join(folder, exportFiles.trust));
  if (bytes === null)
    throw new UsageFault(
      trustFile === null ? 'This folder is no export: it has no trust file.' : 'The trust file cannot be read.',
      'holdfast audit export NAME',
    );
  const isOwnTrust = trustFile === null;
  try {
    const verdict = await verifyExport(reader, parseTrust(bytes.toString('utf8')));
    if (verdict.kind === 'verified') return { view: { ok: true, size: verdict.size, faults: [] }, isOwnTrust };
    const place = [verdict.path, verdict.index === undefined ? undefined : `entry ${verdict.index}`]
      .filter((part) => part !== undefined)
      .join(', ');
    return {
      view: { ok: false, size: 0, faults: [`${verdict.code}: ${place === '' ? '' : `${place}: `}${verdict.detail}`] },
      isOwnTrust,
    };
  } catch (error) {
    if (error instanceof LedgerError)
      return { view: { ok: false, size: 0, faults: [`${error.code}: trust: ${error.message}`] }, isOwnTrust };
    throw error;
  }
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR')
    )
      return null;
    throw error;
  }
}
