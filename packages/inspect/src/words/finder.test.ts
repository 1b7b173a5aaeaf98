import { describe, expect, it } from 'vitest';
import { seeded, type Random } from '../seeded-random.ts';
import { createWordFinder, type WordFinder } from './finder.ts';
import { ANY_ASCII } from './fingerprint.ts';
import { WINDOW_BYTES, WORD_BYTES_MAX, WORD_BYTES_MIN, WORDS_MAX } from './layout.ts';

const RULE_WORDS = (
  'EICAR-STANDARD-ANTIVIRUS $_GET $_POST $_REQUEST $_COOKIE $_SERVER $_FILES gzinflate gzuncompress gzdecode str_rot13 ' +
  'base64_decode strrev hex2bin convert_uudecode preg_replace IT_BrowseForFile TargetMode powershell mshta rundll32 msexcel ' +
  'system32 <?='
).split(' ');

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const inLowerCase = (text: string): string => text.replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase());

/** What the finder must say, in the plainest way. */
function stands(words: readonly string[], text: string): boolean {
  const octets = latin1(inLowerCase(text));
  return words.some((word) => octets.includes(latin1(inLowerCase(word))));
}

function find(finder: WordFinder, pieces: readonly string[]): boolean {
  const search = finder.search();
  let isFound = false;
  for (const piece of pieces) isFound = search.take(latin1(piece));
  return isFound;
}

const some = (random: Random, alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[random(alphabet.length)]).join('');

function cut(random: Random, text: string): string[] {
  const longest = [1, 2, 7, 40, 300, 3 * WINDOW_BYTES][random(6)] ?? 1;
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = random(longest) + 1;
    pieces.push(text.slice(at, at + length));
    if (random(8) === 0) pieces.push('');
    at += length;
  }
  return pieces;
}

const inSomeCase = (random: Random, text: string): string =>
  text.replaceAll(/[a-zA-Z]/gu, (letter) => (random(2) === 0 ? letter.toLowerCase() : letter.toUpperCase()));

/** Small ones, so that nearly every place of the text is nearly a word. */
const ALPHABETS = ['ab', 'aAbB', 'a_', '\0\xff', 'aá\xc1', '@`{[', 'abc$_<?=', '0123456789', 'kK+{\x0b\xeb\xcb'];

