import type { ScannerVerdict, UploadState } from '@holdfast/contract';
import type { StoredState } from './tables.ts';

export const isInfected = (scans: readonly ScannerVerdict[]): boolean => scans.some(({ verdict }) => verdict === 'infected');

/** Every scanner looked, and none found anything. Nobody looked is not clean. */
export const isClean = (scans: readonly ScannerVerdict[]): boolean =>
  scans.length > 0 && scans.every(({ verdict }) => verdict === 'clean');

type Kept = Exclude<UploadState, 'deleted'>;

/** What a kept file is after it was looked at again. A scanner that could not look changes nothing. */
export function stateAfterScan(state: Kept, scans: readonly ScannerVerdict[], isListed: boolean): Kept {
  if (isListed || isInfected(scans)) return 'infected';
  if (!isClean(scans)) return state;
  // Mended rules make a false alarm a clean file; that it passes is for somebody to say.
  return state === 'released' ? 'released' : 'clean';
}

export interface Evictable {
  readonly id: string;
  readonly state: StoredState;
  readonly bytes: number;
  readonly createdAt: number;
}

/** Nobody waits for an infected file; one that passes by its hash needs no copy. What is held or undecided is somebody's work. */
const EVICTED_IN_ORDER: readonly StoredState[] = ['infected', 'released'];

/** What makes room for so many bytes, oldest first; null = there is not enough. */
export function evictions(kept: readonly Evictable[], bytesNeeded: number): readonly Evictable[] | null {
  const chosen: Evictable[] = [];
  let freed = 0;
  for (const state of EVICTED_IN_ORDER) {
    const some = kept.filter((one) => one.state === state).toSorted((a, b) => a.createdAt - b.createdAt);
    for (const one of some) {
      if (freed >= bytesNeeded) return chosen;
      chosen.push(one);
      freed += one.bytes;
    }
  }
  return freed >= bytesNeeded ? chosen : null;
}
