import type { BackupView, DrillView, RecoveryStatus } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

export const BACKUP_WORDS: Readonly<Record<BackupView['state'], string>> = {
  unverified: 'Not proved yet',
  verified: 'Proved',
  failed: 'Does not open',
  gone: 'No longer there',
};
export const BACKUP_TONES: Readonly<Record<BackupView['state'], Tone>> = {
  unverified: 'watch',
  verified: 'ok',
  failed: 'stop',
  gone: 'plain',
};

export const DRILL_WORDS: Readonly<Record<DrillView['state'], string>> = {
  running: 'Runs',
  passed: 'Passed',
  failed: 'Failed',
};
export const DRILL_TONES: Readonly<Record<DrillView['state'], Tone>> = { running: 'note', passed: 'ok', failed: 'stop' };

export const POINT_WORDS: Readonly<Record<RecoveryStatus['pointInTime']['state'], string>> = {
  on: 'The server archives its log',
  off: 'The server does not archive its log',
  embedded: 'Not with the embedded database',
  unknown: 'Not known',
};

/** A span in words, for what takes seconds to days. */
export function saySpan(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}
