import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile, readDocuments, Scanner, type FieldValue } from '@holdfast/sigma';
import {
  documentOf,
  naiveMatches,
  type Expression,
  type Plain,
  type PlainDetection,
  type PlainEvent,
  type PlainRule,
} from './sigma-naive.ts';

/** `SIGMA_ORACLE_SCALE=25` tries 100,000 events. */
const SCALE = Number(process.env['SIGMA_ORACLE_SCALE'] ?? '1');
const RUNS = 100 * SCALE;
const EVENTS = 40;
const RULES = 8;

const LETTERS = ['a', 'A', 'b', 'B', 'c', '-', '/', ' ', '.', '1', 'é', 'É', 'Σ', 'σ', 'ς', '–'];
// Few letters give texts that overlap themselves; many give texts that differ.
const letter = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 2, arbitrary: fc.constantFrom(...LETTERS) },
);
const word = fc.array(letter, { maxLength: 8 }).map((chars) => chars.join(''));
const some = fc.array(letter, { minLength: 1, maxLength: 3 }).map((chars) => chars.join(''));
const wildcards = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: letter },
      { weight: 2, arbitrary: fc.constantFrom('*', '*', '?', '\\', '\\*', '\\?', '\\\\') },
    ),
    { minLength: 1, maxLength: 7 },
  )
  .map((chars) => chars.join(''));
const overlapping = fc
  .array(fc.constantFrom('a', 'b', '*', '*', '?'), { minLength: 2, maxLength: 6 })
  .map((chars) => chars.join(''));
const short = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }).map((chars) => chars.join(''));
const ascii = fc.array(fc.constantFrom('a', 'b', 'A', '1', '-'), { minLength: 2, maxLength: 5 }).map((chars) => chars.join(''));

const regexPiece = fc.constantFrom(
  'a',
  'b',
  '[aB]',
  '[^a]',
  '.',
  '\\w',
  '\\d',
  '\\s',
  'é',
  '\\.',
  '\\b',
  '(?:a|b)',
  '(ab|-)',
  '[a-c]',
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '*?', '{0,2}');
const regex = fc
  .tuple(
    fc.constantFrom('', '^'),
    fc.array(fc.tuple(regexPiece, quantifier), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '$', '|bb', '|^c'),
  )
  .map(
    ([start, pieces, end]) => start + pieces.map(([piece, count]) => (piece === '\\b' ? piece : piece + count)).join('') + end,
  );

const FIELDS = ['f', 'g', 'h'];
const field = fc.constantFrom(...FIELDS);
const octet = fc.integer({ min: 0, max: 3 });
const address = fc.tuple(octet, octet).map(([c, d]) => `10.0.${c}.${d}`);
const many = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | readonly T[]> =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));
const keyed = (
  modifiers: string,
  values: fc.Arbitrary<Plain | readonly Plain[]>,
): fc.Arbitrary<readonly [string, Plain | readonly Plain[]]> =>
  fc.tuple(
    field.map((name) => (modifiers === '' ? name : `${name}|${modifiers}`)),
    values,
  );

