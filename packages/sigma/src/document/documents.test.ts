import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  applyPipelines,
  compile,
  DIAGNOSTICS,
  readDocuments,
  readPipeline,
  Scanner,
  type FieldValue,
  type Logsource,
} from '../index.ts';

const rule = (detection: string, rest = ''): string =>
  `title: A rule\nid: r1\nlogsource: { category: webserver }\n${rest}detection:\n${detection}`;
const codes = (text: string): string[] =>
  readDocuments(text, 'a.yml').diagnostics.map(({ code, severity }) => `${severity} ${code}`);

function titles(text: string, fields: Record<string, FieldValue>, logsources?: readonly Logsource[]): string[] {
  const { ruleset } = compile(readDocuments(text, 'a.yml').documents);
  if (ruleset === null) throw new Error('assert: the rules compile');
  const event = { fields: new Map(Object.entries(fields)), ...(logsources === undefined ? {} : { logsources }) };
  return new Scanner(ruleset).match(event).map((index) => ruleset.rules[index]?.metadata.title ?? '');
}

describe('diagnostics', () => {
  test.each([
    ['a: [', 'error yaml-invalid'],
    ['- a', 'error document-kind'],
    ['title: x', 'error document-kind'],
    ['logsource: {}\ndetection: { s: { a: 1 }, condition: s }', 'error attribute-missing'],
    [rule('  s: { a|conatins: x }\n  condition: s\n'), 'error modifier-unknown'],
    [rule('  s: { a|contains|re: x }\n  condition: s\n'), 'error modifier-chain'],
    [rule('  s: { a|contains|base64: x }\n  condition: s\n'), 'error modifier-chain'],
    [rule('  s: { a|i: x }\n  condition: s\n'), 'error modifier-chain'],
    [rule('  s: { a|gt: x }\n  condition: s\n'), 'error value-type'],
    [rule("  s: { a|base64: 'x*' }\n  condition: s\n"), 'error value-type'],
    [rule('  s: { a|exists: maybe }\n  condition: s\n'), 'error value-type'],
    [rule('  s: { a|cidr: 10.0.0.0/33 }\n  condition: s\n'), 'error cidr-invalid'],
    [rule("  s: { a|re: '(a' }\n  condition: s\n"), 'error regex-invalid'],
    [rule("  s: { a|re: '(?=a)b' }\n  condition: s\n"), 'error regex-unsupported'],
    [rule("  s: { a|re: '(a)\\1' }\n  condition: s\n"), 'error regex-unsupported'],
    [rule("  s: { a|re: '(a{900}){900}' }\n  condition: s\n"), 'error regex-too-large'],
    [rule("  s: { a: ['', null] }\n  condition: s\n"), 'warning value-null-in-list'],
    [rule('  s: { a: [] }\n  condition: s\n'), 'error detection-empty'],
    [rule('  s: { a: 1 }\n  t: { a: 2 }\n  condition: s\n'), 'warning detection-unused'],
    [rule('  s: { a: 1 }\n  condition: s and\n'), 'error condition-syntax'],
    [rule('  s: { a: 1 }\n  condition: s or t\n'), 'error condition-identifier'],
    [rule('  s: { a: 1 }\n  condition: 1 of t*\n'), 'error condition-identifier'],
    [rule('  s: { a: 1 }\n  condition: s | near t\n'), 'error v1-aggregation'],
    [rule('  s: { a: 1 }\n  condition: s | count() by b > 3\n'), 'warning v1-aggregation-rewritten'],
    [rule('  s: { a: 1 }\n  timeframe: 5 min\n  condition: s | count() > 3\n'), 'error correlation-timespan'],
    [rule('  s: { a: 1 }\n  condition: s\n', 'level: grave\n'), 'warning attribute-value'],
    ['title: c\ncorrelation: { type: event_sum, rules: [a], timespan: 1m, condition: { gte: 1 } }', 'error correlation-type'],
    [
      'title: c\ncorrelation: { type: event_count, rules: [a], timespan: 1 hour, condition: { gte: 1 } }',
      'error correlation-timespan',
    ],
    [
      'title: c\ncorrelation: { type: value_sum, rules: [a], timespan: 1h, condition: { gte: 1 } }',
      'error correlation-condition',
    ],
    ['title: f\nlogsource: {}\nfilter: { rules: any, s: { a: 1 }, condition: [s, s] }', 'error filter-condition'],
  ])('%j is answered with %s', (text, expected) => {
    expect(codes(text)).toContain(expected);
  });

  test('a fault has line, column and pointer', () => {
    const text = `${rule('  s:\n    a: 1\n    b|re: "("\n  condition: s\n')}---\n${rule('  s: { a: 1 }\n  condition: s or t\n')}`;
    expect(readDocuments(text, 'a.yml').diagnostics).toMatchObject([
      { code: 'regex-invalid', line: 7, column: 11, pointer: '/detection/s/b|re', document: 0, source: 'a.yml' },
      { code: 'condition-identifier', line: 15, pointer: '/detection/condition', document: 1 },
    ]);
  });

  test('a text that stands for a billion nodes, one that is nested for ever and one that is too long are refused', () => {
    const lists = Array.from(
      { length: 10 },
      (_, index) => `a${index}: &a${index} [${Array.from({ length: 10 }, () => (index === 0 ? 'x' : `*a${index - 1}`)).join()}]`,
    );
    expect(codes(lists.join('\n'))).toEqual(['error yaml-too-large']);
    expect(codes(`a: ${'['.repeat(5000)}`)).not.toEqual([]);
    expect(codes(`title: ${'x'.repeat(1_100_000)}`)).toEqual(['error yaml-too-large']);
  });

  test('two documents of the same id, and correlations in a circle, are refused', () => {
    const one = rule('  s: { a: 1 }\n  condition: s\n');
    const circle = (name: string, other: string): string =>
      `title: c\nname: ${name}\ncorrelation: { type: event_count, rules: [${other}], timespan: 1m, group-by: [a], condition: { gte: 1 } }`;
    const { documents } = readDocuments(
      [one, one, circle('x', 'y'), circle('y', 'x'), circle('z', 'nobody')].join('\n---\n'),
      'a.yml',
    );
    expect(
      compile(documents)
        .diagnostics.map(({ code }) => code)
        .toSorted(),
    ).toEqual(['reference-cycle', 'reference-cycle', 'reference-duplicate', 'reference-unknown']);
  });
});

