/** Longer than any path to a program that somebody would hide. */
export const WORD_LENGTH_MAX = 64;
const WINDOWS_ROOT = /^(?:[a-z]:|%\w{1,24}%)[\\/]/i;
const WINDOWS_ROOT_LENGTH_MAX = 32;
/** Hidden characters in one word; more of them are noise that costs time. */
const HIDDEN_MAX = 40;
/** Parameters that are unset or empty where an attacker uses them. */
const EMPTY_EXPANSION = /^\$(?:@|\*|\{[@*]\}|\{\w{1,12}\}|[1-9](?!\d)|!|[a-zA-Z_]\w{0,7}(?=["'/\\]))/;

export const NOT_WORD = 0;
const WORD_SIGN = 1;
export const WORD_LETTER = 2;
/** What may stand in a command word: letters and digits, and the signs of paths, globs and Windows variables. */
const WORD_CLASSES: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\w/.test(character)) return WORD_LETTER;
  return '/.~?*[]:%\\-'.includes(character) ? WORD_SIGN : NOT_WORD;
});

/** What a character means inside a command word. */
export function wordClass(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < WORD_CLASSES.length ? (WORD_CLASSES[code] ?? NOT_WORD) : NOT_WORD;
}

/** A word as a shell sees it after it has removed what it removes. */
export interface FoldedWord {
  text: string;
  end: number;
  isDisguised: boolean;
}
const NO_WORD: FoldedWord = { text: '', end: 0, isDisguised: false };
/** Longer than the name of any program: a word with so many letters and no directory is none. */
export const PROGRAM_LENGTH_MAX = 28;

/** Reads a word the way a shell would: quotes, backslashes, carets and empty expansions inside it vanish. */
export function foldWord(text: string, start: number): FoldedWord {
  const { end, hidden, isDisguised, hasDirectory, isWindowsPath } = measureWord(text, start);
  // A megabyte of letters and quotes has a word at each of them: none is built that cannot be a program.
  if (!hasDirectory && end - start - hidden > PROGRAM_LENGTH_MAX) return { ...NO_WORD, end };
  const visible = hidden === 0 ? text.slice(start, end) : visibleText(text, [start, end], isWindowsPath);
  return { text: visible.toLowerCase(), end, isDisguised };
}

interface Measure {
  end: number;
  /** Characters a shell removes. */
  hidden: number;
  isDisguised: boolean;
  hasDirectory: boolean;
  /** In a path of Windows a backslash stands for itself. */
  isWindowsPath: boolean;
}

function measureWord(text: string, start: number): Measure {
  const mayBeRoot = text[start] === '%' || text[start + 1] === ':';
  const isWindowsPath = mayBeRoot && WINDOWS_ROOT.test(text.slice(start, start + WINDOWS_ROOT_LENGTH_MAX));
  const measure: Measure = { end: start, hidden: 0, isDisguised: false, hasDirectory: false, isWindowsPath };
  const stop = Math.min(text.length, start + WORD_LENGTH_MAX);
  let at = start;
  while (at < stop) {
    const kind = wordClass(text, at);
    const hidden = kind === WORD_LETTER || at === start ? 0 : hiddenLength(text, at, isWindowsPath);
    if (hidden > 0 && measure.hidden < HIDDEN_MAX) {
      measure.isDisguised ||= isDisguise(text, at, at + hidden);
      measure.hidden += hidden;
    } else if (kind === NOT_WORD || (kind === WORD_SIGN && isWrittenBreak(text, at))) break;
    else measure.hasDirectory ||= text[at] === '/' || text[at] === '\\';
    at += Math.max(1, hidden);
  }
  measure.end = at;
  return measure;
}

/** True for hidden characters with a letter or directory behind them; `user's or admin's` has genitives, and quotes that hide nothing. */
function isDisguise(text: string, at: number, end: number): boolean {
  if (wordClass(text, end) !== WORD_LETTER) return text[end] === '/';
  return text[at] !== "'" || text[end] !== 's' || wordClass(text, end + 1) !== NOT_WORD || text[end + 1] === "'";
}

/** The word between two offsets without what a shell removes. */
function visibleText(text: string, [start, end]: readonly [number, number], isWindowsPath: boolean): string {
  let out = text.charAt(start);
  for (let at = start + 1; at < end;) {
    const hidden = wordClass(text, at) === WORD_LETTER ? 0 : hiddenLength(text, at, isWindowsPath);
    if (hidden === 0) out += text.charAt(at);
    at += Math.max(1, hidden);
  }
  return out;
}

/** The two characters of a written-out line break at the end of a word. */
function isWrittenBreak(text: string, at: number): boolean {
  return text[at] === '\\' && text[at + 1] === 'n' && wordClass(text, at + 2) !== WORD_LETTER;
}

/** Length of something a shell removes from inside a word, else 0. */
export function hiddenLength(text: string, at: number, isWindowsPath: boolean): number {
  switch (text.charCodeAt(at)) {
    case 34:
    case 39:
      return hiddenQuotes(text, at);
    case 96:
      // PowerShell escapes with a backtick: `i`e`x`.
      return isLetter(text, at - 1) && isLetter(text, at + 1) ? 1 : 0;
    case 92:
      return isWindowsPath ? 0 : hiddenEscape(text, at);
    case 94:
      return hiddenEscape(text, at);
    case 36:
      return EMPTY_EXPANSION.exec(text.slice(at, at + 16))?.[0].length ?? 0;
    default:
      return 0;
  }
}

/** `w'h'oami`, `c''at`: quotes between letters; at the end of a word they are only punctuation. */
function hiddenQuotes(text: string, at: number): number {
  if (wordClass(text, at - 1) === NOT_WORD) return 0;
  if (text[at + 1] === text[at]) return wordClass(text, at + 2) === WORD_LETTER ? 2 : 0;
  return wordClass(text, at - 1) === WORD_LETTER && wordClass(text, at + 1) === WORD_LETTER ? 1 : 0;
}

/** Backslash and caret keep the meaning of the next letter; before a line break they join the lines. */
function hiddenEscape(text: string, at: number): number {
  const next = text[at + 1];
  if (next === '\n') return isLetter(text, at + 2) ? 2 : 0;
  if (next === 'n' && text[at] === '\\') return 0;
  return wordClass(text, at - 1) === WORD_LETTER && isLetter(text, at + 1) ? 1 : 0;
}

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at) | 32;
  return code >= 97 && code <= 122;
}
