import { readdirSync, readFileSync } from 'node:fs';
import { compile } from '@litko/yara-x';
import { describe, expect, it } from 'vitest';
import { SMALL_FILES } from './rule-file.ts';
import type { RuleSource } from './rule-file.ts';
import { HEAD_BYTES, readGates } from './rule-gates.ts';

const FOLDER = new URL('../../../yara/', import.meta.url);
const SAMPLES = 300;
const built: readonly RuleSource[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yar'))
  .map((name) => ({ name, text: readFileSync(new URL(name, FOLDER), 'utf8') }));
const large = built.filter(({ name }) => !name.endsWith(SMALL_FILES));
const octets = (text: string): Buffer => Buffer.from(text, 'latin1');
const holds = (words: readonly string[], text: string): boolean =>
  words.some((word) => text.toLowerCase().includes(word.toLowerCase()));

/** mulberry32: the same numbers at each run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
type Random = (below: number) => number;
type Sampler = () => string;

const CLASSES = new Map([
  ['s', ' \t\n\r\v\f'],
  ['w', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'],
  ['d', '0123456789'],
]);
const SIGNS = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const ALL = Array.from({ length: 256 }, (_, at) => String.fromCodePoint(at));

/** Strings that a regular expression matches, of the parts that these rules use. */
class Pattern {
  readonly #source: string;
  readonly #random: Random;
  readonly #dotAll: boolean;
  #at = 0;

  constructor(source: string, random: Random, dotAll: boolean) {
    this.#source = source;
    this.#random = random;
    this.#dotAll = dotAll;
  }

  sampler(): Sampler {
    const found = this.#either();
    expect(this.#at, this.#source).toBe(this.#source.length);
    return found;
  }

  #either(): Sampler {
    const ways = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at += 1;
      ways.push(this.#sequence());
    }
    return () => ways[this.#random(ways.length)]?.() ?? '';
  }

  #sequence(): Sampler {
    const parts: Sampler[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] ?? '')) parts.push(this.#counted());
    return () => parts.map((part) => part()).join('');
  }

  #counted(): Sampler {
    const part = this.#single();
    const count = /^(?:\?|\{(\d+)(?:,(\d+))?\})/u.exec(this.#source.slice(this.#at));
    if (count === null) return part;
    this.#at += count[0].length;
    const [least, most] = count[0] === '?' ? [0, 1] : [Number(count[1]), Number(count[2] ?? count[1])];
    return () => {
      // Mostly few, so that what stands on both sides of a gap comes close.
      const room = this.#random(4) === 0 ? most - least : Math.min(most - least, 3);
      return Array.from({ length: least + this.#random(room + 1) }, part).join('');
    };
  }

  #single(): Sampler {
    const sign = this.#source[this.#at] ?? '';
    this.#at += 1;
    if (sign === '(') {
      const inside = this.#either();
      expect(this.#source[this.#at]).toBe(')');
      this.#at += 1;
      return inside;
    }
    if (sign === '[') return this.#oneOf(this.#set());
    if (sign === '.') return this.#oneOf(this.#dotAll ? ALL : ALL.filter((each) => each !== '\n'));
    if (sign === '\\') return this.#oneOf(this.#escape());
    expect('*+^$').not.toContain(sign);
    return () => sign;
  }

  /** An edge of a word is nothing by itself: where there is none the rule does not match, and the sample is not counted. */
  #escape(): readonly string[] {
    const sign = this.#source[this.#at] ?? '';
    this.#at += 1;
    if (sign === 'b') return [''];
    return (CLASSES.get(sign) ?? SIGNS.get(sign) ?? sign).split('');
  }

  #set(): readonly string[] {
    const isOther = this.#source[this.#at] === '^';
    if (isOther) this.#at += 1;
    const found = new Set<string>();
    while (this.#source[this.#at] !== ']') for (const each of this.#range()) found.add(each);
    this.#at += 1;
    return isOther ? ALL.filter((each) => !found.has(each)) : [...found];
  }

  #range(): readonly string[] {
    const [first = '', ...more] = this.#inSet();
    if (more.length > 0 || this.#source[this.#at] !== '-' || this.#source[this.#at + 1] === ']') return [first, ...more];
    this.#at += 1;
    const [last = ''] = this.#inSet();
    return ALL.filter((each) => each >= first && each <= last);
  }

  #inSet(): readonly string[] {
    const sign = this.#source[this.#at] ?? '';
    this.#at += 1;
    return sign === '\\' ? this.#escape() : [sign];
  }

  #oneOf(ways: readonly string[]): Sampler {
    return () => ways[this.#random(ways.length)] ?? '';
  }
}

