/** What stands directly before a command word. */
export type Separator = 'start' | 'operator' | 'line' | 'substitution' | 'quote';

/** A place where a shell would read a command, with the word it reads there. */
export interface CommandSite {
  separator: Separator;
  /** Folded lower-case program name without directory and `.exe`. */
  program: string;
  /** True when the word was a path to a program directory. */
  isPath: boolean;
  /** True when quotes, backslashes or empty expansions were hidden inside the word. */
  isDisguised: boolean;
  /** True when the separator touches the word. */
  isGlued: boolean;
  start: number;
  /** Offset after the word. */
  end: number;
}

/** Places examined per value; hostile text has millions of separators and no more than this can matter. */
const SITES_MAX = 400_000;
const WORD_LENGTH_MAX = 64;
const REST_LENGTH_MAX = 256;
/** A word and the characters stepped over before it; at least half of such a run is letters. */
const PLAIN_RUN_MIN = WORD_LENGTH_MAX + 16;
const DIRECTORIES = /^(?:\.{0,2}\/|~\/)?(?:[\w.?*[\]-]{1,32}\/){0,6}(?:s?bin|\?{3}|b\?n|bi\?|\?in)\/(?=[^/]+$)/;
const WINDOWS_DIRECTORIES = /^(?:[a-z]:|%systemroot%|%windir%)?[\\/](?:windows|winnt)[\\/](?:system32|syswow64)[\\/]/;

/** All command sites of a value, in order. */
export function* commandSites(text: string): Generator<CommandSite> {
  let sites = 0;
  let plainUntil = 0;
  const first = readSite(text, 0, 'start');
  if (first !== undefined) yield first;
  for (let at = 0; at < text.length && sites < SITES_MAX; at++) {
    const separator = separatorAt(text, at);
    if (separator === undefined) continue;
    sites++;
    at += separator.length - 1;
    if (separator.kind === 'quote') {
      plainUntil = plainRunEnd(text, at + 1, plainUntil);
      // Nothing but letters with quotes between them, for longer than any program: a megabyte of that is read once only.
      if (plainUntil - at > PLAIN_RUN_MIN) continue;
    }
    const site = readSite(text, at + 1, separator.kind);
    if (site !== undefined) yield site;
  }
}

/** Where letters, and quotes between two letters, end; looked at from what is known already to as far as is needed. */
function plainRunEnd(text: string, from: number, known: number): number {
  const stop = Math.min(text.length, from + PLAIN_RUN_MIN);
  let at = Math.max(from, known);
  while (at < stop) {
    const code = text.charCodeAt(at);
    const isInner =
      (code === 34 || code === 39) && wordClass(text, at - 1) === WORD_LETTER && wordClass(text, at + 1) === WORD_LETTER;
    if (!isInner && wordClass(text, at) !== WORD_LETTER) break;
    at++;
  }
  return at;
}

/** Characters that are separators by themselves. */
const SINGLE_SEPARATORS: ReadonlyMap<number, Separator> = new Map<number, Separator>([
  [10, 'line'],
  [13, 'line'],
  [34, 'quote'],
  [38, 'operator'],
  [39, 'quote'],
  [59, 'operator'],
  [96, 'substitution'],
  [124, 'operator'],
]);

function separatorAt(text: string, at: number): { kind: Separator; length: number } | undefined {
  const code = text.charCodeAt(at);
  const kind = SINGLE_SEPARATORS.get(code);
  if (kind !== undefined) return { kind, length: 1 };
  // `$(`, and `<(` or `>(`, which run a command whose output is a file.
  if (code === 36 || code === 60 || code === 62) return text[at + 1] === '(' ? { kind: 'substitution', length: 2 } : undefined;
  // The two characters \\n, as a log or a C string would write a line break.
  return code === 92 && text[at + 1] === 'n' ? { kind: 'line', length: 2 } : undefined;
}

/** Characters a shell steps over before the command word. */
const SKIPPED = ' \t(){}!@"\'&|;';

