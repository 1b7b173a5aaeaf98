import type { GatewayLimits } from '@holdfast/contract';

const RESET_WINDOW_MS = 10_000;
const CONTROL_WINDOW_MS = 1000;
/** Browsers open with SETTINGS, its acknowledgement and a few WINDOW_UPDATEs and PINGs at once. */
const CONTROL_BURST = 20;

export type BudgetFault = 'h2-resets' | 'h2-control-frames';

/**
 * What one HTTP/2 session may do that costs us more than the client: resets (rapid reset, CVE-2023-44487, and its kin where
 * the client makes us reset) and control frames that demand an answer. Node counts neither in a way that ends it early.
 */
export class H2Budget {
  readonly #limits: GatewayLimits;
  #resets = 0;
  #resetsSince: number;
  #control = 0;
  #controlSince: number;

  constructor(limits: GatewayLimits, nowMs: number) {
    this.#limits = limits;
    this.#resetsSince = nowMs;
    this.#controlSince = nowMs;
  }

  reset(nowMs: number): BudgetFault | null {
    if (nowMs - this.#resetsSince >= RESET_WINDOW_MS) {
      this.#resets = 0;
      this.#resetsSince = nowMs;
    }
    this.#resets += 1;
    return this.#resets > this.#limits.h2ResetsPer10sMax ? 'h2-resets' : null;
  }

  controlFrame(nowMs: number): BudgetFault | null {
    if (nowMs - this.#controlSince >= CONTROL_WINDOW_MS) {
      this.#control = 0;
      this.#controlSince = nowMs;
    }
    this.#control += 1;
    return this.#control > this.#limits.h2ControlFramesPerSecondMax + CONTROL_BURST ? 'h2-control-frames' : null;
  }
}