const OLE = '\xd0\xcf\x11\xe0';
const PNG = '\x89PNG';
const wide = (text: string): string => Buffer.from(text, 'utf16le').toString('latin1');
const around =
  (before: string, after = ''): ((sample: string) => string) =>
  (sample) =>
    before + sample + after;

/** Of each rule with words: the patterns that they are of, and all else that the rule asks for. */
const RELIED: readonly (readonly [rule: string, patterns: readonly string[], file: (sample: string) => string])[] = [
  ['eicar_test_file', ['text'], around('')],
  ['php_runs_what_it_is_sent', ['run', 'tick', 'named'], around('<?php ', ' ')],
  ['php_runs_what_is_packed', ['unpacked', 'replaced'], around('<?php ', ' ')],
  ['html_smuggles_a_program', ['decode'], around("new Blob(''); a.download='b.exe'; a.click(); ")],
  ['office_reaches_out_to_run', ['browse'], around('ms-msdt:/id ')],
  ['office_reaches_out_to_run', ['external', 'dde', 'cell'], around(' ', ' ')],
  ['document_holds_a_program', ['stub', 'stub_win'], around(OLE + wide('Workbook'))],
  ['document_holds_a_program', ['stub', 'stub_win'], around('%PDF')],
  ['document_holds_a_program', ['hex'], around('{\\rt')],
  ['macro_that_drops', ['shell', 'power', 'fetch'], around(`${OLE}AutoOpen `)],
  ['macro_that_drops', ['save'], around(`${OLE}AutoOpen XMLHTTP ADODB.Stream `)],
  ['script_in_picture', ['php', 'sent', 'tick', 'call', 'page', 'asp', 'script'], around(PNG, ' ')],
  ['pdf_starts_something', ['launch'], around('%PDF ', ' ')],
  ['pdf_starts_something', ['old1', 'old2', 'old3', 'old4', 'sled'], around('%PDF /JS ', ' ')],
  ['rtf_attacks_the_reader', ['equation', 'equation_id', 'moniker'], around('{\\rt\\object ')],
  ['rtf_attacks_the_reader', ['package'], around('{\\rt\\object 2e687461 ')],
];

/** One rule of a file, as if the file were large. */
function ruleOf(name: string): string {
  const found = large.flatMap(({ text }) => new RegExp(`^rule ${name}\\s*\\{[\\s\\S]*?^\\}`, 'mu').exec(text) ?? []);
  expect(found, name).toHaveLength(1);
  return (found[0] ?? '').replaceAll('filesize < 4MB', 'filesize < 0').replaceAll('filesize < 16MB', 'true');
}

