import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCanonical, writeCanonical } from './canonical-json.ts';
import { LedgerError } from './errors.ts';

const text = (value: unknown): string => Buffer.from(writeCanonical(value)).toString();

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof LedgerError) return error.code;
    throw error;
  }
  return 'accepted';
}

const { value: eventValue } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
  value: fc.oneof(
    { maxDepth: 5 },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 8 }).filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 6 },
    ),
  ),
}));

describe('writeCanonical', () => {
  it('gives the same bytes as the JCS library for every value of the event subset', () => {
    fc.assert(
      fc.property(eventValue, (value) => {
        expect(text(value)).toBe(canonicalize(value));
      }),
    );
  });

  it('orders keys by UTF-16 code unit, integer-like keys and astral characters included (RFC 8785 §3.2.3)', () => {
    expect(text({ '10': 1, '9': 2, '\u{1F600}': 3, '\uFB33': 4, b: 5, a: 6 })).toBe(
      '{"10":1,"9":2,"a":6,"b":5,"\u{1F600}":3,"\uFB33":4}',
    );
  });

  it('orders keys that begin with a digit but are no array index', () => {
    expect(text({ b: 1, '9a': 2, '10a': 3, '01': 4 })).toBe('{"01":4,"10a":3,"9a":2,"b":1}');
  });

  it('leaves the value it was given untouched', () => {
    const value = { b: { d: 1, c: 2 }, a: [1] };
    writeCanonical(value);
    expect(JSON.stringify(value)).toBe('{"b":{"d":1,"c":2},"a":[1]}');
  });

  it('sorts nested objects even when the outer one is in order', () => {
    expect(text({ a: { z: 1, b: [{ d: 1, c: 2 }] } })).toBe('{"a":{"b":[{"c":2,"d":1}],"z":1}}');
  });

  it.each<[string, unknown, string]>([
    ['a fraction', { a: 1.5 }, 'json-unsupported'],
    ['NaN', [Number.NaN], 'json-unsupported'],
    ['infinity', [Infinity], 'json-unsupported'],
    ['an integer beyond 2^53 - 1', 2 ** 53, 'json-unsupported'],
    ['a bigint', { a: 1n }, 'json-unsupported'],
    ['undefined', { a: undefined }, 'json-unsupported'],
    ['a function', { toJSON: () => 1 }, 'json-unsupported'],
    ['a class instance', { at: new Date(0) }, 'json-unsupported'],
    ['a lone surrogate in a value', { a: '\ud800' }, 'json-unsupported'],
    ['a lone surrogate in a key', { '\udc00': 1 }, 'json-unsupported'],
    ['__proto__ as own key', JSON.parse('{"__proto__":1}'), 'json-unsupported'],
    ['depth 33', JSON.parse('['.repeat(33) + ']'.repeat(33)), 'json-too-deep'],
    ['32 KiB and one byte', 'x'.repeat(32 * 1024 - 1), 'json-too-large'],
    ['32 KiB in characters, more in UTF-8', 'é'.repeat(20_000), 'json-too-large'],
    ['a wide array of arrays', Array.from({ length: 20_000 }, () => []), 'json-too-large'],
  ])('refuses %s', (_name, value, code) => {
    expect(codeOf(() => writeCanonical(value))).toBe(code);
  });

  it.each<[string, unknown]>([
    ['the largest integer', 2 ** 53 - 1],
    ['depth 32', JSON.parse('['.repeat(32) + ']'.repeat(32))],
    ['exactly 32 KiB', 'x'.repeat(32 * 1024 - 2)],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 })],
    ['constructor as a key', { constructor: 1 }],
    ['a paired surrogate', '\u{1F600}'],
  ])('accepts %s', (_name, value) => {
    expect(codeOf(() => writeCanonical(value))).toBe('accepted');
  });

  it('survives a value that contains itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(codeOf(() => writeCanonical(loop))).toBe('json-too-deep');
  });
});

describe('parseCanonical', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(eventValue, (value) => {
        expect(text(parseCanonical(writeCanonical(value)))).toBe(text(value));
      }),
    );
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"a":2}',
    '{"b":1,"a":2}',
    '{ "a":1}',
    '{"a":1}\n',
    '{"a":1.0}',
    '{"a":1e2}',
    '-0',
    '"\\u0041"',
    '"\\/"',
    '{"a":9007199254740993}',
    '{"__proto__":{}}',
    '\ufeff{}',
    '',
    '{',
  ])('refuses %j', (json) => {
    expect(codeOf(() => parseCanonical(Buffer.from(json)))).toMatch(/^json-/);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(codeOf(() => parseCanonical(Buffer.from([0x22, 0xff, 0x22])))).toBe('json-not-canonical');
  });

  it('only ever answers with a value or a LedgerError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(codeOf(() => parseCanonical(bytes))).toMatch(/^(accepted|json-)/);
      }),
    );
  });
});
