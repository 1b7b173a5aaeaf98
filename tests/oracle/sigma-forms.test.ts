import { compile, explain, readDocuments, Scanner, type FieldValue, type SigmaEvent } from '@holdfast/sigma';
import { describe, expect, test } from 'vitest';

/**
 * Every form that the specification allows, and the ones that are met in rules of others: what it must find, and what looks alike
 * and is none. The explanation must say the same.
 */
type Fields = Record<string, FieldValue>;
type Row = readonly [detection: string, found: readonly Fields[], missed: readonly Fields[]];

const item = (text: string): string => `  s:\n${text.replaceAll(/^/gmu, '    ')}\n  condition: s\n`;
const where = (condition: string): string =>
  `  sel_a: { a: 1 }\n  sel_b: { b: 1 }\n  flt: { c: 1 }\n  _hid: { d: 1 }\n  condition: ${condition}\n`;
const textOf = (detection: string): string => `title: t\nlogsource: { category: x }\ndetection:\n${detection}`;

function judge(detection: string, fields: Fields): { found: boolean; explained: boolean } {
  const { documents, diagnostics } = readDocuments(textOf(detection), 'a.yml');
  const { ruleset } = compile(documents);
  const rule = ruleset?.rules[0];
  if (ruleset === null || rule === undefined) throw new Error(`assert: the rule compiles: ${JSON.stringify(diagnostics)}`);
  const event: SigmaEvent = { fields: new Map(Object.entries(fields)) };
  return { found: new Scanner(ruleset).match(event).length === 1, explained: explain(rule, event).matches };
}

const utf16 = (text: string): string => Buffer.from(text, 'utf16le').toString('base64');

const values: readonly Row[] = [
  [item("a: 'foo*bar'"), [{ a: 'foobar' }, { a: 'FOO\nbar' }], [{ a: 'foobarx' }]],
  [item("a: 'fo?'"), [{ a: 'foo' }], [{ a: 'fo' }, { a: 'fooo' }]],
  [item("a: 'fo\\*o'"), [{ a: 'fo*o' }], [{ a: 'foXo' }, { a: 'fo\\xo' }]],
  [item("a: 'C:\\Windows\\a.exe'"), [{ a: 'c:\\windows\\A.EXE' }], [{ a: 'c:windowsa.exe' }]],
  [item("a: 'C:\\Windows\\\\*'"), [{ a: 'C:\\Windows\\foo' }, { a: 'C:\\Windows\\' }], [{ a: 'C:\\Windows*' }]],
  [item("a: 'x\\\\\\*'"), [{ a: 'x\\*' }], [{ a: 'x\\y' }]],
  [item("a|startswith: '\\\\\\\\server'"), [{ a: '\\\\server\\x' }], [{ a: 'server' }]],
  [item("a|contains: '\\Temp\\'"), [{ a: 'c:\\temp\\x' }], [{ a: 'c:\\temp' }]],
  [item("a|contains: 'foo*bar'"), [{ a: 'xfooYbarz' }], [{ a: 'barfoo' }]],
  [item("a|contains: '$'"), [{ a: 'x$y' }, { a: '$' }], [{ a: 'xy' }]],
  [item("a|startswith: '-'"), [{ a: '-x' }], [{ a: 'x-' }]],
  [item("a: ''"), [{ a: '' }], [{ a: 'x' }, {}, { a: null }]],
  [item('a: null'), [{}, { a: null }], [{ a: '' }, { a: 'null' }]],
  [item('a:'), [{}], [{ a: 'x' }]],
  [item("a: ['x', null]"), [{}, { a: 'x' }], [{ a: 'y' }, { a: '' }]],
  [item("a: '*'"), [{ a: 'x' }, { a: '' }], [{}]],
  [item("a: '?*'"), [{ a: 'x' }], [{ a: '' }, {}]],
  [item('a: 1'), [{ a: 1 }, { a: '1' }], [{ a: 11 }, { a: '01' }]],
  [item("a: '4688'"), [{ a: 4688 }], [{ a: 46880 }]],
  [item('a|contains: 007'), [{ a: 'x007' }], [{ a: 'x7' }]],
  [item('a: 0x1F'), [{ a: 31 }], [{ a: 30 }]],
  [item('a: 18446744073709551615'), [{ a: '18446744073709551615' }], [{ a: '18446744073709551616' }]],
  [item('a: true'), [{ a: true }, { a: 'True' }], [{ a: false }, { a: 1 }]],
  [item('a: yes'), [{ a: 'yes' }], [{ a: true }]],
  [item('a: 2020-01-01'), [{ a: '2020-01-01' }], [{ a: 2020 }]],
  [item('a: ΣΑΣ'), [{ a: 'σας' }], [{ a: 'σα' }]],
  [item("a|contains: '%TEMP%'"), [{ a: 'x%temp%x' }], [{ a: 'temp' }]],
  [item('a: x'), [{ a: ['y', 'x'] }], [{ a: ['y'] }]],
  [item("'Some Field|contains': x"), [{ 'Some Field': 'axb' }], [{ some: 'x' }]],
  [`  s:\n    - a: 1\n      b: 2\n    - c: 3\n  condition: s\n`, [{ a: 1, b: 2 }, { c: 3 }], [{ a: 1 }]],
];