function samplerOf(rule: string, pattern: string, random: Random): Sampler {
  const [, written = '', flags = ''] = new RegExp(`^ {4}\\$${pattern} = (["/{].*["/}])(s?(?: \\w+)*)$`, 'mu').exec(rule) ?? [];
  const inside = written.slice(1, -1);
  const flipped = (text: string): string =>
    flags.includes('nocase')
      ? text
          .split('')
          .map((each) => (random(2) === 0 ? each.toLowerCase() : each.toUpperCase()))
          .join('')
      : text;
  if (written.startsWith('{')) return () => Buffer.from(inside.replaceAll(' ', ''), 'hex').toString('latin1');
  if (written.startsWith('"')) return () => flipped(inside);
  expect(written, pattern).toMatch(/^\//u);
  const sampler = new Pattern(inside, random, flags.startsWith('s')).sampler();
  return () => flipped(sampler());
}

const wordsOfRule = (text: string): readonly string[] | null =>
  readGates([{ name: 'one.yar', text: text.replace(/^ {4}begins = .*$/mu, '') }]).wordsFor(Buffer.alloc(HEAD_BYTES));

describe('the words of a built-in rule', () => {
  it.each(RELIED)('%s stand in all that %s match', (name, patterns, file) => {
    const text = ruleOf(name);
    const rules = compile(text);
    const words = wordsOfRule(text);
    if (words === null) throw new TypeError(`${name} has no words`);
    expect(rules.scan(octets(file('')))).toEqual([]);
    expect(holds(words, file('')), 'what stands around a sample holds a word').toBe(false);
    for (const [seed, pattern] of patterns.entries()) {
      const sampler = samplerOf(text, pattern, randomOf(seed + 1));
      let matched = 0;
      for (let tried = 0; matched < SAMPLES && tried < SAMPLES * 20; tried += 1) {
        const sample = file(sampler());
        if (rules.scan(octets(sample)).length === 0) continue;
        matched += 1;
        expect(holds(words, sample), `${pattern}: ${JSON.stringify(sample)}`).toBe(true);
      }
      expect(matched, pattern).toBe(SAMPLES);
    }
  });

  it('are tried, of each rule that has some', () => {
    const named = large.flatMap(({ text }) => [...text.matchAll(/^rule (\w+)/gmu)].map(([, name = '']) => name));
    const withWords = named.filter((name) => wordsOfRule(ruleOf(name)) !== null);
    expect(new Set(RELIED.map(([name]) => name))).toEqual(new Set(withWords));
    expect(named.filter((name) => !withWords.includes(name))).toEqual(['pe_is_packed']);
  });
});

const gatesOf = (...texts: readonly string[]): ReturnType<typeof readGates> =>
  readGates(texts.map((text, at) => ({ name: `${at}.yar`, text })));
const faultsOf = (text: string): readonly string[] => readGates([{ name: 'mine.yar', text }]).faults.map(({ detail }) => detail);
const rule = (meta: string, name = 'a'): string => `rule ${name} { meta: ${meta} condition: true }`;
const ANY = octets('an ordinary text');

describe('gates', () => {
  it('of the built-in rules ask little of ordinary files, and programs are seen whole', () => {
    const gates = readGates(built);
    const ordinary = gates.wordsFor(ANY);
    expect(ordinary?.length).toBeGreaterThan(10);
    for (const head of ['PK\x03\x04', '%PDF-1.7', '\xff\xd8\xff\xe0', 'RIFF1234WEBPVP8 ', '\x89PNG\r\n\x1a\n', OLE, '{\\rtf1'])
      expect(gates.wordsFor(octets(head.padEnd(HEAD_BYTES)))?.length, head).toBeLessThanOrEqual(60);
    expect(gates.wordsFor(octets('MZ\x90'.padEnd(HEAD_BYTES)))).toBeNull();
    // `RIFF` begins sound as well.
    expect(gates.wordsFor(octets('RIFF1234WAVEfmt '))).toBe(ordinary);
  });

  it('are asked always once a rule says nothing', () => {
    expect(readGates([...built, { name: 'mine.yar', text: 'rule mine { condition: true }' }]).wordsFor(ANY)).toBeNull();
    expect(
      readGates([...built, { name: `mine${SMALL_FILES}`, text: 'rule mine { condition: true }' }]).wordsFor(ANY),
    ).not.toBeNull();
  });

  it('say nothing can match where no rule is about such a file', () => {
    const gates = gatesOf(rule('begins = "4d5A | 255?44"'));
    expect(gates.wordsFor(ANY)).toEqual([]);
    expect(gates.wordsFor(octets('MZ'.padEnd(16)))).toBeNull();
    expect(gates.wordsFor(octets('%SD'.padEnd(16)))).toBeNull();
    expect(gates.wordsFor(octets('%cD'.padEnd(16)))).toEqual([]);
  });

  it('ask about a file that is shorter than a beginning', () => {
    const gates = gatesOf(rule('begins = "4d5a90"'));
    expect(gates.wordsFor(octets('MZ'))).toBeNull();
    expect(gates.wordsFor(octets('MA'))).toEqual([]);
  });

  it('join the words of all rules that may match, in one array for the same rules', () => {
    const gates = gatesOf(rule('needs = "abc | def"'), rule('begins = "2550" needs = "def | ghi"', 'b'));
    expect(gates.wordsFor(octets('%PDF'))).toEqual(['abc', 'def', 'ghi']);
    expect(gates.wordsFor(ANY)).toEqual(['abc', 'def']);
    expect(gates.wordsFor(octets('%Pxx'))).toBe(gates.wordsFor(octets('%Pyy')));
  });

  it('are asked always where there are more words than are looked for at once', () => {
    const words = (from: number, count: number): string =>
      Array.from({ length: count }, (_, at) => `word${from + at}`).join(' | ');
    expect(gatesOf(rule(`needs = "${words(0, 64)}"`)).wordsFor(ANY)).toHaveLength(64);
    expect(gatesOf(rule(`needs = "${words(0, 64)}"`), rule(`needs = "${words(0, 64)}"`, 'b')).wordsFor(ANY)).toHaveLength(64);
    expect(gatesOf(rule(`needs = "${words(0, 64)}"`), rule('needs = "other"', 'b')).wordsFor(ANY)).toBeNull();
    expect(faultsOf(rule(`needs = "${words(0, 65)}"`))).toEqual(['rule a: needs has more than 64 words']);
  });

  it('know escapes, bars within words and spaces at their ends', () => {
    expect(gatesOf(rule(String.raw`needs = "a\0b\x00c | \x5c0\0"`)).wordsFor(ANY)).toEqual(['a\0b\0c', '\\0\0']);
    expect(gatesOf(rule(String.raw`needs = "a\x00b\x00 | =cmd| |  DDE \x20 | say \"a\" | back\\slash"`)).wordsFor(ANY)).toEqual([
      'a\0b\0',
      '=cmd|',
      'DDE  ',
      'say "a"',
      String.raw`back\slash`,
    ]);
  });

  it.each([
    ['needs = "ab"', '"ab" in needs is not of 3 to 64 octets'],
    ['needs = ""', '"" in needs is not of 3 to 64 octets'],
    ['needs = "abc | "', '"abc |" in needs'],
    [`needs = "${'x'.repeat(65)}"`, 'is not of 3 to 64 octets'],
    ['needs = "caf\u00E9"', String.raw`write its octets as \xHH`],
    ['needs = 5', 'needs is not a text'],
    ['needs = "abc" needs = "def"', 'needs stands twice'],
    ['begins = "4d5"', '"4d5" in begins'],
    ['begins = "4d5x"', '"4d5x" in begins'],
    ['begins = ""', '"" in begins'],
    [`begins = "${'00'.repeat(17)}"`, 'is not 1 to 16 octets'],
    ['begins = true', 'begins is not a text'],
  ])('that say %s are refused', (meta, detail) => {
    if (meta === 'needs = "abc | "') {
      // The bar has no space behind it once the ends are cut: it is part of a word then.
      expect(gatesOf(rule(meta)).wordsFor(ANY)).toEqual(['abc |']);
      return;
    }
    expect(faultsOf(rule(meta)).join()).toContain(detail);
    expect(gatesOf(rule(meta)).wordsFor(ANY)).toBeNull();
  });
});

describe('gates are read', () => {
  const SAYS = 'meta: needs = "word" ';
  it.each([
    ['comments', `/* rule no { } */ // rule no {\nrule a { // }\n ${SAYS} /* } */ condition: true }`],
    ['tags and modifiers', `import "pe"\nglobal private rule a : one two { ${SAYS} condition: true }`],
    ['other values', `rule a { meta: x = -5 y = true z = 1.5 s = "a } \\" meta: needs = 1" needs = "word" condition: true }`],
    ['hex patterns', `rule a { ${SAYS} strings: $a = { 41 [2-4] /* } */ ?? // }\n 42 } condition: $a }`],
    [
      'regular expressions',
      String.raw`rule a { ${SAYS} strings: $a = /\/["}{]meta: / nocase condition: $a or "}" matches /[{"]/ }`,
    ],
    ['several rules', `rule a { ${SAYS} condition: true } rule b { ${SAYS} condition: a }`],
  ])('past %s', (_, text) => {
    expect(gatesOf(text).wordsFor(ANY)).toEqual(['word']);
    compile(text.replace('global private ', ''));
  });

  it.each([
    ['a text in three quotes', `rule a { meta: s = """x""" needs = "word" condition: true }`],
    ['a comment without an end', `rule a { ${SAYS} condition: true } /* `],
    ['a rule without an end', `rule a { ${SAYS} condition: true`],
    ['a text without an end', `rule a { meta: needs = "word condition: true }`],
    ['something new', `module a { ${SAYS} condition: true }`],
    ['braces in a condition', `rule a { ${SAYS} condition: { true } }`],
    ['words in a pattern only', `rule a { strings: $a = "meta: needs = word" condition: $a }`],
    ['words in a comment only', `rule a { /* ${SAYS} */ condition: true }`],
    ['another rule without any', `rule a { ${SAYS} condition: true } rule b { condition: a }`],
  ])('as nothing known of %s', (_, text) => {
    expect(gatesOf(text).wordsFor(ANY)).toBeNull();
    expect(faultsOf(text)).toEqual([]);
  });
});
