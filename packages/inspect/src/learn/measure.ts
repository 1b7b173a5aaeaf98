import { LEARN_LIMITS } from './limits.ts';

/** Kinds of value, one bit each; a value can be of several. */
export const KIND = {
  boolean: 1,
  integer: 2,
  number: 4,
  uuid: 8,
  date: 16,
  dateTime: 32,
  email: 64,
  url: 128,
} as const;
export const KINDS_ALL = 255;

/** Groups of characters, one bit each. ASCII punctuation has a mask of its own: its 32 characters fill one integer. */
export const GROUP = {
  lower: 1,
  upper: 2,
  digit: 4,
  space: 8,
  letter: 16,
  mark: 32,
  symbol: 64,
  line: 128,
  control: 256,
  /** Neither a letter nor a digit anywhere. */
  bare: 512,
} as const;

/** The 32 punctuation characters of ASCII in the order of their bits. */
export const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const PUNCTUATION_BITS = makeBits();

function makeBits(): Uint32Array {
  const bits = new Uint32Array(128);
  for (let i = 0; i < PUNCTUATION.length; i++) bits[PUNCTUATION.charCodeAt(i)] = (1 << i) >>> 0;
  return bits;
}

/** What one value is like, without the value. */
export interface Measure {
  kinds: number;
  groups: number;
  punctuation: number;
  length: number;
  /** Runs of digits (`D`), letters (`L`) and single separators, such as `D4-D2-D2`; null when there are too many. */
  outline: string | null;
}

/** One pass over a value. */
export function measure(value: string): Measure {
  const { groups, punctuation } = scanCharacters(value);
  return { kinds: kindsOf(value), groups, punctuation, length: value.length, outline: outlineOf(value) };
}

/** Group of each ASCII character; punctuation has none. */
const ASCII_GROUPS = makeGroups();

function makeGroups(): Uint16Array {
  const groups = new Uint16Array(128);
  for (let code = 0; code < 128; code++) groups[code] = asciiGroup(String.fromCharCode(code));
  return groups;
}

function asciiGroup(character: string): number {
  if (/^[a-z]$/u.test(character)) return GROUP.lower;
  if (/^[A-Z]$/u.test(character)) return GROUP.upper;
  if (/^\d$/u.test(character)) return GROUP.digit;
  if (character === ' ') return GROUP.space;
  if (/^[\t\n\r]$/u.test(character)) return GROUP.line;
  return PUNCTUATION.includes(character) ? 0 : GROUP.control;
}

const WORD_GROUPS = GROUP.lower | GROUP.upper | GROUP.digit | GROUP.letter;

/** Groups and punctuation of a text; only the beginning of a long one is read. */
export function scanCharacters(value: string): { groups: number; punctuation: number } {
  let groups = 0;
  let punctuation = 0;
  const end = Math.min(value.length, LEARN_LIMITS.scannedCharsMax);
  for (let i = 0; i < end; i++) {
    const code = value.charCodeAt(i);
    if (code < 128) {
      groups |= ASCII_GROUPS[code] ?? 0;
      punctuation |= PUNCTUATION_BITS[code] ?? 0;
      continue;
    }
    const point = value.codePointAt(i) ?? code;
    if (point > 0xffff) i++;
    groups |= foreignGroup(point);
  }
  if ((groups & WORD_GROUPS) === 0) groups |= GROUP.bare;
  return { groups, punctuation: punctuation >>> 0 };
}

/** The group of one character outside ASCII. */
export function foreignGroup(point: number): number {
  if (isCommonLetter(point)) return GROUP.letter;
  const character = String.fromCodePoint(point);
  if (/^\p{L}$/u.test(character)) return GROUP.letter;
  if (/^[\p{M}\u200C\u200D]$/u.test(character)) return GROUP.mark;
  return point < 160 ? GROUP.control : GROUP.symbol;
}

/** Latin with accents (without × and ÷), Han and Hangul: blocks of letters only, which spare most texts the table of Unicode. */
const isCommonLetter = (point: number): boolean =>
  (point >= 0xc0 && point <= 0x24f && point !== 0xd7 && point !== 0xf7) ||
  (point >= 0x4e00 && point <= 0x9fff) ||
  (point >= 0xac00 && point <= 0xd7a3);