describe('a word finder', () => {
  it('says what a plain search says, of dense texts in any pieces', () => {
    const random = seeded(1);
    let found = 0;
    const rounds = 6_000;
    for (let round = 0; round < rounds; round += 1) {
      const alphabet = ALPHABETS[random(ALPHABETS.length)] ?? 'ab';
      const shortest = WORD_BYTES_MIN + random(14);
      const words = Array.from({ length: 1 + random(round % 10 === 0 ? WORDS_MAX : 6) }, () =>
        some(random, alphabet, Math.min(WORD_BYTES_MAX, shortest + random(round % 3 === 0 ? 60 : 4))),
      );
      let text = some(random, alphabet, random(200));
      if (random(3) === 0) {
        const word = inSomeCase(random, words[random(words.length)] ?? '');
        text += (random(2) === 0 ? word : word.slice(0, -1)) + some(random, alphabet, random(40));
      }
      const expected = stands(words, text);
      const pieces = cut(random, text);
      found += expected ? 1 : 0;
      expect(find(createWordFinder(words), pieces), JSON.stringify({ words, pieces })).toBe(expected);
    }
    // Neither answer is the rare one.
    expect(found).toBeGreaterThan(rounds / 5);
    expect(found).toBeLessThan((rounds * 4) / 5);
  });

  it('says what a plain search says, of words and texts of all octets', () => {
    const random = seeded(2);
    const octets = String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet));
    for (let round = 0; round < 300; round += 1) {
      const words = Array.from({ length: 1 + random(WORDS_MAX) }, () =>
        some(random, octets, WORD_BYTES_MIN + 2 + random(WORD_BYTES_MAX - WORD_BYTES_MIN - 1)),
      );
      const finder = createWordFinder(words);
      const around = [some(random, octets, random(500)), some(random, octets, random(500))];
      const word = words[random(words.length)] ?? '';
      expect(find(finder, cut(random, around.join('')))).toBe(stands(words, around.join('')));
      expect(find(finder, cut(random, around.join(inSomeCase(random, word))))).toBe(true);
    }
  });

  it('finds a word wherever it is cut in two, and one octet at a time', () => {
    const finder = createWordFinder(RULE_WORDS);
    for (const word of RULE_WORDS) {
      const text = `some text ${word} and more`;
      for (let at = 0; at <= text.length; at += 1) expect(find(finder, [text.slice(0, at), text.slice(at)]), word).toBe(true);
      expect(find(finder, text.split('')), word).toBe(true);
    }
  });

  it('finds a word at the very start, at the very end, alone, and over many small pieces', () => {
    const long = `${'x'.repeat(WORD_BYTES_MAX - 1)}!`;
    const finder = createWordFinder([...RULE_WORDS, long]);
    for (const word of [...RULE_WORDS, long]) {
      expect(find(finder, [`${word} at the start`])).toBe(true);
      expect(find(finder, [`at the end ${word}`])).toBe(true);
      expect(find(finder, [word])).toBe(true);
      expect(find(finder, `${'-'.repeat(500)}${word}`.split(''))).toBe(true);
    }
  });

  it('finds a word at every place around the ends of its windows, and no near miss', () => {
    const words = ['abcdefgh_i', 'z0z0z0z0z0'.repeat(6), '$_G'];
    const finder = createWordFinder(words);
    for (const word of words) {
      for (const window of [WINDOW_BYTES, 2 * WINDOW_BYTES]) {
        for (let at = window - word.length - 17; at <= window + 17; at += 1) {
          const text = Buffer.alloc(2 * WINDOW_BYTES + 200, 0x2e);
          text.write(word, at, 'latin1');
          expect(finder.search().take(text), `${word} at ${at}`).toBe(true);
          text.write('!', at + word.length - 1);
          expect(finder.search().take(text), `nearly ${word} at ${at}`).toBe(false);
          text.write(word, at, 'latin1');
          text.write('!', at);
          expect(finder.search().take(text), `nearly ${word} at ${at}`).toBe(false);
        }
      }
    }
  });

  it('finds nothing in near misses: any octet of a word is another one', () => {
    const words = RULE_WORDS.filter((word) => word.length > WORD_BYTES_MIN);
    const finder = createWordFinder(words);
    for (const word of words) {
      for (let at = 0; at < word.length; at += 1) {
        const near = `${word.slice(0, at)}~${word.slice(at + 1)}`;
        expect(find(finder, [near, near, ` ${near} `]), near).toBe(false);
      }
      expect(find(finder, [word.slice(0, -1)]), word).toBe(false);
      expect(find(finder, [word.slice(1)]), word).toBe(false);
    }
  });

  it('takes letters of ASCII in either case, and no other pair', () => {
    expect(find(createWordFinder(['PowerShell']), ['pOWERsHELL'])).toBe(true);
    const pairs = ['@`', '[{', '\\|', ']}', '^~', '_\x7f', '\xc1\xe1', '\xdd\xfd', '\0 ', '\x10\x30'];
    for (const pair of pairs) {
      const [upper = '', lower = ''] = pair.split('');
      for (const [own, other] of [
        [upper, lower],
        [lower, upper],
      ] as const) {
        const finder = createWordFinder([`${own}${own}${own}`, `word${own}`]);
        expect(find(finder, [`${other}${other}${other}.word${other}.${own}${own}${other}`])).toBe(false);
        expect(find(finder, [`WORD${own}`])).toBe(true);
        expect(find(finder, [own + own + own])).toBe(true);
      }
    }
  });

  it('takes any octet of ASCII where a word says so, and no other', () => {
    const finder = createWordFinder([`<%${ANY_ASCII.repeat(2)}!`, 'needle', `${ANY_ASCII}\xe1${ANY_ASCII}`]);
    for (let octet = 0; octet < 256; octet += 1) {
      const char = String.fromCharCode(octet);
      const isAscii = octet < 0x80;
      expect(find(finder, [`..<%${char}x!`])).toBe(isAscii || octet === 0xe1);
      expect(find(finder, [`..<%x${char}`, '!..'])).toBe(isAscii || octet === 0xe1);
      expect(find(finder, [`..<%x${char}?..`])).toBe(octet === 0xe1);
      expect(find(finder, [`\xff${char}\xe1`, `${char}\xff`])).toBe(isAscii);
    }
    expect(find(finder, ['<%x', 'NEEDLE'])).toBe(true);
    expect(find(finder, ['<%xy', '\xc1'])).toBe(false);
  });

  it('finds words that begin with another, and each of as many as there may be', () => {
    const nested = ['abc', 'abcdef', 'abcdefghi'];
    expect(find(createWordFinder(nested), ['ab', 'c'])).toBe(true);
    expect(find(createWordFinder(nested.slice(1)), ['abcde'])).toBe(false);
    expect(find(createWordFinder(nested.slice(1)), ['abcdeabcde', 'f'])).toBe(true);
    const random = seeded(3);
    const words = Array.from({ length: WORDS_MAX }, (_, index) => some(random, 'abcdefgh', 9) + String(index).padStart(2, '0'));
    const finder = createWordFinder(words);
    for (const word of words) {
      expect(find(finder, ['....', word, '....']), word).toBe(true);
      expect(find(finder, ['....', word.slice(0, -1), ':...']), word).toBe(false);
    }
    // All fingerprints alike: one bucket holds them all.
    const alike = Array.from({ length: WORDS_MAX }, (_, index) => `$_$${String.fromCharCode(index + 0x80)}`);
    const finderOfAlike = createWordFinder(alike);
    for (const word of alike) expect(find(finderOfAlike, [word])).toBe(true);
    expect(find(finderOfAlike, ['$_$', '$_$\x7f', '$_$\xc0'])).toBe(false);
  });

  it('answers true for ever once it found a word, and nothing before', () => {
    const search = createWordFinder(['needle']).search();
    expect(search.take(latin1('need'))).toBe(false);
    expect(search.take(latin1(''))).toBe(false);
    expect(search.take(latin1('le'))).toBe(true);
    expect(search.take(latin1('hay'))).toBe(true);
    expect(search.take(latin1(''))).toBe(true);
  });

  it('keeps searches apart that take turns, of one finder and of several', () => {
    const finders = [createWordFinder(['first-word']), createWordFinder(['other-word', 'third'])];
    const searches = Array.from({ length: 200 }, (_, index) => {
      const [word, finder] = index % 2 === 0 ? ['first-word', finders[0]] : ['other-word', finders[1]];
      // Every third one is given what only the other finder looks for.
      const text = index % 3 === 0 ? (index % 2 === 0 ? 'other-word' : 'first-word') : word;
      return { search: finder!.search(), text: `${'.'.repeat(index)}${text}`, expected: index % 3 !== 0, isFound: false };
    });
    for (let at = 0; at < 220; at += 1)
      for (const one of searches) one.isFound = one.search.take(latin1(one.text.slice(at, at + 1)));
    expect(searches.map(({ isFound }) => isFound)).toEqual(searches.map(({ expected }) => expected));
  });

  it('reads shared memory and views that begin anywhere, and changes nothing in them', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(100_000));
    shared.set(latin1('TargetMode'), 54_321);
    const finder = createWordFinder(RULE_WORDS);
    expect(finder.search().take(shared)).toBe(true);
    expect(finder.search().take(shared.subarray(54_322))).toBe(false);
    expect(finder.search().take(shared.subarray(54_321, 54_331))).toBe(true);
    expect(finder.search().take(shared.subarray(0, 54_330))).toBe(false);
    expect(Buffer.from(shared.slice(54_321, 54_331)).toString('latin1')).toBe('TargetMode');
  });

  it('finds nothing without words, and refuses words out of bounds', () => {
    expect(find(createWordFinder([]), ['anything'])).toBe(false);
    const longest = 'w'.repeat(WORD_BYTES_MAX);
    expect(find(createWordFinder([longest]), [longest])).toBe(true);
    expect(() => createWordFinder(['ok!', 'no'])).toThrow(RangeError);
    expect(() => createWordFinder([''])).toThrow(RangeError);
    expect(() => createWordFinder([`${longest}w`])).toThrow(RangeError);
    expect(() => createWordFinder(['wor\u0101d'])).toThrow(RangeError);
    const many = Array.from({ length: WORDS_MAX + 1 }, (_, index) => `word${index}`);
    expect(() => createWordFinder(many)).toThrow(RangeError);
    expect(find(createWordFinder(many.slice(1)), ['WORD64'])).toBe(true);
  });
});