const item = fc.oneof(
  { weight: 8, arbitrary: keyed('', overlapping) },
  keyed('', many(wildcards)),
  keyed('', many(some)),
  keyed('', fc.constantFrom<Plain>(1, 2, true, false, null, '')),
  ...[
    'contains',
    'startswith',
    'endswith',
    'cased',
    'contains|cased',
    'startswith|cased',
    'contains|all',
    'contains|windash',
    'windash',
    'neq',
    'contains|neq',
    'endswith|windash',
  ].map((chain) => keyed(chain, many(fc.oneof(some, some, wildcards)))),
  ...[
    'base64|contains',
    'base64offset|contains',
    'wide|base64offset|contains',
    'windash|base64offset|contains',
    'wide|contains',
    'base64',
  ].map((chain) => keyed(chain, ascii)),
  keyed('base64offset|contains|all', many(ascii)),
  ...['re', 're|i', 're|m', 're|i|s', 're|neq'].map((chain) => keyed(chain, many(regex))),
  ...['lt', 'lte', 'gt', 'gte'].map((chain) => keyed(chain, fc.integer({ min: -1, max: 3 }))),
  keyed('exists', fc.boolean()),
  keyed('fieldref', field),
  keyed('fieldref|neq', field),
  fc.tuple(
    fc.constant('g|cidr'),
    address.chain((base) => fc.constantFrom(24, 30, 31, 32).map((bits) => `${base}/${bits}`)),
  ),
);
const map = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => Object.fromEntries(items));
const detection: fc.Arbitrary<PlainDetection> = fc.oneof(
  { weight: 4, arbitrary: map },
  { weight: 1, arbitrary: fc.array(map, { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(some, wildcards), { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(some, { minLength: 2, maxLength: 3 }).map((values) => ({ '|all': values })) },
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('sel_a', 'sel_b', 'other').map((name) => ({ name })),
    fc.record({ not: tie('expression') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({
      of: fc.constantFrom('all' as const, '1' as const, 'any' as const),
      pattern: fc.constantFrom('sel_*', 'them', '*_b', 's*_*'),
    }),
  ),
}));
const logsource = fc.constantFrom<Record<string, string>>(
  { category: 'web' },
  { category: 'web', product: 'x' },
  { product: 'y' },
);
const rule: fc.Arbitrary<Omit<PlainRule, 'title'>> = fc.record({
  logsource,
  identifiers: fc.record({ sel_a: detection, sel_b: detection, other: detection, _hidden: detection }),
  expression,
});

const encoded = ascii.map((text) => Buffer.from(`x${text}yz`.slice(text.length % 2)).toString('base64'));
const wide = ascii.map((text) => Buffer.from(text, 'utf16le').toString('latin1'));
const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(word, short) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      encoded,
      wide,
      wide.map((text) => Buffer.from(text).toString('base64')),
    ),
  },
  { weight: 2, arbitrary: address },
  { weight: 2, arbitrary: fc.constantFrom<Plain>(0, 1, 2, 1.5, '1', '2', true, false, null, '') },
);
const event: fc.Arbitrary<PlainEvent> = fc.record(
  {
    fields: fc.record({ f: many(scalar), g: many(scalar), h: many(scalar), unknown: word }, { requiredKeys: [] }),
    message: word,
    logsources: fc.array(logsource, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['fields'] },
);

test(`what the engine matches is what brute force matches, on ${RUNS * EVENTS} random events`, { timeout: 1_200_000 }, () => {
  let matched = 0;
  let tried = 0;
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: RULES, maxLength: RULES }),
      fc.array(event, { minLength: EVENTS, maxLength: EVENTS }),
      (drafts, events) => {
        const rules = drafts.map((draft, index): PlainRule => ({ ...draft, title: `rule ${index}` }));
        const text = rules.map((one) => JSON.stringify(documentOf(one))).join('\n---\n');
        const { documents, diagnostics } = readDocuments(text, 'random.yml');
        expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        const { ruleset } = compile(documents);
        if (ruleset === null) throw new Error('assert: the rules compile');
        const scanner = new Scanner(ruleset);
        for (const { fields, ...rest } of events) {
          const found = scanner.match({ ...rest, fields: new Map<string, FieldValue>(Object.entries(fields)) });
          const expected = rules.flatMap((one, index) => (naiveMatches(one, { fields, ...rest }) ? [index] : []));
          expect(found).toEqual(expected);
          matched += expected.length;
          tried += rules.length;
        }
      },
    ),
    { numRuns: RUNS, seed: 20261122, endOnFailure: false },
  );
  // Neither everything nor nothing: the comparison means something.
  expect(matched).toBeGreaterThan(tried / 10);
  expect(matched).toBeLessThan((tried * 9) / 10);
});
