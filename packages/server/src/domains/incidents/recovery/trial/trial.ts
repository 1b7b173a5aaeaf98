import type { DrillStep } from '@holdfast/contract';
import type { BackupManifest } from '../../../../platform/backup/manifest.ts';

/** A backup to be tried in a folder of its own. */
export interface TrialRequest {
  readonly file: string;
  /** age identity that opens it. */
  readonly identity: string;
  /** `checked`: opened, each file compared, the ledger verified. `restored`: also loaded, compared and asked. */
  readonly depth: 'checked' | 'restored';
  /** Reference of an empty PostgreSQL; null = into an embedded database. */
  readonly database: string | null;
}

export interface TrialReport {
  /** One after the other; the first that failed is the last. */
  readonly steps: readonly DrillStep[];
  /** Null = it could not be opened. */
  readonly manifest: Pick<BackupManifest, 'createdAt' | 'node' | 'checkpoint' | 'ledgerSize' | 'rows'> | null;
  /** Null = it was not verified. `root` is base64; `newestAt` the time of the newest record. */
  readonly ledger: { readonly size: number; readonly root: string; readonly newestAt: number | null } | null;
}

/** Never throws for what is wrong with the backup; throws when it is stopped, or has no room. */
export type RunTrial = (request: TrialRequest, signal: AbortSignal) => Promise<TrialReport>;

export const failureOf = ({ steps }: Pick<TrialReport, 'steps'>): string | null =>
  steps.find(({ state }) => state === 'failed')?.detail ?? null;
