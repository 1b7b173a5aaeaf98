import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compilePattern,
  matchPattern,
  MatchFault,
  observationOf,
  parsePattern,
  PatternFault,
  printPattern,
  type Comparison,
  type Pattern,
} from '../patterns.ts';
import { joined } from './parse-comparison.ts';
import type { Literal, ObjectPath, Step } from './tree.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const key = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/u),
  text,
  fc.constantFrom('IN', 'true', '__proto__', 'has-hyphen'),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  key.map((name) => ({ key: name })),
  fc.integer({ min: -3, max: 9 }).map((index) => ({ index })),
  fc.constant({ every: true } as const),
);
const path: fc.Arbitrary<ObjectPath> = fc.record({
  type: fc.constantFrom('url', 'x-usb-device', 'file', '_a'),
  steps: fc.tuple(key, fc.array(step, { maxLength: 3 })).map(([first, rest]) => [{ key: first }, ...rest]),
});
const number = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => (value === 0 ? 0 : value));
const literal: fc.Arbitrary<Literal> = fc.oneof(
  number.map((value): Literal => ({ kind: 'number', value })),
  text.map((value): Literal => ({ kind: 'string', value })),
  fc.boolean().map((value): Literal => ({ kind: 'boolean', value })),
  fc.uint8Array({ maxLength: 6 }).map((bytes): Literal => ({ kind: 'bytes', hex: Buffer.from(bytes).toString('hex') })),
  fc.constantFrom('2026-01-01T00:00:00Z', '1999-12-31T23:59:60.25Z').map((value): Literal => ({ kind: 'time', value })),
);
const isNegated = fc.boolean();
const test: fc.Arbitrary<Comparison> = fc.oneof(
  fc
    .record({
      kind: fc.constant('compare' as const),
      path,
      isNegated,
      operator: fc.constantFrom('=', '!=', '<', '>=' as const),
      to: literal,
    })
    .filter(({ operator, to }) => to.kind !== 'boolean' || operator === '=' || operator === '!='),
  fc
    .record({ kind: fc.constant('in' as const), path, isNegated, set: fc.array(literal, { maxLength: 3 }) })
    .filter(({ set }) => new Set(set.map((one) => one.kind)).size < 2),
  fc.record({
    kind: fc.constant('text' as const),
    path,
    isNegated,
    operator: fc.constantFrom('LIKE', 'MATCHES', 'ISSUBSET' as const),
    to: text,
  }),
  fc.record({ kind: fc.constant('exists' as const), path, isNegated }),
);
const { comparison } = fc.letrec<{ comparison: Comparison }>((tie) => ({
  comparison: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    test,
    fc.array(tie('comparison'), { minLength: 2, maxLength: 3 }).map((parts) => joined<Comparison>('and', parts)),
    fc.array(tie('comparison'), { minLength: 2, maxLength: 3 }).map((parts) => joined<Comparison>('or', parts)),
  ),
}));
const { pattern } = fc.letrec<{ pattern: Pattern }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison.map((that): Pattern => ({ kind: 'observe', that })),
    ...(['and', 'or', 'followed-by'] as const).map((kind) =>
      fc.array(tie('pattern'), { minLength: 2, maxLength: 3 }).map((parts) => joined<Pattern>(kind, parts)),
    ),
    tie('pattern').map((part): Pattern => ({ kind: 'repeats', part, times: 2 })),
    tie('pattern').map((part): Pattern => ({ kind: 'within', part, seconds: 1e-7 })),
    tie('pattern').map((part): Pattern => ({
      kind: 'between',
      part,
      start: '2026-01-01T00:00:00Z',
      stop: '2027-01-01T00:00:00Z',
    })),
  ),
}));

const PIECES =
  "[ ] ( ) : . , * = != <> > NOT AND OR IN LIKE MATCHES EXISTS FOLLOWEDBY WITHIN REPEATS TIMES SECONDS START STOP file:name url:a[*] 'x' 5 -1.5 h'ff' b'AAAA' t'2026-01-01T00:00:00Z' true /* */ // \\ '".split(
    ' ',
  );

function readOrFault(source: string): Pattern | null {
  try {
    return parsePattern(source);
  } catch (error) {
    expect(error).toBeInstanceOf(PatternFault);
    return null;
  }
}

describe('STIX patterns, whatever comes', () => {
  it('reads again what it wrote', () => {
    fc.assert(
      fc.property(pattern, (tree) => {
        expect(parsePattern(printPattern(tree))).toEqual(tree);
      }),
    );
  });

  it('answers any text with a pattern or a fault', () => {
    const source = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(' ')),
    );
    fc.assert(
      fc.property(source, (one) => {
        const tree = readOrFault(one);
        if (tree !== null) expect(parsePattern(printPattern(tree))).toEqual(tree);
      }),
      { numRuns: 1000 },
    );
  });

  it('judges any observation without a throw', () => {
    const object = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    fc.assert(
      fc.property(pattern, fc.array(object, { maxLength: 4 }), (tree, objects) => {
        const named = objects.map((one, index) => [String(index), { ...one, type: index % 2 === 0 ? 'url' : 'file' }] as const);
        const observation = observationOf(new Map(named), { firstAt: 0n, lastAt: 5n, times: 2 });
        try {
          expect(['match', 'no-match', 'fault']).toContain(matchPattern(compilePattern(tree), [observation, observation]).kind);
        } catch (error) {
          expect(error instanceof PatternFault || error instanceof MatchFault).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
