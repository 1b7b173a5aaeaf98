import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Capture } from './capture.ts';
import { Regex, regexFault } from './regex.ts';

const NONE = { i: false, m: false, s: false };
const matches = (source: string, text: string, flags: Partial<typeof NONE> = {}): boolean =>
  new Regex(source, { ...NONE, ...flags }, 5000).test(text);

describe('what PCRE has', () => {
  test.each<[string, string, string | null]>([
    ['(?i)(ipfs\\.io/|ipfs\\.io\\s).+\\..+@.+\\.[a-z]+', 'x IPFS.io/a.b@c.de', 'ipfs.io/a.b'],
    ['^C:\\\\Users\\\\[^\\\\]+\\\\NTUSER\\.DAT$', 'C:\\Users\\ann\\NTUSER.DAT', 'C:\\Users\\a\\b\\NTUSER.DAT'],
    ['\\s-H\\s', 'curl -H x', 'curl -h x'],
    ['.{150}', 'x'.repeat(150), 'x'.repeat(149)],
    ['\\bcmd\\b', 'run cmd now', 'runcmd now'],
    ['\\Bb', 'ab', 'b'],
    ['[[:digit:]]{2}[^[:space:]]', '12a', '12 '],
    ['[]a]+$', 'a]', 'a]b'],
    ['[a\\-z]', '-', 'b'],
    ['\\x41\\x{42}\\u0043', 'ABC', 'ABc'],
    ['\\Qa.b\\E', 'a.b', 'acb'],
    ['a{,3}b{2', 'a{,3}b{2', 'aab'],
    ['(?:a|b)*?c', 'abac', 'aba'],
    ['(?P<x>a)(?<y>b)(?#note)', 'ab', 'a'],
    ['a(?i:B)c', 'abc', 'aBC'],
    ['end$', 'the end\n', 'end\n\n'],
    ['end\\z', 'the end', 'end\n'],
    ['(|a)(){3000}b', 'b', 'a'],
    ['\\h\\N', '\tx', '\t\n'],
    ['', '', null],
  ])('%s', (source, matching, other) => {
    expect(matches(source, matching)).toBe(true);
    if (other !== null) expect(matches(source, other)).toBe(false);
  });

  test('flags: lines, dots and case', () => {
    expect([matches('^b$', 'a\nb\nc'), matches('^b$', 'a\nb\nc', { m: true })]).toEqual([false, true]);
    expect([matches('a.b', 'a\nb'), matches('a.b', 'a\nb', { s: true })]).toEqual([false, true]);
    expect([matches('É[a-c]', 'éB'), matches('É[a-c]', 'éB', { i: true }), matches('[^a]', 'A', { i: true })]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test.each([
    ['(?=a)b', 'regex-unsupported'],
    ['(?<!a)b', 'regex-unsupported'],
    ['(?>a)b', 'regex-unsupported'],
    ['(a)\\1', 'regex-unsupported'],
    ['a++', 'regex-unsupported'],
    ['(?R)', 'regex-unsupported'],
    ['\\p{L}', 'regex-unsupported'],
    ['(a', 'regex-invalid'],
    ['a)', 'regex-invalid'],
    ['[a', 'regex-invalid'],
    ['[b-a]', 'regex-invalid'],
    ['*a', 'regex-invalid'],
    ['a{3,2}', 'regex-invalid'],
    ['a\\', 'regex-invalid'],
    ['((a{100}){100}){100}', 'regex-too-large'],
    ['('.repeat(100) + ')'.repeat(100), 'regex-too-large'],
  ])('%s is refused with %s', (source, code) => {
    expect(regexFault(source, NONE, 5000)?.code).toBe(code);
  });
});

test('what takes others for ever takes one pass here', () => {
  const long = 'a'.repeat(200_000);
  for (const source of ['(a+)+$', '(a|aa)+$', '(.*a){12}b', '(a?){60}a{60}$', '^(([a-z])+.)+[A-Z]$']) {
    expect(matches(source, `${long}!`)).toBe(false);
  }
});

const piece = fc.constantFrom('a', 'b', '[aB]', '[^a]', '.', '\\w', '\\d', '(?:a|b)', '(ab|-)', '\\.', '\\b', '(a*|b)', '(?:)');
const count = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '+?', '{0,2}');
const expression = fc
  .tuple(
    fc.constantFrom('', '^'),
    fc.array(fc.tuple(piece, count), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('', '$', '|bb', '|^c'),
  )
  .map(([start, pieces, end]) => start + pieces.map(([part, times]) => (part === '\\b' ? part : part + times)).join('') + end);
const text = fc.array(fc.constantFrom('a', 'b', 'B', '-', '.', '1', ' '), { maxLength: 10 }).map((chars) => chars.join(''));

test('agrees with the engine of JavaScript, and what it requires is in every match', () => {
  fc.assert(
    fc.property(expression, fc.array(text, { minLength: 1, maxLength: 10 }), fc.boolean(), (source, texts, i) => {
      const regex = new Regex(source, { ...NONE, i }, 5000);
      const other = new RegExp(source, i ? 'i' : '');
      for (const one of texts) {
        expect([source, one, regex.test(one)]).toEqual([source, one, other.test(one)]);
        if (regex.required !== null && other.test(one))
          expect(regex.required.some((literal) => one.toLowerCase().includes(literal))).toBe(true);
      }
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test('captures what the engine of JavaScript captures', () => {
  // A group that can match nothing inside a repetition is where engines differ; it is left out.
  const simple = fc
    .array(
      fc.tuple(
        fc.constantFrom('a', 'b', '[aB]', '.', '(a)', '(b|-)', '(?:ab)', '(a+)', '(.)'),
        fc.constantFrom('', '', '?', '+', '+?', '??'),
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((pieces) => pieces.map(([part, times]) => part + times).join(''));
  fc.assert(
    fc.property(simple, text, (source, one) => {
      const mine = new Capture(source).exec(one, 0, false);
      const other = new RegExp(source).exec(one);
      expect(mine === null ? null : [mine.start, one.slice(mine.start, mine.end)]).toEqual(
        other === null ? null : [other.index, other[0]],
      );
      if (other !== null && !/\)[+]/u.test(source)) expect(mine?.groups).toEqual(other.slice(1));
    }),
    { numRuns: 2000, seed: 7 },
  );
});
