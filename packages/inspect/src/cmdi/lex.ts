import { foldWord } from './fold.ts';
import { lookAt, mayBegin, NEEDS_FOLDING, NO_COMMAND } from './glance.ts';
import { PREFIXES, programKind, WINDOWS_PROGRAMS } from './words.ts';

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
  /** The word that takes this command as its arguments, as `sudo` does; else empty. */
  prefix: string;
  /** True when the separator touches the word. */
  isGlued: boolean;
  start: number;
  /** Offset after the word. */
  end: number;
}

/** Lines and quotations that begin with a program's name fill honest logs and tables; past this many they are passed over. */
const LOOSE_SITES_MAX = 1_000;
/** Places with a program's name after separators that only a shell or programmer writes; past this many only what has arguments counts. */
const SITES_MAX = 2_000;
/** So many of those, and nothing found, are there to hide one. */
const ARGUED_SITES_MAX = 1_000;
/** Words per value that are folded; honest texts have few that are written like a path to a program or in pieces. */
const FOLDED_MAX = 4_000;
const LOOSE_FOLDED_MAX = 1_000;
/** So many of them so close together are there to hide one. */
const FOLDED_APART_MIN = 16;
const REST_LENGTH_MAX = 256;
const DIRECTORIES =
  /^(?:\.{0,2}\/|~\/)?(?:[\w.?*-]{1,32}\/{1,4}(?:\.\/){0,3}){0,6}(?:s?bin|\?{3,4}|b\?n|bi\?|\?in|b\?\?|\?i\?|\?\?n|b\*|bi\*|\*in|\*n|libexec)\/{1,4}(?=[^/]+$)/;
const WINDOWS_DIRECTORIES =
  /^(?:[a-z]:|%systemroot%|%windir%)?[\\/](?:windows|winnt)[\\/](?:system32|syswow64)[\\/](?:wbem[\\/]|windowspowershell[\\/]v1\.0[\\/])?/;
/** `$u wget`: an unset variable is nothing to a shell; `A=b wget` and `>f wget`: an assignment and a redirection for the command that follows. */
const BEFORE_COMMAND = /(?:\$\w{1,16}|\d?[<>]{1,2}&?[\w./-]{1,32}|[A-Za-z_]\w{0,15}=[^\s;|&]{0,64})[ \t]{1,8}/y;
/** Options, numbers and assignments between `sudo`, `timeout` or `env` and the command they run. */
const PREFIX_ARGUMENTS =
  /[ \t]{1,8}(?:(?:--?\w[\w-]{0,16}(?:=\S{0,32})?|\d[\w.]{0,8}|[A-Za-z_]\w{0,15}=\S{0,32})[ \t]{1,8}){0,4}/y;
/** `/b[i]n/c[a]t` names one file as `/bin/cat` does. */
const GLOB_CLASS = /\[([\w?*])[\w/!-]{0,4}\]/g;

/** Where the reading of a text stands. */
export interface Walk {
  text: string;
  /** Offset up to which it is read; negative before the first word. */
  at: number;
  /** The separator of the word that begins at `at`, the strongest of its run, and the offset after it. */
  separator: Separator;
  from: number;
  sites: number;
  looseSites: number;
  folded: number;
  looseFolded: number;
  /** True when words alone no longer count: they fill honest tables. */
  isCursory: boolean;
  /** True when commands crowd each other: the text cannot be called clean. */
  isCrowded: boolean;
}

/** Begins to read a text. */
export function walk(text: string): Walk {
  const counts = { sites: 0, looseSites: 0, folded: 0, looseFolded: 0, isCursory: false, isCrowded: false };
  return { text, at: -1, separator: 'start', from: 0, ...counts };
}

/** The next command site of a text, in order. Each character is stepped over once, whatever stands before it. */
export function nextSite(state: Walk): CommandSite | undefined {
  const { text } = state;
  if (state.at < 0) {
    state.at = 0;
    stepOver(state);
    const first = readSite(state);
    if (first !== undefined) return first;
  }
  while (!state.isCrowded && findOpening(state)) {
    if (!mayBegin(text, state.at)) continue;
    const isLoose = state.separator === 'line' || state.separator === 'quote';
    if (isLoose && (state.looseSites > LOOSE_SITES_MAX || state.looseFolded > LOOSE_FOLDED_MAX)) continue;
    const site = readSite(state);
    if (site === undefined) continue;
    if (isLoose) state.looseSites++;
    else if (++state.sites > SITES_MAX) state.isCursory = true;
    state.isCrowded ||= state.sites > SITES_MAX + ARGUED_SITES_MAX;
    return site;
  }
  return undefined;
}

const NO_SIGN = 0;
const OPERATOR = 1;
const LINE = 2;
const BACKTICK = 3;
const QUOTE = 4;
const PAIR = 5;
/** Characters that are separators by themselves, by code; a table, because every character of every text is looked up in it. */
const SIGNS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (';|&'.includes(character)) return OPERATOR;
  if ('\n\r'.includes(character)) return LINE;
  if (character === '`') return BACKTICK;
  if ('"\''.includes(character)) return QUOTE;
  return '$<>\\'.includes(character) ? PAIR : NO_SIGN;
});
/** Characters a shell steps over before the command word. */
const SKIPPED = ' \t(){}!@"\'&|;';
const IS_SKIPPED: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  SKIPPED.includes(String.fromCharCode(code)) ? 1 : 0,
);

