import { ulidSchema } from '@holdfast/contract';
import { describe, expect, test } from 'vitest';
import { createUlid } from './ulid.ts';

const fixed = (now: () => number) => ({
  clock: { now, monotonicMs: now },
  random: (bytes: number) => new Uint8Array(bytes).fill(31),
});

describe('ulid', () => {
  test('has the time in front and the right shape', () => {
    const id = createUlid({ clock: { now: () => 1_700_000_000_000, monotonicMs: () => 0 }, random: (n) => new Uint8Array(n) })();
    expect(ulidSchema.safeParse(id).success).toBe(true);
    expect(id.slice(10)).toBe('0'.repeat(16));
    expect(id.slice(0, 10)).toBe('01HF7YAT00');
  });

  test('sorts in the order made, within one millisecond, across overflow and when the clock goes back', () => {
    let now = 5;
    const next = createUlid(fixed(() => now));
    const made = [next(), next(), next()];
    now = 3;
    made.push(next());
    now = 9;
    made.push(next());
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });
});