const NUMBER_CHARS_MAX = 32;
const DATED_CHARS_MAX = 36;
const URL_CHARS_MAX = 2_048;
const EMAIL_CHARS_MAX = 254;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
const DATE = /^\d{4}-\d{2}-\d{2}$/u;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})?$/u;

/** Leading zeros are identifiers, not quantities; 15 digits are exact in a double (IEEE 754). */
const INTEGER = /^-?(?:0|[1-9]\d{0,14})$/u;
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/u;
const ATOM = "!#$%&'*+-/=?^_`{|}~.";

/** All kinds that a value is of. */
export function kindsOf(value: string): number {
  const { length } = value;
  const isWord = value === 'true' || value === 'false';
  return (
    (length <= NUMBER_CHARS_MAX ? numberKinds(value) : 0) |
    (length >= 10 && length <= DATED_CHARS_MAX ? datedKinds(value) : 0) |
    (isWord ? KIND.boolean : 0) |
    (length <= EMAIL_CHARS_MAX && isEmail(value) ? KIND.email : 0) |
    (length <= URL_CHARS_MAX && isWebAddress(value) ? KIND.url : 0)
  );
}

function numberKinds(value: string): number {
  if (INTEGER.test(value)) return KIND.integer | KIND.number;
  return NUMBER.test(value) ? KIND.number : 0;
}

function datedKinds(value: string): number {
  if (DATE.test(value)) return KIND.date;
  if (DATE_TIME.test(value)) return KIND.dateTime;
  return UUID.test(value) ? KIND.uuid : 0;
}

/** Reads a number as lenient applications do, leading zeros and all; NaN for anything else. */
export function readNumber(value: string, isWhole: boolean): number {
  const isNumber = value.length <= NUMBER_CHARS_MAX && (isWhole ? /^-?\d{1,15}$/u : /^-?\d{1,15}(?:\.\d{1,15})?$/u).test(value);
  return isNumber ? Number(value) : Number.NaN;
}

/** RFC 5321 in its common form: an atom (letters of any script, RFC 6531) at a name of labels. */
function isEmail(value: string): boolean {
  const at = value.indexOf('@');
  return at > 0 && at <= 64 && isDotted(value.slice(0, at), ATOM) && isDotted(value.slice(at + 1), '-.');
}

function isDotted(text: string, others: string): boolean {
  if (text === '' || text.startsWith('.') || text.endsWith('.')) return false;
  for (const character of text) {
    if (others.includes(character) || /^[A-Za-z0-9]$/u.test(character)) continue;
    const point = character.codePointAt(0) ?? 0;
    if (point < 128 || (foreignGroup(point) & (GROUP.letter | GROUP.mark)) === 0) return false;
  }
  return true;
}

/** An absolute http address without blanks or quotes (RFC 3986 §2 leaves neither unencoded). */
function isWebAddress(value: string): boolean {
  const lower = value.slice(0, 8).toLowerCase();
  if (!lower.startsWith('http://') && !lower.startsWith('https://')) return false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code <= 32 || code === 34 || code === 60 || code === 62 || code === 92 || code === 127) return false;
  }
  return value.length > lower.indexOf('//') + 2;
}

/** Separators that stand in numbers people write down: dates, phones, cards, plates. */
const SEPARATORS = '-/.: ()+';

function outlineOf(value: string): string | null {
  let outline = '';
  let runs = 0;
  let i = 0;
  while (i < value.length) {
    if (++runs > LEARN_LIMITS.outlineRunsMax) return null;
    const kind = runKind(value.charCodeAt(i));
    if (kind === '') {
      const character = value.charAt(i++);
      if (!SEPARATORS.includes(character)) return null;
      outline += character;
      continue;
    }
    const start = i;
    while (i < value.length && runKind(value.charCodeAt(i)) === kind) i++;
    outline += `${kind}${i - start}`;
  }
  return outline.length > LEARN_LIMITS.valueCharsMax ? null : outline;
}

function runKind(code: number): string {
  if (code >= 48 && code <= 57) return 'D';
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) ? 'L' : '';
}
