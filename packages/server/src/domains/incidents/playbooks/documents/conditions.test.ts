import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chosenCase, judgeCondition, readCondition, switchVariable } from './conditions.ts';
import type { Values } from './values.ts';

const values: Values = new Map([
  ['__hits__', { type: 'integer', value: '12' }],
  ['__share__', { type: 'float', value: '0.5' }],
  ['__is_admin__', { type: 'bool', value: 'true' }],
  ['__severity__', { type: 'string', value: 'high' }],
  ['__version__', { type: 'string', value: '5' }],
  ['__source__', { type: 'ipv4-addr', value: '203.0.113.9' }],
  ['__facts__', { type: 'dictionary', value: '{"os":{"name":"linux"},"ports":[22,443]}' }],
  ['__nothing__', { type: 'string', value: null }],
  ['__empty__', { type: 'string', value: '' }],
]);
const holds = (condition: string): boolean | string => {
  const verdict = judgeCondition(condition, values);
  return verdict.kind === 'decided' ? verdict.holds : verdict.detail;
};

describe('a condition', () => {
  it.each([
    ['__hits__:value > 3', true],
    ['__hits__:value > 100', false],
    // As numbers, not as texts: '12' comes before '3'.
    ["__hits__:value > '3'", true],
    ['__hits__:value IN (1, 12)', true],
    ['__share__:value <= 0.5', true],
    ['__is_admin__:value = true', true],
    ["__is_admin__:value = 'true'", true],
    ['__is_admin__:value != true', false],
    ["__severity__:value = 'high'", true],
    ["__severity__:value LIKE 'h%'", true],
    ["__severity__:value MATCHES '^(high|critical)$'", true],
    ['__version__:value = 5', true],
    ["__source__:value ISSUBSET '203.0.113.0/24'", true],
    ["__source__:value ISSUBSET '198.51.100.0/24'", false],
    ["__facts__:value.os.name = 'linux'", true],
    ['__facts__:value.ports[*] = 443', true],
    ["__nothing__:value = ''", false],
    ["__nothing__:value != ''", false],
    ['EXISTS __nothing__:value', false],
    ['NOT EXISTS __nothing__:value', true],
    ["__empty__:value != ''", false],
    ["(__hits__:value > 100 OR __severity__:value = 'high') AND __is_admin__:value = true", true],
    ['$$__hits__:value$$ = 12', true],
    ['[__hits__:value = 12]', true],
  ])('%s is %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  it.each([
    '',
    '__hits__',
    '__hits__:value >',
    'hits:value = 1',
    "__hits__:type = 'integer'",
    '__hits__:value = __version__:value',
    "__severity__:value MATCHES '(a+)+$' AND",
    '[__hits__:value = 1] FOLLOWEDBY [__hits__:value = 2]',
  ])('that is %j is refused when it is read', (condition) => {
    expect(readCondition(condition).kind).toBe('fault');
  });

  it('over a variable that is not declared cannot be decided', () => {
    expect(holds('__other__:value = 1')).toBe('__other__ is not declared');
  });

  it('never throws and never hangs', () => {
    const word = fc.constantFrom(
      '__hits__',
      ':',
      'value',
      '=',
      '>',
      'AND',
      'OR',
      'NOT',
      '(',
      ')',
      "'x'",
      '1',
      'IN',
      'LIKE',
      '$$',
      '[',
      ']',
    );
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
    );
    fc.assert(fc.property(text, (condition) => ['decided', 'fault'].includes(judgeCondition(condition, values).kind)));
  });
});

describe('a switch', () => {
  it('takes the case of the value, else the default, else none', () => {
    const cases = new Map([
      ['high', 'action--1'],
      ['default', 'action--2'],
    ]);
    expect(chosenCase('$$__severity__:value$$', cases, values)).toBe('action--1');
    expect(chosenCase('__hits__:value', cases, values)).toBe('action--2');
    expect(chosenCase('__nothing__:value', new Map([['high', 'action--1']]), values)).toBeNull();
    expect(switchVariable('what')).toBeNull();
  });
});
