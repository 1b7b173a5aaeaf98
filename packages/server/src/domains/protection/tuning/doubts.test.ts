import { expect, it } from 'vitest';
import { doubtsOf } from './doubts.ts';

const told = (detail: string) => [
  { step: 'decode', verdict: 'on', detail: '' },
  { step: 'schema', verdict: 'violated', detail },
];

it('the schema names rule, place and parameter of each violation', () => {
  const detail = 'pattern: query q (/paths/~1search/get); unknown: form extra name (/paths/~1search/post)';
  expect(doubtsOf('schema.pattern', told(detail))).toEqual([
    { rule: 'schema.pattern', group: 'schema', location: 'query', parameter: 'q' },
    { rule: 'schema.unknown', group: 'schema', location: 'form', parameter: 'extra name' },
  ]);
});

it('the schema may be violated beside an attack', () => {
  expect(doubtsOf('sqli.union', told('pattern: query q (/a)'))).toHaveLength(1);
});

it('two readings have a rule and no place', () => {
  expect(doubtsOf('decode-duplicate-key', [])).toEqual([
    { rule: 'decode.duplicate-key', group: 'decode', location: null, parameter: '' },
  ]);
});

it.each([
  [null, ''],
  ['sqli.union', ''],
  ['schema.pattern', ''],
  ['schema.pattern', 'pattern: nowhere q (/a)'],
  ['schema.pattern', 'cut: query q (/paths/~1sea'],
])('nothing is read from %s with %s', (reason, detail) => {
  expect(doubtsOf(reason, told(detail))).toEqual([]);
});

it('a name that imitates the marks makes no violation of its own choice', () => {
  const detail = 'unknown: query a (/x); pattern: query q (/paths/get)';
  const places = doubtsOf('schema.unknown', told(`unknown: query b (/${detail} (/paths/get)`));
  expect(places.every(({ rule }) => rule.startsWith('schema.'))).toBe(true);
});
