import { array, assert, constantFrom, integer, property, shuffledSubarray, string, tuple, uint8Array } from 'fast-check';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { combine, split } from './shamir.ts';
import { formatShare, parseShare, type Share } from './share.ts';

const secretBytes = uint8Array({ minLength: 32, maxLength: 32 });
const counts = tuple(integer({ min: 2, max: 12 }), integer({ min: 0, max: 12 })).map(([need, more]) => ({
  need,
  of: need + more,
}));

describe('a secret in shares', () => {
  test('comes back from any of them that are enough, in any order, and from more', () => {
    const cases = tuple(secretBytes, counts).chain(([secret, { need, of }]) =>
      tuple(
        integer({ min: 0, max: 0 }).map(() => ({ secret, need, points: split(secret, { need, of, random: randomBytes }) })),
        shuffledSubarray(
          Array.from({ length: of }, (_, at) => at),
          { minLength: need, maxLength: of },
        ),
      ),
    );
    assert(
      property(cases, ([{ secret, points }, chosen]) => {
        const given = chosen.flatMap((at) => points[at] ?? []);
        expect(combine(given)).toEqual(secret);
      }),
    );
  });

  test('of one fewer every secret is as possible as the real one', () => {
    assert(
      property(secretBytes, secretBytes, counts, (secret, other, { need, of }) => {
        const few = split(secret, { need, of, random: randomBytes }).slice(0, need - 1);
        // The share that would make it the other secret always exists: the polynomial through (0, other) and the few.
        const index = of + 1;
        const bytes = interpolate([{ index: 0, bytes: other }, ...few], index);
        expect(combine([...few, { index, bytes }])).toEqual(other);
      }),
    );
  });

  test('one byte of every value goes through every pair of 255 shares', () => {
    const secret = Uint8Array.from({ length: 256 }, (_, value) => value);
    const points = split(secret, { need: 2, of: 255, random: randomBytes });
    for (const [at, point] of points.entries()) {
      const next = points[(at + 1) % points.length];
      if (next !== undefined) expect(combine([point, next])).toEqual(secret);
    }
  });

  test('too few, too many and repeated ones are mistakes of the program', () => {
    const secret = randomBytes(32);
    for (const [need, of] of [
      [1, 5],
      [6, 5],
      [2, 256],
    ] as const)
      expect(() => split(secret, { need, of, random: randomBytes })).toThrow(/assertion/u);
    const [first] = split(secret, { need: 2, of: 2, random: randomBytes });
    if (first !== undefined) expect(() => combine([first, first])).toThrow(/assertion/u);
  });
});

/** Lagrange at any place, in the slow textbook way: an independent check of the other one. */
function interpolate(points: readonly { index: number; bytes: Uint8Array }[], x: number): Uint8Array {
  const times = (a: number, b: number): number => {
    let product = 0;
    for (let bit = 0; bit < 8; bit += 1) if ((b >> bit) % 2 === 1) product ^= a << bit;
    for (let bit = 14; bit >= 8; bit -= 1) if ((product >> bit) % 2 === 1) product ^= 0x11b << (bit - 8);
    return product;
  };
  const over = (value: number): number => {
    for (let candidate = 1; candidate < 256; candidate += 1) if (times(value, candidate) === 1) return candidate;
    throw new Error('assertion: only 0 has no inverse');
  };
  const result = new Uint8Array(points[0]?.bytes.length ?? 0);
  for (const { index, bytes } of points) {
    let weight = 1;
    for (const other of points)
      if (other.index !== index) weight = times(weight, times(x ^ other.index, over(index ^ other.index)));
    for (const [at, byte] of bytes.entries()) result[at] = (result[at] ?? 0) ^ times(byte, weight);
  }
  return result;
}

describe('a share as text', () => {
  const shares = tuple(uint8Array({ minLength: 4, maxLength: 4 }), integer({ min: 1, max: 255 }), secretBytes).map(
    ([set, index, bytes]): Share => ({ set: Buffer.from(set).toString('hex'), index, need: 3, bytes }),
  );

  test('reads back, also when it was typed in other letters and with other spaces', () => {
    assert(
      property(shares, (share) => {
        const text = formatShare(share);
        expect(text).toMatch(/^hfs1(?:-[0-9a-hjkmnp-tv-z]{1,5}){14}$/u);
        const typed = ` ${text.toUpperCase().replaceAll('-', ' ').replace('HFS1 ', 'hfs1-').replaceAll('0', 'O').replaceAll('1', 'l')} `;
        for (const form of [text, typed.replace('hfsl', 'hfs1')]) expect(parseShare(form)).toEqual({ kind: 'share', share });
      }),
    );
  });

  test('one letter changed, left out or swapped with its neighbour is seen', () => {
    assert(
      property(shares, integer({ min: 5, max: 80 }), constantFrom('change', 'drop', 'swap'), (share, place, how) => {
        const text = formatShare(share);
        const at = Math.min(place, text.length - 2);
        const [letter = '', next = ''] = text.slice(at, at + 2);
        const spoiled = {
          change: text.slice(0, at) + (letter === 'a' ? 'b' : 'a') + text.slice(at + 1),
          drop: text.slice(0, at) + text.slice(at + 1),
          swap: text.slice(0, at) + next + letter + text.slice(at + 2),
        }[how];
        const isSame = spoiled.replaceAll('-', '') === text.replaceAll('-', '') || (how === 'change' && letter === '-');
        const reading = parseShare(spoiled);
        if (isSame && how !== 'change') expect(reading.kind).toBe('share');
        else expect(reading).toEqual({ kind: 'refused', fault: 'damaged' });
      }),
    );
  });

  test('any text is read or refused, never thrown at', () => {
    assert(
      property(string({ maxLength: 400 }), array(string(), { maxLength: 3 }), (text, parts) => {
        for (const given of [text, `hfs1-${text}`, `hfs1-${parts.join('-')}`]) expect(parseShare(given).kind).toBe('refused');
      }),
    );
  });
});
