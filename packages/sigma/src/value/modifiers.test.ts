import { describe, expect, test } from 'vitest';
import { compile, flatten, readDocuments, Scanner, type FieldValue } from '../index.ts';
import { MODIFIERS } from './modifier-chain.ts';

/** Whether a selection with one field holds for a value of that field, in an event that may have others. */
function holds(key: string, value: unknown, found: FieldValue | undefined, others: Record<string, FieldValue> = {}): boolean {
  const text = JSON.stringify({ title: 't', logsource: {}, detection: { s: { [key]: value }, condition: 's' } });
  const { documents, diagnostics } = readDocuments(text, 'a.yml');
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const { ruleset } = compile(documents);
  if (ruleset === null) throw new Error('assert: the rule compiles');
  const fields = new Map(Object.entries(others));
  if (found !== undefined) fields.set('f', found);
  return new Scanner(ruleset).match({ fields }).length === 1;
}

const utf16 = (text: string): string => Buffer.from(text, 'utf16le').toString('latin1');
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

describe('values', () => {
  test.each<[string, unknown, FieldValue | undefined, boolean]>([
    ['f', 'Abc', 'aBC', true],
    ['f', 'abc', 'abcd', false],
    ['f', 'a*c', 'a--c', true],
    ['f', 'a?c', 'ac', false],
    ['f', 'a\\*c', 'a*c', true],
    ['f', 'a\\*c', 'axc', false],
    ['f', 'a\\\\*', 'a\\bc', true],
    ['f', 'a\\\\\\*', 'a\\*', true],
    ['f', 'C:\\Windows\\x', 'c:\\windows\\X', true],
    ['f', '\\\\\\\\x', '\\\\x', true],
    ['f', '*', '', true],
    ['f', '*', undefined, false],
    ['f', '', '', true],
    ['f', '', undefined, false],
    ['f', null, undefined, true],
    ['f', null, null, true],
    ['f', null, '', false],
    ['f', 4625, '4625', true],
    ['f', '4625', 4625, true],
    ['f', true, 'True', true],
    ['f', ['a', 'b'], 'b', true],
    ['f', 'b', ['a', 'b'], true],
    ['f|all', ['*a*', '*b*'], ['xa', 'xb'], true],
    ['f|contains|all', ['a', 'b'], 'xa', false],
    ['f', 'ΑΣ', 'ας', true],
    ['f|contains', 'Σ', 'ΟΔΟΣ', true],
    ['f|startswith', 'ab', 'ABc', true],
    ['f|startswith', 'ab', 'xab', false],
    ['f|endswith', 'ab', 'xAB', true],
    ['f|endswith', 'ab', 'abx', false],
    ['f|contains', 'x'.repeat(100), `__${'X'.repeat(100)}__`, true],
    ['f|contains', 'x'.repeat(100), `__${'x'.repeat(99)}__`, false],
    ['f|cased', 'Abc', 'abc', false],
    ['f|contains|cased', 'Ab', 'xAbx', true],
    ['f|contains|cased', 'Ab', 'xabx ab', false],
    ['f|exists', true, null, true],
    ['f|exists', true, undefined, false],
    ['f|exists', false, undefined, true],
    ['f|neq', 'a', 'b', true],
    ['f|neq', 'a', 'A', false],
    ['f|contains|neq', ['a', 'b'], 'xbx', false],
    ['f|neq', 5, '5', false],
    ['f|windash', ' -x', ' /x', true],
    ['f|contains|windash', ' -enc ', 'p \u2015enc x', true],
    ['f|windash|contains', ' -a-b', ' /a-b', true],
    ['f|windash|contains', ' -a-b', ' /a/b', false],
    ['f|base64', 'cmd', base64('cmd'), true],
    ['f|base64|contains', 'abc', `x${base64('abc')}`, true],
    ['f|base64offset|contains', 'foobar', base64('xfoobary'), true],
    ['f|base64offset|contains', 'foobar', base64('xxfoobaryy'), true],
    ['f|base64offset|contains', 'foobar', base64('foobaz'), false],
    ['f|base64offset|contains|all', ['foobar', 'bazqux'], `${base64('foobar')} ${base64('xbazqux')}`, true],
    ['f|base64offset|contains|all', ['foobar', 'bazqux'], base64('foobar'), false],
    ['f|base64offset|contains|all|neq', ['foobar', 'bazqux'], base64('foobar'), true],
    ['f|base64offset|contains|all|neq', ['foobar', 'bazqux'], `${base64('foobar')} ${base64('xbazqux')}`, false],
    ['f|wide', 'ab', utf16('ab'), true],
    ['f|utf16le|contains', 'ab', `x${utf16('ab')}`, true],
    ['f|utf16be|contains', 'ab', '\0a\0b', true],
    ['f|utf16|contains', 'ab', `\u{FEFF}${utf16('ab')}`, true],
    ['f|wide|base64offset|contains', 'ping', base64(`x${utf16('ping 1')}`), true],
    ['f|windash|wide|base64offset|contains', '-x', base64(utf16('/x yz')), true],
    ['f|re', 'a+b', 'xaab', true],
    ['f|re', 'A+b', 'xaab', false],
    ['f|re|i', 'A+b', 'xaab', true],
    ['f|re|ignorecase', 'A+b', 'xaab', true],
    ['f|re|m', '^b', 'a\nb', true],
    ['f|re|multiline', '^b', 'a\nb', true],
    ['f|re|s', 'a.b', 'a\nb', true],
    ['f|re|dotall', 'a.b', 'a\nb', true],
    ['f|re|startswith', 'a|b', 'xb', false],
    ['f|re|endswith', 'a|b', 'xb', true],
    ['f|re|contains', 'a|b', 'xbx', true],
    ['f|cidr', '10.0.0.0/8', '10.200.1.1', true],
    ['f|cidr', '10.0.0.0/8', '11.0.0.1', false],
    ['f|cidr', ['10.0.0.0/8', '2001:db8::/33'], '2001:db8:7fff::1', true],
    ['f|cidr', '2001:db8::/33', '2001:db8:8000::1', false],
    ['f|cidr', '10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['f|cidr', '10.0.0.0/8', '10.0.0.1.evil', false],
    ['f|lt', 5, '4.5', true],
    ['f|lte', 5, 5, true],
    ['f|gt', 5, '0x10', false],
    ['f|gte', '5', '7e0', true],
    ['f|minute', 30, '2024-05-01T12:30:00Z', true],
    ['f|hour', 12, '2024-05-01 12:30:00+02:00', true],
    ['f|hour|gte', 22, '2024-05-01T23:00:00', true],
    ['f|day', 1, '2024-05-01', true],
    ['f|week', 1, '2024-12-30', true],
    ['f|week', 53, '2021-01-03', true],
    ['f|month', 5, 1_714_566_600, true],
    ['f|year', 2024, 1_714_566_600_000, true],
    ['f|hour', 12, '2024-05-01', false],
    ['f|hour', 0, true, false],
  ])('%s: %j against %j is %s', (key, value, found, expected) => {
    expect(holds(key, value, found)).toBe(expected);
  });

  test('a field is compared with another, whole or in part, with its case or without', () => {
    expect([
      holds('f|fieldref', 'g', 'A', { g: 'a' }),
      holds('f|fieldref|cased', 'g', 'A', { g: 'a' }),
      holds('f|fieldref', 'g', 'A', {}),
    ]).toEqual([true, false, false]);
    expect([
      holds('f|fieldref|startswith', 'g', 'abc', { g: 'AB' }),
      holds('f|fieldref|endswith', 'g', 'abc', { g: 'AB' }),
      holds('f|fieldref|contains', 'g', 'abc', { g: 'B' }),
    ]).toEqual([true, false, true]);
    expect([holds('f|fieldref|neq', 'g', 'a', { g: 'a' }), holds('f|fieldref|neq', 'g', 'a', { g: 'b' })]).toEqual([false, true]);
  });

  test('keywords are looked for in the message, or in every value', () => {
    const text = (keywords: unknown) => JSON.stringify({ title: 't', logsource: {}, detection: { s: keywords, condition: 's' } });
    const match = (keywords: unknown, fields: Record<string, FieldValue>, message?: string): boolean => {
      const { ruleset } = compile(readDocuments(text(keywords), 'a.yml').documents);
      if (ruleset === null) throw new Error('assert: the rule compiles');
      return (
        new Scanner(ruleset).match({ fields: new Map(Object.entries(fields)), ...(message === undefined ? {} : { message }) })
          .length === 1
      );
    };
    expect([
      match(['evil'], { a: 'an EVIL one' }),
      match(['evil'], { evil: 'a' }),
      match(['evil'], { a: 'evil' }, 'good'),
    ]).toEqual([true, false, false]);
    expect([match({ '|all': ['a1', 'b2'] }, {}, 'b2 a1'), match({ '|all': ['a1', 'b2'] }, {}, 'a1')]).toEqual([true, false]);
    expect([match({ '|re': 'a\\d' }, {}, 'xa1'), match(['a*b'], {}, 'xa--bx'), match('evil', {}, 'evil')]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

test('every modifier of the specification and of pySigma is known', () => {
  const known =
    'all base64 base64offset cased cidr contains day dotall endswith exists expand fieldref gt gte hour i ignorecase lt lte m minute month multiline neq re s startswith utf16 utf16be utf16le week wide windash year';
  expect([...MODIFIERS].toSorted()).toEqual(known.split(' '));
});

test('a JSON object becomes fields, and its keys never reach a prototype', () => {
  const fields = flatten(JSON.parse('{"a":{"b":1,"c":[1,"x",null]},"l":[{"n":"p"},{"n":"q"}],"__proto__":{"x":1},"d":true}'));
  expect(Object.fromEntries([...fields].filter(([key]) => !key.startsWith('__')))).toEqual({
    'a.b': 1,
    'a.c': [1, 'x', null],
    'l.n': ['p', 'q'],
    d: true,
  });
  expect(flatten(Array.from({ length: 5000 }, (_, index) => ({ [`k${index}`]: 1 }))).size).toBeLessThanOrEqual(2000);
});