const modifiers: readonly Row[] = [
  [item('a|all|contains: [foo, bar]'), [{ a: 'barfoo' }], [{ a: 'foo' }]],
  [item('a|all: [foo, bar]'), [{ a: ['foo', 'bar'] }], [{ a: 'foo' }]],
  [`  k:\n    '|all':\n      - foo\n      - bar\n  condition: k\n`, [{ y: 'foo', z: 'bar' }], [{ z: 'foo' }]],
  [
    `  k:\n    - foo\n    - 'b?r'\n    - 4625\n  condition: k\n`,
    [{ z: 'xFOOx' }, { z: 'aXbXr' }, { z: 'id 4625' }],
    [{ z: 'fo' }],
  ],
  [`  k:\n    '|re': 'fo+'\n  condition: k\n`, [{ z: 'a fooo' }], [{ z: 'fx' }]],
  [`  k:\n    - foo\n    - a: bar\n  condition: k\n`, [{ z: 'foo' }, { a: 'bar' }], [{ z: 'bar' }]],
  [item("a|contains|windash: ' -h '"), [{ a: 'x /h ' }, { a: 'x —h ' }, { a: 'x ―h ' }], [{ a: 'x h ' }]],
  [item("a|contains|all|windash: [' -a', ' -b']"), [{ a: 'x /a –b' }], [{ a: 'x /a' }]],
  [item("a|base64offset|contains: 'http://'"), [{ a: 'aHR0cDovL' }, { a: 'h0dHA6Ly' }, { a: 'odHRwOi8v' }], [{ a: 'aHR0' }]],
  [item('a|wide|base64offset|contains: IEX'), [{ a: utf16('IEX') }, { a: 'kARQBYA' }, { a: 'JAEUAWA' }], [{ a: 'SUVY' }]],
  [item('a|utf16|base64|contains: ab'), [{ a: utf16('\u{FEFF}ab') }], [{ a: utf16('ab') }]],
  [
    item("a|cidr: ['127.0.0.0/8', 'fe80::/10']"),
    [{ a: '127.9.9.9' }, { a: 'FEBF::1' }, { a: 'fe80::1%eth0' }],
    [{ a: 'fec0::1' }],
  ],
  [item('a|cidr: 10.0.0.5/8'), [{ a: '10.9.9.9' }, { a: '::ffff:10.1.1.1' }], [{ a: '11.0.0.1' }, { a: 'x' }, {}]],
  [
    item('a|fieldref: b'),
    [
      { a: 'X', b: 'x' },
      { a: 1, b: '1' },
    ],
    [{ a: 'x', b: 'y' }, { a: 'x' }, {}],
  ],
  [item('a|startswith|fieldref: b'), [{ a: 'foobar', b: 'foo' }], [{ a: 'bar', b: 'foo' }]],
  [item('a|fieldref|neq: b'), [{ a: 'x', b: 'y' }], [{ a: 'x', b: 'x' }]],
  [item('a|exists: false'), [{}], [{ a: '' }]],
  [item("a|endswith|cased: 'F*o'"), [{ a: 'xFooo' }], [{ a: 'xfooo' }]],
  [item('a|gt: 5'), [{ a: 5.5 }, { a: '6' }], [{ a: 5 }, { a: 'x' }, {}]],
  [item('a|neq: [x, y]'), [{ a: 'z' }, {}], [{ a: 'X' }]],
  [item('a|minute|gte: 30'), [{ a: '2024-05-06T08:39:00Z' }], [{ a: '2024-05-06T08:09:00Z' }]],
];

