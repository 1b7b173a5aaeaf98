import type { ScannerVerdict } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';

const ENTRIES_MAX = 10_000;
/** Short: the version that a scanner tells does not change with every rule that is loaded into it. */
const KEPT_MS = 60_000;

interface Kept {
  readonly verdict: ScannerVerdict;
  readonly until: number;
}

/** What scanners said of bytes that come again: of the same rules, and not for long. Failures are never kept. */
export class VerdictCache {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(hash: string, scanner: ScannerVerdict['scanner'], version: string): ScannerVerdict | null {
    const held = this.#kept.get(`${scanner} ${hash}`);
    if (held === undefined || held.verdict.version !== version) return null;
    return held.until > this.#clock.monotonicMs() ? held.verdict : null;
  }

  keep(hash: string, verdict: ScannerVerdict): void {
    if (verdict.verdict === 'failed') return;
    const key = `${verdict.scanner} ${hash}`;
    // Anew at the end: what leaves first is what was said longest ago.
    this.#kept.delete(key);
    this.#kept.set(key, { verdict, until: this.#clock.monotonicMs() + KEPT_MS });
    if (this.#kept.size <= ENTRIES_MAX) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
