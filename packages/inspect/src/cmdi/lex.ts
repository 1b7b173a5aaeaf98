import { foldWord, PROGRAM_LENGTH_MAX, WORD_LENGTH_MAX, WORD_LETTER, wordClass } from './fold.ts';
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

/** Places examined per value; hostile text has millions of separators and no more than this can matter. */
const SITES_MAX = 1_000_000;
/** Lines and quotations that begin with a program's name fill honest logs and tables; past this many they are passed over. */
const LOOSE_SITES_MAX = 2_000;
const REST_LENGTH_MAX = 256;
/** A word and the characters stepped over before it; at least half of such a run is letters. */
const PLAIN_RUN_MIN = WORD_LENGTH_MAX + 16;
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

/** All command sites of a value, in order. */
export function* commandSites(text: string): Generator<CommandSite> {
  let sites = 0;
  let loose = 0;
  let plainUntil = 0;
  const first = readSite(text, 0, 'start');
  if (first !== undefined) yield first;
  for (let at = 0; at < text.length && sites < SITES_MAX; at++) {
    const separator = separatorAt(text, at);
    if (separator === undefined) continue;
    sites++;
    at += separator.length - 1;
    // Of a run of equal signs only the last stands before the word.
    if (separator.kind !== 'line' && text[at + 1] === text[at]) continue;
    if (separator.kind === 'quote' || text[at] === '`') {
      plainUntil = plainRunEnd(text, at + 1, plainUntil);
      // Nothing but letters with quotes between them, for longer than any program: a megabyte of that is read once only.
      if (plainUntil - at > PLAIN_RUN_MIN) continue;
    }
    const isLoose = separator.kind === 'line' || separator.kind === 'quote';
    if (isLoose && loose > LOOSE_SITES_MAX) continue;
    const site = readSite(text, at + 1, separator.kind);
    if (site === undefined) continue;
    if (isLoose) loose++;
    yield site;
  }
}

/** Where letters, and quotes between two letters, end; looked at from what is known already to as far as is needed. */
function plainRunEnd(text: string, from: number, known: number): number {
  const stop = Math.min(text.length, from + PLAIN_RUN_MIN);
  let at = Math.max(from, known);
  while (at < stop) {
    const code = text.charCodeAt(at);
    const isInner =
      (code === 34 || code === 39 || code === 96) &&
      wordClass(text, at - 1) === WORD_LETTER &&
      wordClass(text, at + 1) === WORD_LETTER;
    if (!isInner && wordClass(text, at) !== WORD_LETTER) break;
    at++;
  }
  return at;
}

/** Characters that are separators by themselves, by code; a table, because every character of every text is looked up in it. */
const SEPARATORS: readonly (Separator | 'pair' | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (';|&'.includes(character)) return 'operator';
  if ('\n\r'.includes(character)) return 'line';
  if (character === '`') return 'substitution';
  if ('"\''.includes(character)) return 'quote';
  return '$<>\\'.includes(character) ? 'pair' : undefined;
});

function separatorAt(text: string, at: number): { kind: Separator; length: number } | undefined {
  const kind = SEPARATORS[text.charCodeAt(at)];
  if (kind === undefined) return undefined;
  if (kind !== 'pair') return { kind, length: 1 };
  // The two characters \\n, as a log or a C string would write a line break.
  if (text[at] === '\\') return text[at + 1] === 'n' ? { kind: 'line', length: 2 } : undefined;
  // `$(`, and `<(` or `>(`, which run a command whose output is a file.
  return text[at + 1] === '(' ? { kind: 'substitution', length: 2 } : undefined;
}

/** Characters a shell steps over before the command word. */
const SKIPPED = ' \t(){}!@"\'&|;';
const SKIPPED_MAX = 16;
const IS_SKIPPED: readonly boolean[] = Array.from({ length: 128 }, (_, code) => SKIPPED.includes(String.fromCharCode(code)));

function readSite(text: string, from: number, separator: Separator): CommandSite | undefined {
  let start = from;
  while (start - from < SKIPPED_MAX && IS_SKIPPED[text.charCodeAt(start)] === true) start++;
  const plain = plainWordEnd(text, start);
  if (plain === start && text[start] !== '>' && text[start] !== '<') return undefined;
  if (plain > start) return plainSite(text, { separator, start, end: plain, isGlued: start === from });
  const skipped = separator === 'quote' ? -1 : endOf(BEFORE_COMMAND, text, start);
  const word = foldWord(text, Math.max(start, skipped));
  if (word.text === '') return undefined;
  if (word.text.length === 1 && !/[a-z]/.test(word.text)) return undefined;
  const name = programOf(word.text);
  const isDisguised = word.isDisguised || name.isDisguised || (skipped > 0 && text[start] === '$');
  const site = { ...name, separator, prefix: '', isDisguised, isGlued: start === from, start, end: word.end };
  return withInner(text, site);
}

/** Signs after which a word of letters and digits may still be disguised, a path, or an assignment. */
const ODD_SIGNS = '"\'$/.-~?*[]:%\\^`=+';
const IS_ODD: readonly boolean[] = Array.from({ length: 128 }, (_, code) => ODD_SIGNS.includes(String.fromCharCode(code)));

/** Where a word of letters and digits ends that is nothing else; the start when none begins there, -1 when it needs a closer look. */
function plainWordEnd(text: string, start: number): number {
  let at = start;
  while (wordClass(text, at) === WORD_LETTER) at++;
  return IS_ODD[text.charCodeAt(at)] === true ? -1 : at;
}

/** Nearly all words of a text are plain: they cost one look-up. */
function plainSite(text: string, place: Pick<CommandSite, 'separator' | 'start' | 'end' | 'isGlued'>): CommandSite | undefined {
  const { start, end, separator } = place;
  if (end - start > PROGRAM_LENGTH_MAX) return undefined;
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
  const isEscaped = stripped.startsWith('\\') && /^\\[a-z]/.test(stripped) && !stripped.includes('\\', 1);
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
