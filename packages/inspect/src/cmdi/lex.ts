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
const DIRECTORIES = /^(?:\.{0,2}\/|~\/)?(?:[\w.?*[\]-]{1,32}\/){0,6}(?:s?bin|\?{3}|b\?n|bi\?|\?in)\/(?=[^/]+$)/;
const WINDOWS_DIRECTORIES = /^(?:[a-z]:|%systemroot%|%windir%)?[\\/](?:windows|winnt)[\\/](?:system32|syswow64)[\\/]/;

/** All command sites of a value, in order. */
export function* commandSites(text: string): Generator<CommandSite> {
  let sites = 0;
  const first = readSite(text, 0, 'start');
  if (first !== undefined) yield first;
  for (let at = 0; at < text.length && sites < SITES_MAX; at++) {
    const separator = separatorAt(text, at);
    if (separator === undefined) continue;
    sites++;
    at += separator.length - 1;
    const site = readSite(text, at + 1, separator.kind);
    if (site !== undefined) yield site;
  }
}

function separatorAt(text: string, at: number): { kind: Separator; length: number } | undefined {
  switch (text.charCodeAt(at)) {
    case 59: // ;
    case 124: // |
    case 38: // &
      return { kind: 'operator', length: 1 };
    case 10:
    case 13:
      return { kind: 'line', length: 1 };
    case 96: // `
      return { kind: 'substitution', length: 1 };
    case 36: // $(
      return text[at + 1] === '(' ? { kind: 'substitution', length: 2 } : undefined;
    case 60: // <( and >( run a command whose output is a file
    case 62:
      return text[at + 1] === '(' ? { kind: 'substitution', length: 2 } : undefined;
    case 34:
    case 39:
      return { kind: 'quote', length: 1 };
    case 92: // the two characters \n, as a log or a C string would write a line break
      return text[at + 1] === 'n' ? { kind: 'line', length: 2 } : undefined;
    default:
      return undefined;
  }
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

/** Reads a word the way a shell would: quotes, backslashes, carets and empty expansions inside it vanish. */
function foldWord(text: string, start: number): { text: string; end: number; isDisguised: boolean } {
  let out = '';
  let isDisguised = false;
  let at = start;
  while (at < text.length && at - start < WORD_LENGTH_MAX) {
    const character = text.charAt(at);
    const hidden = out === '' ? 0 : hiddenLength(text, at);
    if (hidden > 0) {
      isDisguised ||= /[\w/]/.test(text.charAt(at + hidden));
      at += hidden;
      continue;
    }
    // The two characters `\\n` at the end of a word are a line break that someone wrote out.
    if (character === '\\' && text[at + 1] === 'n' && !/\w/.test(text.charAt(at + 2))) break;
    if (!/[\w/.~?*[\]:%\\-]/.test(character)) break;
    out += character;
    at++;
  }
  return { text: out.toLowerCase(), end: at, isDisguised };
}

/** Length of something a shell removes from inside a word, else 0. */
function hiddenLength(text: string, at: number): number {
  const character = text.charAt(at);
  const isInside = /\w/.test(text.charAt(at - 1));
  if (character === "'" || character === '"') {
    // `w'h'oami`: a quote between letters; at the end of a word it is only punctuation.
    return isInside && /\w/.test(text.charAt(at + 1)) ? 1 : 0;
  }
  if (character === '\\' || character === '^')
    return isInside && /[a-z]/i.test(text.charAt(at + 1)) && !/^\\n/.test(text.slice(at, at + 2)) ? 1 : 0;
  if (character !== '$') return 0;
  const expansion = /^\$(?:@|\*|\{[@*]\}|[1-9](?!\d)|!)/.exec(text.slice(at, at + 8));
  return expansion === null ? 0 : expansion[0].length;
}

/** Text after a word up to the next separator, in a bounded window. */
export function readRest(text: string, from: number): string {
  const window = text.slice(from, from + REST_LENGTH_MAX);
  const end = window.search(/[;|&\n\r`]/);
  return end < 0 ? window : window.slice(0, end);
}
