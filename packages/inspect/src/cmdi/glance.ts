import { hiddenLength, NOT_WORD, PROGRAM_LENGTH_MAX, WORD_LENGTH_MAX, WORD_LETTER, wordClass } from './fold.ts';
import { NAME_STARTS, programKind } from './words.ts';

/** No program can be named here. */
export const NO_COMMAND = 0;
/** The word is a path, or written in pieces, or something stands before the command: only folding tells. */
export const NEEDS_FOLDING: number = -1;

/** Words are looked up by a hash of their letters first: no text is cut out for the thousands that name nothing. */
const HASH_MASK = 0xff_ff;
const FACTOR = 31;
const TO_LOWER = 32;
const DIGIT_MAX = 57;
const NAME = 1;
/** The name of a program that is no word of any language. */
const PROGRAM = 2;
const KNOWN: Uint8Array = new Uint8Array(HASH_MASK + 1);
for (const name of NAME_STARTS) {
  let hash = 0;
  for (let at = 0; wordClass(name, at) === WORD_LETTER; at++) hash = added(hash, name.charCodeAt(at));
  KNOWN[hash] = (KNOWN[hash] ?? 0) | (programKind(name) === 'program' ? NAME | PROGRAM : NAME);
}
const ASSIGNED_LENGTH_MAX = 64;
const BLANKS_MAX = 4;
const OPTION_START = /[-/]/;

const ENDS = 0;
const ASSIGNS = 1;
const HIDES = 2;
const REDIRECTS = 3;
const GOES_ON = 4;
/** What the first character that is no letter or digit says about the word before it. */
const NEXT: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (character === '=') return ASSIGNS;
  if ('"\'`^$'.includes(character)) return HIDES;
  if ('<>'.includes(character)) return REDIRECTS;
  return '/.~?*[]:%-\\'.includes(character) ? GOES_ON : ENDS;
});

const TAB = 9;
const BLANK = 32;
const AMPERSAND = 38;
/** A line break, an opening parenthesis, a semicolon, a backtick and a bar end what is assigned. */
const STOPS: readonly number[] = [10, 40, 59, 96, 124];
const STOP_MAX = 124;
const SLASH = 47;
const BRACKET = 91;
const BACKSLASH = 92;
/** What a command, or something that stands before one, begins with. */
const STARTS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  /[\w/.~?*[%\\$<>]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** False for a place at which no command can begin: the cheapest look there is. */
export function mayBegin(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < STARTS.length && STARTS[code] === 1;
}

function added(hash: number, code: number): number {
  return (Math.imul(hash, FACTOR) + (code | TO_LOWER)) & HASH_MASK;
}

interface Place {
  separator: string;
  /** True when a word counts only with arguments, or when it is nothing but a program. */
  isCursory: boolean;
}

/**
 * A first look at the word at an offset, which for nearly all words is the last: the offset after a plain word that may name a program,
 * `NO_COMMAND`, or `NEEDS_FOLDING`. It costs as much as the word is long.
 */
export function lookAt(text: string, start: number, { separator, isCursory }: Place): number {
  let at = start;
  while (wordClass(text, at) === WORD_LETTER) at++;
  const known = knowledgeOf(text, start, at);
  const code = text.charCodeAt(at);
  const next = code < NEXT.length ? NEXT[code] : ENDS;
  if (next !== ENDS && needsFolding(text, start, at)) return NEEDS_FOLDING;
  if (next === GOES_ON) return known === 0 ? NO_COMMAND : NEEDS_FOLDING;
  if (known === 0) return separator === 'operator' && at - start > 1 && hasOption(text, at) ? at : NO_COMMAND;
  return isCursory && (known & PROGRAM) === 0 && !isArgued(text, at) ? NO_COMMAND : at;
}

/** What is known of a word of letters and digits: nothing for nearly all of them. */
function knowledgeOf(text: string, start: number, end: number): number {
  if (end === start || end - start > PROGRAM_LENGTH_MAX) return 0;
  let hash = 0;
  let letters = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    hash = added(hash, code);
    // `python3` is known by its letters.
    if (code > DIGIT_MAX) letters = hash;
  }
  return (KNOWN[hash] ?? 0) | (KNOWN[letters] ?? 0);
}

function needsFolding(text: string, start: number, at: number): boolean {
  switch (NEXT[text.charCodeAt(at)] ?? ENDS) {
    case GOES_ON:
      return mayBeFolded(text, start, at);
    case HIDES:
      return mayHide(text, start, at);
    default:
      return standsBeforeCommand(text, start, at);
  }
}

function hasOption(text: string, at: number): boolean {
  return text[at] === ' ' && OPTION_START.test(text.charAt(at + 1));
}

/** True when options, paths, expansions or redirections follow the word. */
function isArgued(text: string, end: number): boolean {
  let at = end;
  while (at - end < BLANKS_MAX && (text[at] === ' ' || text[at] === '\t')) at++;
  return (at > end ? '-/$~.*<>"\'\\' : '<>$').includes(text.charAt(at)) && at < text.length;
}

/** `w'h'oami`, and `$u wget`. */
function mayHide(text: string, start: number, at: number): boolean {
  return at > start ? hiddenLength(text, at, false) > 0 : text[at] === '$';
}

/** `A=b wget`, `2>f wget`: a blank ends what is assigned or redirected to, and more follows. */
function standsBeforeCommand(text: string, start: number, at: number): boolean {
  const stop = Math.min(text.length, at + ASSIGNED_LENGTH_MAX);
  for (let end = at + 1; end < stop; end++) {
    const code = text.charCodeAt(end);
    if (code > STOP_MAX) continue;
    if (code === BLANK || code === TAB) return end > at + 1 || text[at] === '=';
    if (STOPS.includes(code)) return false;
    if (code === AMPERSAND && (text[at] === '=' || end > start + 3)) return false;
  }
  return false;
}

/** Reads on to the end of the word: paths to programs and words in pieces need folding, file names and addresses do not. */
function mayBeFolded(text: string, start: number, from: number): boolean {
  if (isWindowsRoot(text, start)) return true;
  const stop = Math.min(text.length, start + WORD_LENGTH_MAX);
  let slash = -1;
  for (let at = from; at < stop; at++) {
    const kind = wordClass(text, at);
    if (kind === WORD_LETTER) continue;
    const code = text.charCodeAt(at);
    if (code === SLASH) slash = at;
    else if (isPiece(text, at, start)) return true;
    else if (kind === NOT_WORD) break;
  }
  return slash > start && wordClass(text, slash + 1) !== NOT_WORD && mayBeBin(text, start, slash);
}

/** True for a sign that a shell removes, or a pattern of one letter. */
function isPiece(text: string, at: number, start: number): boolean {
  const code = text.charCodeAt(at);
  if (code === BRACKET) return /[a-z?*]/i.test(text.charAt(at + 1));
  if (code !== BACKSLASH && NEXT[code] !== HIDES) return false;
  return at === start ? code === BACKSLASH : hiddenLength(text, at, false) > 0;
}

/** `c:\`, `%windir%` and `\windows`. */
function isWindowsRoot(text: string, start: number): boolean {
  const first = text[start];
  if (first === '%') return wordClass(text, start + 1) === WORD_LETTER;
  return text[start + 1] === ':' && (text[start + 2] === '\\' || text[start + 2] === '/');
}

/** Directories of programs end in the `n` of `bin`, the `c` of `libexec`, or a pattern. */
function mayBeBin(text: string, start: number, slash: number): boolean {
  let at = slash;
  while (at > start && text[at] === '/') at--;
  return !/[abd-mo-z\d_-]/i.test(text.charAt(at));
}
