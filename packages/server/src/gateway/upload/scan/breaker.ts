import type { Clock } from '../../../platform/clock.ts';

const FAILURES_MAX = 3;
const OPEN_MS = 5000;

export interface BreakerParts {
  readonly clock: Clock;
  /** A short question; true = the other side is well again. */
  readonly probe: () => Promise<boolean>;
  readonly onChange: (state: 'up' | 'down', detail: string) => void;
}

/** Keeps uploads from waiting, one after the other, for a scanner that does not answer. */
export class Breaker {
  readonly #parts: BreakerParts;
  #failures = 0;
  #openUntil = 0;
  #isDown = false;
  #probing: Promise<boolean> | null = null;

  constructor(parts: BreakerParts) {
    this.#parts = parts;
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  /** Whether it may be asked now; after a pause one probe decides for all. */
  async admits(): Promise<boolean> {
    if (!this.#isDown) return true;
    if (this.#parts.clock.monotonicMs() < this.#openUntil) return false;
    this.#probing ??= this.#probe();
    return this.#probing;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(detail: string): void {
    this.#failures += 1;
    if (this.#failures < FAILURES_MAX) return;
    this.#openUntil = this.#parts.clock.monotonicMs() + OPEN_MS;
    if (this.#isDown) return;
    this.#isDown = true;
    this.#parts.onChange('down', detail);
  }

  async #probe(): Promise<boolean> {
    const isWell = await this.#parts.probe();
    this.#probing = null;
    if (isWell) {
      this.#failures = 0;
      this.#isDown = false;
      this.#parts.onChange('up', '');
    } else this.#openUntil = this.#parts.clock.monotonicMs() + OPEN_MS;
    return isWell;
  }
}