describe('filters', () => {
  const filtered = (filter: string): string =>
    `${rule('  s: { a: 1 }\n  condition: s\n')}---\ntitle: F\nlogsource: { category: webserver }\nfilter:\n${filter}`;

  test('take out what they describe, from the rules they name', () => {
    for (const rules of ['[r1]', 'any', '[]', 'r1']) {
      const text = filtered(`  rules: ${rules}\n  s: { user|startswith: adm_ }\n  condition: s\n`);
      expect(titles(text, { a: 1, user: 'adm_x' })).toEqual([]);
      expect(titles(text, { a: 1, user: 'ann' })).toEqual(['A rule']);
      expect(titles(text, { a: 1 })).toEqual(['A rule']);
    }
    expect(titles(filtered('  rules: [r2]\n  s: { user|startswith: adm_ }\n  condition: s\n'), { a: 1, user: 'adm_x' })).toEqual([
      'A rule',
    ]);
  });

  test('stay within their log source', () => {
    const text = filtered('  rules: any\n  s: { a: 1 }\n  condition: s\n').replace(
      'title: F\nlogsource: { category: webserver }',
      'title: F\nlogsource: { product: windows }',
    );
    expect(titles(text, { a: 1 })).toEqual(['A rule']);
    expect(compile(readDocuments(text, 'a.yml').documents).diagnostics.map(({ code }) => code)).toEqual(['filter-unused']);
  });
});

describe('log sources', () => {
  const text = rule('  s: { a: 1 }\n  f: { b: x }\n  condition: s and not f\n');
  test('a rule is for events whose log source has all of its own', () => {
    expect(titles(text, { a: 1 }, [{ category: 'proxy' }, { category: 'webserver', product: 'apache' }])).toEqual(['A rule']);
    expect(titles(text, { a: 1 }, [{ category: 'proxy' }])).toEqual([]);
    expect(titles(text, { a: 1 }, [{ product: 'apache' }])).toEqual([]);
    expect(titles(text, { a: 1 })).toEqual(['A rule']);
  });
});

