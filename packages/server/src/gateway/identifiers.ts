import { CROCKFORD } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';

export type RandomBytes = (size: number) => Uint8Array;

const REQUEST_ID_CHARS = 12;
const POOL_BYTES = 8184;
const ULID_TIME_CHARS = 10;
const ULID_RANDOM_CHARS = 16;
// The last five characters count within one millisecond: 2^24 steps are left whatever the random start.
const COUNTER_CHARS = 5;
const COUNTER_START_MAX = 2 ** 24;

export interface Identifiers {
  /** 60 random bits, for people to read aloud. */
  requestId(): string;
  /** A ULID, rising within this process also when the clock stands still or steps back. */
  eventId(nowMs: number): string;
}

function encode(value: number, chars: number): string {
  let rest = value;
  let text = '';
  for (let index = 0; index < chars; index += 1) {
    text = CROCKFORD.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Draws random bytes in large batches: one system call for hundreds of requests. */
export function createIdentifiers(random: RandomBytes = randomBytes): Identifiers {
  let pool: Uint8Array = new Uint8Array(0);
  let at = 0;
  let lastMs = -1;
  let prefix = '';
  let counter = 0;

  const draw = (chars: number): string => {
    if (at + chars > pool.length) {
      pool = random(POOL_BYTES);
      at = 0;
    }
    let text = '';
    for (const end = at + chars; at < end; at += 1) text += CROCKFORD.charAt(pool[at]! & 31);
    return text;
  };

  return {
    requestId: () => draw(REQUEST_ID_CHARS),
    eventId(nowMs) {
      if (nowMs > lastMs) {
        lastMs = nowMs;
        prefix = encode(nowMs, ULID_TIME_CHARS) + draw(ULID_RANDOM_CHARS - COUNTER_CHARS);
        counter = Math.floor(((pool[0]! << 16) | (pool[1]! << 8) | pool[2]!) % COUNTER_START_MAX);
      }
      counter += 1;
      return prefix + encode(counter, COUNTER_CHARS);
    },
  };
}