const expressions: readonly Row[] = [
  [item("a|re: '(?i)fo+'"), [{ a: 'FOO' }], [{ a: 'F' }]],
  [item("a|re: 'a(?i)b'"), [{ a: 'aB' }], [{ a: 'AB' }]],
  [item("a|re: 'a(?i:b)c'"), [{ a: 'aBc' }], [{ a: 'aBC' }]],
  [item("a|re|i: '(?-i)ab'"), [{ a: 'ab' }], [{ a: 'AB' }]],
  [item("a|re|i|m|s: '^A.b$'"), [{ a: 'x\na\nB\ny' }], [{ a: 'xab' }]],
  [item("a|re: '^b$'"), [{ a: 'b' }, { a: 'b\n' }], [{ a: 'a\nb\nc' }]],
  [item("a|re: '\\Afoo\\Z'"), [{ a: 'foo' }], [{ a: 'xfoo' }]],
  [item("a|re: '(?<n>a)(?P<m>b)'"), [{ a: 'ab' }], [{ a: 'ba' }]],
  [item("a|re: '[[:alpha:]]{3}[^\\W\\d]'"), [{ a: 'abcd' }], [{ a: 'abc1' }]],
  [item("a|re: '\\Qa.b\\E'"), [{ a: 'a.b' }], [{ a: 'axb' }]],
  [item("a|re: 'a{b}'"), [{ a: 'a{b}' }], [{ a: 'ab' }]],
  [item("a|re: '[]a]+x[^]]'"), [{ a: ']axb' }], [{ a: ']ax]' }]],
  [item("a|re: '[0-9]'"), [{ a: 'x5' }, { a: 5 }], [{ a: 'x' }]],
  [item("a|re|all: ['^x', 'y$']"), [{ a: 'xy' }], [{ a: 'xa' }]],
];

const conditions: readonly Row[] = [
  [where('1 of sel*'), [{ a: 1 }, { b: 1 }], [{ c: 1 }]],
  [where('all of sel_*'), [{ a: 1, b: 1 }], [{ a: 1 }]],
  [where('1 of them'), [{ a: 1 }, { c: 1 }], [{ d: 1 }]],
  [where('all of them'), [{ a: 1, b: 1, c: 1 }], [{ a: 1, b: 1, d: 1 }]],
  [where('sel_a and not 1 of fl*'), [{ a: 1 }], [{ a: 1, c: 1 }]],
  [where('sel_a or sel_b and flt'), [{ a: 1 }, { b: 1, c: 1 }], [{ b: 1 }]],
  [where('not not sel_a'), [{ a: 1 }], [{ b: 1 }]],
  [where('sel_a AND NOT flt OR sel_b'), [{ a: 1 }, { b: 1, c: 1 }], [{ a: 1, c: 1 }]],
  [where('not (sel_a and not (sel_b or not flt))'), [{}, { a: 1, b: 1 }], [{ a: 1, c: 1 }]],
  [where('_hid'), [{ d: 1 }], [{ a: 1 }]],
  [`  x_1_m: { a: 1 }\n  x_2_m: { b: 1 }\n  condition: all of x_*_m\n`, [{ a: 1, b: 1 }], [{ a: 1 }]],
  [
    `  x: { a: 1 }\n  notx: { b: 1 }\n  condition:\n    - x and not notx\n    - notx and not x\n`,
    [{ a: 1 }, { b: 1 }],
    [{ a: 1, b: 1 }],
  ],
  [`  x: { a: 1 }\n  y: { b: 1 }\n  condition: |\n    x\n    and y\n`, [{ a: 1, b: 1 }], [{ a: 1 }]],
];

describe('forms of rules', () => {
  test.each([...values, ...modifiers, ...expressions, ...conditions])('%s', (detection, found, missed) => {
    for (const fields of found) expect([fields, judge(detection, fields)]).toEqual([fields, { found: true, explained: true }]);
    for (const fields of missed) expect([fields, judge(detection, fields)]).toEqual([fields, { found: false, explained: false }]);
  });

  test.each([
    ['(?=a)b', 'regex-unsupported'],
    ['a(?!b)', 'regex-unsupported'],
    ['(?<=a)b', 'regex-unsupported'],
    ['(?<!a)b', 'regex-unsupported'],
    ['(?>a+)b', 'regex-unsupported'],
    ['a++b', 'regex-unsupported'],
    ['(a)\\1', 'regex-unsupported'],
    ['(a(?R)?b)', 'regex-unsupported'],
    ['(a)?(?(1)b|c)', 'regex-unsupported'],
    ['(?P<x>a)(?P=x)', 'regex-unsupported'],
    ['\\p{L}', 'regex-unsupported'],
    ['a\\Kb', 'regex-unsupported'],
    ['(a', 'regex-invalid'],
    ['[a', 'regex-invalid'],
    ['*a', 'regex-invalid'],
    ['a{3,2}', 'regex-invalid'],
  ])('the expression %s is refused by name: %s', (source, code) => {
    expect(readDocuments(textOf(item(`a|re: '${source}'`)), 'a.yml').diagnostics.map((told) => told.code)).toEqual([code]);
  });
});