/** Moves to the word after the next separator; false when there is none. */
function findOpening(state: Walk): boolean {
  const { text } = state;
  for (let at = state.at; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const sign = code < SIGNS.length ? SIGNS[code] : NO_SIGN;
    if (sign === NO_SIGN || (sign === PAIR && !isPair(text, at))) continue;
    state.at = at + (sign === PAIR ? 2 : 1);
    state.from = state.at;
    if (sign === OPERATOR) state.separator = 'operator';
    else if (sign === QUOTE) state.separator = 'quote';
    else state.separator = sign === LINE || text[at] === '\\' ? 'line' : 'substitution';
    stepOver(state);
    return true;
  }
  state.at = text.length;
  return false;
}

/** The two characters \\n, as a log or a C string would write a line break; `$(`, and `<(` or `>(`, which make a file of an output. */
function isPair(text: string, at: number): boolean {
  return text[at + 1] === (text[at] === '\\' ? 'n' : '(');
}

/** Steps over what a shell steps over. Of a run of signs the last operator stands before the word. */
function stepOver(state: Walk): void {
  const { text } = state;
  let at = state.at;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= IS_SKIPPED.length || IS_SKIPPED[code] === 0) break;
    if (SIGNS[code] !== OPERATOR) continue;
    state.separator = 'operator';
    state.from = at + 1;
  }
  state.at = at;
}

function readSite(state: Walk): CommandSite | undefined {
  const { text, separator, from, at: start } = state;
  const plain = lookAt(text, start, state);
  if (plain === NO_COMMAND) return undefined;
  if (plain !== NEEDS_FOLDING) return plainSite(text, { separator, start, end: plain, isGlued: start === from });
  if (separator === 'line' || separator === 'quote') state.looseFolded++;
  else if (++state.folded > FOLDED_MAX) {
    state.isCrowded ||= start < FOLDED_MAX * FOLDED_APART_MIN;
    return undefined;
  }
  const skipped = separator === 'quote' ? -1 : endOf(BEFORE_COMMAND, text, start);
  const word = foldWord(text, Math.max(start, skipped));
  if (word.text === '') return undefined;
  if (word.text.length === 1 && !/[a-z]/.test(word.text)) return undefined;
  const name = programOf(word.text);
  const isDisguised = word.isDisguised || name.isDisguised || (skipped > 0 && text[start] === '$');
  const site = { ...name, separator, prefix: '', isDisguised, isGlued: start === from, start, end: word.end };
  return withInner(text, site);
}

/** Nearly all words of a text are plain: they cost one look-up. */
function plainSite(text: string, place: Pick<CommandSite, 'separator' | 'start' | 'end' | 'isGlued'>): CommandSite | undefined {
  const { start, end, separator } = place;
  const program = text.slice(start, end).toLowerCase();
  const isKnown = programKind(program) !== undefined || (separator === 'operator' && / [-/]/.test(text.slice(end, end + 2)));
  if (!isKnown && !PREFIXES.has(program)) return undefined;
  return withInner(text, { ...place, program, prefix: '', isPath: false, isDisguised: false });
}

/** The site of the command that a prefix such as `sudo` would run, else the site as it is. */
function withInner(text: string, site: CommandSite): CommandSite {
  if (site.separator === 'quote' || !PREFIXES.has(site.program)) return site;
  const inner = innerCommand(text, site.end);
  return inner === undefined ? site : { ...site, ...inner, prefix: site.program, isDisguised: site.isDisguised };
}

interface ProgramName {
  program: string;
  isPath: boolean;
  isDisguised: boolean;
}

/** The program a folded word names, without directory and file type. */
function programOf(folded: string): ProgramName {
  const word = folded.includes('[') ? folded.replaceAll(GLOB_CLASS, '$1') : folded;
  const unix = word.includes('/') && !word.endsWith('/') ? word.replace(DIRECTORIES, '') : word;
  const stripped = unix.includes('\\') ? unix.replace(WINDOWS_DIRECTORIES, '') : unix;
  // A backslash before a name only keeps its alias away.
  const isEscaped = stripped.startsWith('\\') && /^\\[a-z][\w-]/.test(stripped) && !stripped.includes('\\', 1);
  // The command processor takes a switch that touches its command: `cmd/c`.
  const glued = !stripped.includes('/') ? undefined : /^([a-z]{3,12})\/[a-z?]{1,2}$/.exec(stripped)?.[1];
  if (glued !== undefined && WINDOWS_PROGRAMS.has(glued)) return { program: glued, isPath: false, isDisguised: true };
  const name = isEscaped ? stripped.slice(1) : stripped;
  const program = name.includes('.') ? name.replace(/\.(?:exe|com|bat|sh)$/, '') : name;
  return { program, isPath: stripped !== word && !stripped.includes('\\'), isDisguised: isEscaped || word !== folded };
}

/** The command that `sudo`, `timeout` or `env` would run, when it is certain to be one. */
function innerCommand(text: string, at: number): (ProgramName & { end: number }) | undefined {
  const start = endOf(PREFIX_ARGUMENTS, text, at);
  if (start < 0) return undefined;
  const word = foldWord(text, start);
  const name = programOf(word.text);
  const kind = programKind(name.program);
  if (kind === undefined && !name.isPath) return undefined;
  // `time sort` may be two words of a sentence; `sudo cat /etc/hosts` and `sudo bash -c` are none.
  const isCertain =
    name.isPath || kind === 'program' || kind === 'short' || /^\s{1,8}[-/$<]/.test(text.slice(word.end, word.end + 10));
  return isCertain ? { ...name, end: word.end } : undefined;
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** Text after a word up to the next separator, in a bounded window. */
export function readRest(text: string, from: number): string {
  const window = text.slice(from, from + REST_LENGTH_MAX);
  const end = window.search(/[;|&\n\r`]/);
  return end < 0 ? window : window.slice(0, end);
}
