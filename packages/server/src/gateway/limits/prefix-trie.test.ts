import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback, parseAddress, rateKey } from '../../platform/address.ts';
import { buildPrefixSet } from './prefix-trie.ts';

const bitsOf = (address: string): string | null => {
  const words = new Uint32Array(4);
  const bits = parseAddress(address, words);
  if (bits === 0) return null;
  const text = [...words.subarray(0, bits / 32)].map((word) => word.toString(2).padStart(32, '0')).join('');
  return `${bits}:${text}`;
};

/** The same question asked of a list, one prefix after the other. */
function naive(entries: readonly { prefix: string; value: number }[], address: string): number | undefined {
  const bits = bitsOf(address);
  let best: number | undefined;
  for (const { prefix, value } of entries) {
    const [base = '', length] = prefix.split('/');
    const baseBits = bitsOf(base);
    if (bits === null || baseBits === null || bits.slice(0, 3) !== baseBits.slice(0, 3)) continue;
    const start = bits.indexOf(':') + 1;
    const mapped = bits.startsWith('32') && base.includes(':') ? 96 : 0;
    const count = length === undefined ? bits.length - start : Number(length) - mapped;
    if (bits.slice(start, start + count) === baseBits.slice(start, start + count)) best = Math.max(best ?? value, value);
  }
  return best;
}

// Few distinct bytes, so that prefixes nest and meet.
const byte = fc.constantFrom(0, 1, 10, 127, 128, 192, 255);
const v4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const group = fc.constantFrom('0', '1', 'db8', '2001', 'ffff', 'fe80');
const v6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((parts) => parts.join(':'));
const mapped = v4.map((text) => `::ffff:${text}`);
const prefix = fc.oneof(
  fc.tuple(v4, fc.integer({ min: 0, max: 32 })).map(([text, length]) => `${text}/${length}`),
  fc.tuple(v6, fc.integer({ min: 0, max: 128 })).map(([text, length]) => `${text}/${length}`),
  fc.tuple(mapped, fc.integer({ min: 96, max: 128 })).map(([text, length]) => `${text}/${length}`),
  v4,
  v6,
);

describe('prefix trie', () => {
  it('answers as a list would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ prefix, value: fc.integer({ min: 1, max: 9 }) }), { maxLength: 40 }),
        fc.array(fc.oneof(v4, v6, mapped), { minLength: 1, maxLength: 20 }),
        (entries, addresses) => {
          const { set, refused } = buildPrefixSet(entries);
          expect(refused).toEqual([]);
          for (const address of addresses) expect(set.lookup(address), address).toBe(naive(entries, address));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never throws on any text, neither as prefix nor as address', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef:./%ffff xg-')) }), (text) => {
        const { set } = buildPrefixSet([{ prefix: text, value: 1 }]);
        expect(set.lookup(text) === undefined || set.size === 1).toBe(true);
      }),
    );
  });

  it('keeps a wide prefix in force when a narrow one inside it runs out earlier', () => {
    const { set } = buildPrefixSet([
      { prefix: '192.0.2.7', value: 10 },
      { prefix: '192.0.2.0/24', value: 99 },
    ]);
    expect(set.lookup('192.0.2.7')).toBe(99);
    expect(set.lookup('192.0.3.7')).toBeUndefined();
  });

  it('tells which entries it could not read', () => {
    const { refused } = buildPrefixSet(
      ['192.0.2.0/33', '192.0.2', '1.2.3.04', '2001:db8::/129', 'x', '10.0.0.0/8'].map((text) => ({ prefix: text, value: 1 })),
    );
    expect(refused.toSorted()).toEqual(['1.2.3.04', '192.0.2', '192.0.2.0/33', '2001:db8::/129', 'x'].toSorted());
  });
});

describe('addresses', () => {
  it('counts an IPv6 subscriber by /64 and IPv4 by address', () => {
    expect(rateKey('2001:db8:1:2:3:4:5:6')).toBe(rateKey('2001:db8:1:2::9'));
    expect(rateKey('2001:db8:1:2::9')).not.toBe(rateKey('2001:db8:1:3::9'));
    expect(rateKey('192.0.2.1')).toBe('192.0.2.1');
    expect(rateKey('nonsense')).toBeNull();
  });

  it('knows loopback in every spelling and nothing else as loopback', () => {
    for (const text of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '0:0:0:0:0:0:0:1'])
      expect(isLoopback(text), text).toBe(true);
    for (const text of ['128.0.0.1', '::2', '10.0.0.1', '127.0.0.1.evil', '::', '']) expect(isLoopback(text), text).toBe(false);
  });
});
