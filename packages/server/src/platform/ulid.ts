import { CROCKFORD } from '@holdfast/contract';
import type { Clock } from './clock.ts';

const RANDOM_CHARACTERS = 16;

export interface UlidParts {
  readonly clock: Clock;
  /** So many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/**
 * Monotonic ULIDs: 48 bits of milliseconds, then 80 random bits. Within one millisecond, and while the clock stands behind
 * the last one, the random part counts up, so that ids of one process always sort in the order they were made.
 */
export function createUlid({ clock, random }: UlidParts): () => string {
  let lastMs = -1;
  let digits: number[] = [];
  return () => {
    const now = clock.now();
    if (now > lastMs) {
      lastMs = now;
      // A byte taken modulo 32 is unbiased: 256 is a multiple of 32.
      digits = [...random(RANDOM_CHARACTERS)].map((byte) => byte % 32);
    } else if (!countUp(digits)) {
      // 2^80 ids in one millisecond: borrow the next one.
      lastMs += 1;
    }
    return encodeTime(lastMs) + digits.map((digit) => CROCKFORD[digit]).join('');
  };
}

/** False on overflow, with all digits back at zero. */
function countUp(digits: number[]): boolean {
  for (let index = digits.length - 1; index >= 0; index -= 1) {
    const digit = digits[index] ?? 0;
    if (digit < 31) {
      digits[index] = digit + 1;
      return true;
    }
    digits[index] = 0;
  }
  return false;
}

function encodeTime(ms: number): string {
  let rest = ms;
  let text = '';
  for (let index = 0; index < 10; index += 1) {
    text = (CROCKFORD[rest % 32] ?? '') + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