test('a count of Sigma 1 becomes a correlation that keeps id and title', () => {
  const { documents } = readDocuments(rule('  s: { a: 1 }\n  timeframe: 5m\n  condition: s | count(user) by ip >= 3\n'), 'a.yml');
  const { ruleset } = compile(documents);
  expect(ruleset?.linked.correlations).toMatchObject([
    {
      metadata: { id: 'r1' },
      type: 'value_count',
      groupBy: ['ip'],
      timespanMs: 300_000,
      condition: { fields: ['user'], bounds: [{ op: 'gte', number: 3 }] },
    },
  ]);
  expect([...(ruleset?.linked.quietRules ?? [])]).toEqual([0]);
});

test('a collection of Sigma 1 shares attributes, repeats documents, and begins anew', () => {
  const text = [
    'action: global\ntitle: Shared\nlogsource: { category: webserver }\ndetection: { condition: s }\n',
    'id: one\ndetection: { s: { a: 1 } }\n',
    'action: repeat\nid: two\ndetection: { s: { b: 2 } }\n',
    'action: reset\n',
    'title: Alone\nlogsource: { category: webserver }\ndetection: { s: { a: 1 }, condition: s }\n',
  ].join('---\n');
  expect(codes(text)).toEqual([]);
  expect(readDocuments(text, 'a.yml').documents.map(({ metadata: { title, id } }) => [title, id])).toEqual([
    ['Shared', 'one'],
    ['Shared', 'two'],
    ['Alone', null],
  ]);
  expect(titles(text, { a: 1 })).toEqual(['Shared', 'Alone']);
  expect(titles(text, { a: 1, b: 2 })).toEqual(['Shared', 'Shared', 'Alone']);
  expect(codes(`action: redo\n---\n${rule('  s: { a: 1 }\n  condition: s\n')}`)).toEqual(['error attribute-value']);
});

test('a count of Sigma 1 is filtered and mapped like other rules', () => {
  const counted = rule('  s: { a: 1 }\n  condition: s | count() by ip >= 1\n');
  const filter = 'title: F\nlogsource: { category: webserver }\nfilter: { rules: [r1], s: { user: adm }, condition: s }';
  expect([titles(`${counted}---\n${filter}`, { a: 1, user: 'adm' }), titles(`${counted}---\n${filter}`, { a: 1 })]).toEqual([
    [],
    ['A rule'],
  ]);
  const { pipeline } = readPipeline('transformations: [{ type: field_name_prefix, prefix: x. }]', 'p.yml');
  const { documents } = applyPipelines(readDocuments(counted, 'a.yml').documents, pipeline === null ? [] : [pipeline]);
  expect(compile(documents).ruleset?.linked.correlations).toMatchObject([{ groupBy: ['x.ip'] }]);
});

test('the README names every diagnostic with its meaning, and no other', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| (.*) \|$/gmu)].map(([, code, meaning]) => [code, meaning]);
  expect(rows).toEqual(Object.entries(DIAGNOSTICS));
});

test('whatever the text, reading, compiling and matching end and nothing is thrown', () => {
  const sample = [
    rule(
      "  s: { a|contains|all: ['x*', '?y'], b|re|i: '(a|b)+\\d{2,}$', c|cidr: 10.0.0.0/8 }\n  t: [k1, k2]\n  condition: 1 of s* and not t\n",
    ),
    'title: c\ncorrelation: { type: value_count, rules: [r1], group-by: [a], timespan: 5m, condition: { field: b, gte: 3 } }\n',
    'title: f\nlogsource: { category: webserver }\nfilter: { rules: any, s: { a: 1 }, condition: s }\n',
  ].join('---\n');
  const edit = fc.tuple(
    fc.nat(sample.length),
    fc.nat(12),
    fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom(':', '|', '- ', '{', ']', '&a ', '*a', '!!binary x', '\n', "'", '%', '(', '\\'),
    ),
  );
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      const text = edits.reduce((all, [at, gone, put]) => all.slice(0, at) + put + all.slice(at + gone), sample);
      const { documents } = readDocuments(text, 'broken.yml');
      const { ruleset } = compile(documents);
      if (ruleset !== null) new Scanner(ruleset).match({ fields: new Map([['a', 'xy']]) });
    }),
    { numRuns: 1000, seed: 3 },
  );
});
