import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_CONFIDENCE } from './context.ts';
import { inspectWith } from './engine.ts';
import { inspectRequest } from './inspect.ts';
import { RULES } from './rules.ts';
import { RULE_GROUPS, type DetectInput, type Location } from './types.ts';

function inspect(value: string, location: Location = 'query', name: string = 'q') {
  return inspectRequest({ method: 'GET', path: '/', fields: [{ location, name, value }] });
}

describe('inspectRequest', () => {
  test.each([
    ['percent', '%27%20or%201%3D1--%20'],
    ['percent', '%253Cscript%253Ealert(1)%253C/script%253E'],
    ['percent', '%u003cscript>alert(1)</script>'],
    ['entity', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['entity', '&#60;img src=x onerror=alert&#40;1)>'],
    ['escape', '\\x3cscript\\u003ealert(1)</script>'],
    ['plus', "1'+or+2=2--"],
    ['overlong', '\u00C0\u00AE\u00C0\u00AE/\u00C0\u00AE\u00C0\u00AE/a'],
    ['look-alike', '＜script＞alert(1)＜/script＞'],
    ['base64', 'PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='],
  ])('looks through %s: %s', (step, value) => {
    const result = inspect(value);
    expect(result.score).toBeGreaterThanOrEqual(BLOCK_CONFIDENCE);
    expect(result.findings.flatMap((finding) => finding.chain)).toContain(step);
  });

  test.each([
    '%2Fhome%2Fuser',
    'a+b+c',
    '&amp;',
    'AT&amp;T',
    '\\u00e9t\\u00e9',
    'ＡＢＣ',
    'aGVsbG8gd29ybGQsIGhlbGxv',
    '6fa459ea-ee8a-3ca4-894e-db77e160355e',
  ])('lets the wrapped innocent %s pass', (value) => {
    expect(inspect(value)).toMatchObject({ score: 0, findings: [] });
  });

  test('two signs in a row make a plain word worth a look, one does not', () => {
    expect(inspect('@@version').isAttack).toBe(true);
    for (const value of ['@ada', 'ada@home', 'hello@@world']) expect(inspect(value).findings).toEqual([]);
  });

  test('a finding says where, how and what', () => {
    const [finding] = inspect(`x' UNION SELECT ${'a,'.repeat(80)}b FROM t`, 'json', 'user.name').findings;
    expect(finding).toMatchObject({ rule: 'sqli.union', group: 'sqli', location: 'json', name: 'user.name', chain: [] });
    expect(finding?.sample.length).toBeLessThanOrEqual(64);
    expect(finding?.sample).toMatch(/^UNION SELECT/);
  });

  test('a parameter name is inspected like a value, and the finding says so', () => {
    const result = inspect('1', 'query', '<script>alert(1)</script>');
    expect(result.score).toBeGreaterThanOrEqual(BLOCK_CONFIDENCE);
    expect(result.findings[0]?.chain).toEqual(['name']);
    expect(inspect('1', 'query', 'filter[price][gte]').score).toBe(0);
  });

  test('only the asked groups run', () => {
    const request = {
      method: 'GET',
      path: '/',
      fields: [{ location: 'query' as const, name: 'q', value: '<script>alert(1)</script>' }],
    };
    expect(inspectRequest(request, { groups: ['sqli', 'cmdi'] }).score).toBeLessThan(BLOCK_CONFIDENCE);
    expect(inspectRequest(request, { groups: ['xss'] }).score).toBeGreaterThanOrEqual(BLOCK_CONFIDENCE);
  });

  test('an uploaded file is looked at only by detectors that ask for files', () => {
    const seen: (boolean | undefined)[] = [];
    const detector = (files: boolean) => ({
      group: 'xxe' as const,
      needs: -1,
      ...(files ? { files: true as const } : {}),
      detect: ({ part, isFile }: DetectInput) => {
        if (part === 'value') seen.push(isFile);
        return [];
      },
    });
    const field = { location: 'multipart' as const, name: 'f', value: '<a>' };
    for (const files of [true, false])
      for (const item of [field, { ...field, isFile: true as const }])
        inspectWith([detector(files)], { method: 'POST', path: '/', fields: [item] });
    expect(seen).toEqual([undefined, true, undefined]);
  });

  test('headers need stronger evidence than values', () => {
    const weak = "5' or '6";
    expect(inspect(weak).score).toBeGreaterThanOrEqual(BLOCK_CONFIDENCE);
    expect(inspect(weak, 'header', 'user-agent').score).toBe(0);
    expect(inspect('() { :;}; /bin/id', 'header', 'user-agent').score).toBeGreaterThanOrEqual(BLOCK_CONFIDENCE);
  });

  test('the score is that of the worst field and fields are counted', () => {
    const fields = ['ok', '<script>alert(1)</script>', 'fine'].map((value) => ({ location: 'form' as const, name: 'a', value }));
    expect(inspectRequest({ method: 'POST', path: '/', fields })).toMatchObject({ fieldsInspected: 3, score: 0.97 });
  });

  test('rule identifiers are unique and belong to their group', () => {
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
    for (const rule of RULES) expect(rule.id.split('.')[0]).toBe(rule.group);
    expect(new Set(RULES.map((rule) => rule.group))).toEqual(new Set(RULE_GROUPS));
  });

  test('no text makes inspection throw, and the score stays between 0 and 1', () => {
    const known = new Set(RULES.map((rule) => rule.id));
    const token = fc.constantFrom(
      "'",
      '"',
      '<',
      '>',
      '(',
      ')',
      '%',
      '%25',
      '%u',
      '&#',
      '\\x',
      '\\u{',
      '--',
      '/*',
      ' or ',
      '=',
      'select ',
      'union ',
      '<script',
      ' on',
      ';',
      '|',
      '$(',
      '`',
      '../',
      '0x',
      '[',
      '{{',
      'À',
      '．',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(token, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 24 }), (parts) => {
        const result = inspect(parts.join(''), 'text');
        expect(result.score).toBeGreaterThanOrEqual(0);
        expect(result.score).toBeLessThanOrEqual(1);
        for (const finding of result.findings) expect(known).toContain(finding.rule);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a long text of any repeated fragment is judged to the end', () => {
    const fragments = [
      "'",
      "' or ",
      '1 or (((',
      '(select ',
      ';id ',
      '<a b="',
      '<style>',
      '<handler>',
      'onerror"',
      '%25',
      '&#',
      '[',
      '../',
      'case when ',
      "a'--\n",
      '/*',
      '${',
      'cat;',
    ];
    for (const fragment of fragments) {
      // What a megabyte costs is measured by the bench.
      const value = fragment.repeat(Math.ceil(100_000 / fragment.length));
      expect(inspect(value, 'text').fieldsInspected).toBe(1);
      expect(inspect(`${value} '"><script>alert(1)</script>`, 'text').score).toBeGreaterThan(0);
    }
  });
});