function readSite(text: string, from: number, separator: Separator): CommandSite | undefined {
  let start = from;
  while (start < text.length && SKIPPED.includes(text.charAt(start)) && start - from < 16) start++;
  const word = foldWord(text, start);
  if (word.text === '') return undefined;
  const stripped = word.text.replace(DIRECTORIES, '').replace(WINDOWS_DIRECTORIES, '');
  const program = stripped.replace(/\.(?:exe|com|bat|sh)$/, '');
  return {
    separator,
    program,
    isPath: stripped !== word.text,
    isDisguised: word.isDisguised,
    isGlued: start === from,
    start,
    end: word.end,
  };
}

const NOT_WORD = 0;
const WORD_SIGN = 1;
const WORD_LETTER = 2;
/** What may stand in a command word: letters and digits, and the signs of paths, globs and Windows variables. */
const WORD_CLASSES: readonly number[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\w/.test(character)) return WORD_LETTER;
  return '/.~?*[]:%\\-'.includes(character) ? WORD_SIGN : NOT_WORD;
});

function wordClass(text: string, at: number): number {
  return WORD_CLASSES[text.charCodeAt(at)] ?? NOT_WORD;
}

interface FoldedWord {
  text: string;
  end: number;
  isDisguised: boolean;
}
const NO_WORD: FoldedWord = { text: '', end: 0, isDisguised: false };
/** Longer than the name of any program: a word with so many letters and no directory is none. */
const PROGRAM_LENGTH_MAX = 28;

/** Reads a word the way a shell would: quotes, backslashes, carets and empty expansions inside it vanish. */
function foldWord(text: string, start: number): FoldedWord {
  let hiddenTotal = 0;
  let isDisguised = false;
  let hasDirectory = false;
  let at = start;
  const stop = Math.min(text.length, start + WORD_LENGTH_MAX);
  while (at < stop) {
    const kind = wordClass(text, at);
    if (kind === WORD_LETTER) {
      at++;
      continue;
    }
    const hidden = at === start ? 0 : hiddenLength(text, at);
    if (hidden > 0) {
      isDisguised ||= wordClass(text, at + hidden) === WORD_LETTER || text[at + hidden] === '/';
      hiddenTotal += hidden;
      at += hidden;
      continue;
    }
    if (kind === NOT_WORD || isWrittenBreak(text, at)) break;
    hasDirectory ||= text[at] === '/' || text[at] === '\\';
    at++;
  }
  // A megabyte of letters and quotes has a word at each of them: none is built that cannot be a program.
  if (!hasDirectory && at - start - hiddenTotal > PROGRAM_LENGTH_MAX) return { ...NO_WORD, end: at };
  return { text: (hiddenTotal === 0 ? text.slice(start, at) : visibleText(text, start, at)).toLowerCase(), end: at, isDisguised };
}

/** The word between two offsets without what a shell removes. */
function visibleText(text: string, start: number, end: number): string {
  let out = text.charAt(start);
  for (let at = start + 1; at < end;) {
    const hidden = wordClass(text, at) === WORD_LETTER ? 0 : hiddenLength(text, at);
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
function hiddenLength(text: string, at: number): number {
  switch (text.charCodeAt(at)) {
    case 34:
    case 39:
      // `w'h'oami`: a quote between letters; at the end of a word it is only punctuation.
      return wordClass(text, at - 1) === WORD_LETTER && wordClass(text, at + 1) === WORD_LETTER ? 1 : 0;
    case 92:
    case 94:
      return wordClass(text, at - 1) === WORD_LETTER && /[a-z]/i.test(text.charAt(at + 1)) && text.slice(at, at + 2) !== '\\n'
        ? 1
        : 0;
    case 36:
      return /^\$(?:@|\*|\{[@*]\}|[1-9](?!\d)|!)/.exec(text.slice(at, at + 8))?.[0].length ?? 0;
    default:
      return 0;
  }
}

/** Text after a word up to the next separator, in a bounded window. */
export function readRest(text: string, from: number): string {
  const window = text.slice(from, from + REST_LENGTH_MAX);
  const end = window.search(/[;|&\n\r`]/);
  return end < 0 ? window : window.slice(0, end);
}
