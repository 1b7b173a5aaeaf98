import type { Evidence } from '../types.ts';
import { type Arguments, isSensitive, isTelling, readArguments } from './arguments.ts';
import { type CommandSite, readRest } from './lex.ts';
import { isList } from './list.ts';
import { hasSpans, isCommented, isDoubled, isFenced, isFenceLine, isListedSpan, isTagEnd } from './listing.ts';
import { isQuotation, isTutorial, PROSE_CONFIDENCE, type Span } from './prose.ts';
import { type ProgramKind, programKind, RECONNAISSANCE, WINDOWS_PROGRAMS } from './words.ts';

/** What a command is worth that proves something only next to another: `cd /;cd tmp;fold x`. */
export const LINK_CONFIDENCE = 0.3;

/** A command site with everything its rating depends on. */
interface Command {
  value: string;
  site: CommandSite;
  /** Text that would be the arguments. */
  rest: string;
  args: Arguments;
  kind: ProgramKind | undefined;
  /** A word that is a program and nothing else, a path to a program, or a disguised program. */
  isProgram: boolean;
  isShort: boolean;
  /** True when the arguments leave no doubt even inside a sentence. */
  isPlain: boolean;
}

/** Words around a code span between backticks from which on it is markup and no substitution. */
const SPAN_WORDS_MIN = 2;
const UNKNOWN_ARGUMENTS_MAX = 8;
/** The classic question about accounts, as a whole value. */
const NET_LINE = /^\s{0,4}net1?(?:\.exe)?\s{1,4}(?:user|view|localgroup|accounts)(?:\s{1,4}\S{1,32}){0,2}\s{0,4}$/i;
/** A value that begins with a separator was not written by a person who answers a question. */
const OPENED = /^[\s"')]{0,4}[;|&`]/;
/** `|set`: nothing but the separator and the word. */
const LONE_WORD = /^[;|]{1,2}\w{1,16}[;|&#]{0,2}\s{0,4}$/;
const OPENING = /^\s?(?:[;&]{1,2}\s?|\|{1,2}|`|\$\()$/;
const OPENING_LENGTH_MAX = 5;
const OPENED_WORDS_MAX = 5;
const LINES_LENGTH_MAX = 2_048;
const SECRET_LENGTH_MAX = 64;
const SECRET_START_MIN = 6;
/** Characters that HTML names like a program. */
const ENTITIES: ReadonlySet<string> = new Set(['reg', 'sum', 'image', 'die', 'comp']);
/** An address as it is handed to `ping`: whatever known word a separator glues to it is meant to run. */
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}[;|&]{1,2}$/;
const ADDRESS_LENGTH_MAX = 20;
const LIST_TAIL_LENGTH_MAX = 16;
/** What lessons end with: the program tells about itself. */
const ASKS_ITSELF = /^--(?:version|help)[.,;:]?$/;
const ABSOLUTE_PATH = /^\/[\w.*?-]+\/|^\/$/;

/** What a shell accepts right after a command word; the empty string at the end is included by every string. */
const KEY_END = /^["']\s{0,3}[:=,\]+]/;
const KEY_END_LENGTH_MAX = 6;
const ENDS_WORD = ' \t\r\n;|&`)$<>"\'{}+#\\';

/** True when the word at the site could name a program at all. */
export function isProgramWord(value: string, site: CommandSite): boolean {
  const { program } = site;
  // A colon, comma or equals sign makes it a key, a list or a parameter.
  if (!ENDS_WORD.includes(value.charAt(site.end)) || KEY_END.test(value.slice(site.end, site.end + KEY_END_LENGTH_MAX)))
    return false;
  return site.isPath || programKind(program) !== undefined || isUnknownCommand(value, site);
}

/** Any simple word after a separator whose arguments begin with an option or path. */
function isUnknownCommand(value: string, { separator, program, end }: CommandSite): boolean {
  return separator === 'operator' && / [-/]/.test(value.slice(end, end + 2)) && /^[a-z][\w.-]{1,23}$/.test(program);
}

/** Judges one place where a shell would read a command; what stands in a block of code is shown. */
export function judgeCommand(value: string, site: CommandSite, blocks: readonly Span[]): Evidence | undefined {
  // Unix programs are lower case; capitals are initials, brands and shouted words.
  if (/^[A-Z][A-Za-z]*$/.test(value.slice(site.start, site.end)) && !WINDOWS_PROGRAMS.has(site.program)) return undefined;
  if (isMarkup(value, site)) return undefined;
  const command = readCommand(value, site);
  const rating = rateCommand(command);
  if (rating === 0) return undefined;
  const rule = site.separator === 'substitution' ? 'cmdi.substitution' : site.separator === 'start' ? 'cmdi.line' : 'cmdi.chain';
  return {
    rule,
    confidence: rating > PROSE_CONFIDENCE && (isFenced(blocks, site.start) || isShown(command)) ? PROSE_CONFIDENCE : rating,
    span: [site.start, site.end],
    why: `a shell would run ${site.program.slice(0, 32)} here`,
  };
}

/** True for signs that only look like a separator: of an entity, of a literal, or of a string in a program. */
function isMarkup(value: string, { separator, program, start, end }: CommandSite): boolean {
  if (separator === 'quote') return value[end] === value[start - 1];
  if (separator === 'operator') return value[start - 1] === '&' && value[end] === ';' && ENTITIES.has(program);
  if (separator !== 'substitution') return false;
  return isDoubled(value, start) || isFenceLine(value, start) || isTagEnd(value, start);
}

/** True for a command that the text around it talks about. */
function isShown(command: Command): boolean {
  const { value, site, rest, args, isPlain } = command;
  const end = site.end + rest.length;
  if (isOwnLine(command, end)) return false;
  if (!isPlain && isQuotation(value, [site.start, end])) return true;
  if (isCommented(value, site.start)) return true;
  if (args === 'none' && !RECONNAISSANCE.has(site.program) && (isList(value, site) || isPassword(command))) return true;
  return isCodeSpan(command, [site.start, end]) || isTutorial(value, site.start);
}

/** `;id`, `|ls -l` or a substitution is the whole first line: what follows it below does not make it a quotation. */
function isOwnLine({ value, site, isProgram, isShort }: Command, end: number): boolean {
  if (!isProgram && !isShort) return false;
  const opening = value.slice(0, site.start);
  return (
    opening.length <= OPENING_LENGTH_MAX &&
    OPENING.test(opening) &&
    /^[)`;|&]{0,2}\s{0,2}(?:[\r\n]|$)/.test(value.slice(end, end + OPENING_LENGTH_MAX))
  );
}

/** True for a code span of Markdown, which shares its sign with the substitution of a shell. */
function isCodeSpan({ value, site, args, kind }: Command, span: Span): boolean {
  const [start, end] = span;
  const isSpan = value[start - 1] === '`' && value[end] === '`' && /[\s(]/.test(value[start - 2] ?? ' ');
  if (!isSpan) return false;
  if (isQuotation(value, span, SPAN_WORDS_MIN) || isListedSpan(value, span)) return true;
  if (args === 'none' && !RECONNAISSANCE.has(site.program) && hasSpans(value)) return true;
  return (
    args === 'none' &&
    (kind === 'wordy' || kind === 'english') &&
    /[A-Za-z]{2}/.test(value.slice(0, start).slice(-LIST_TAIL_LENGTH_MAX))
  );
}

/** `P@ss1word|ls`: letters of both cases, digits and signs before a separator, and no blank anywhere. */
function isPassword({ value, site, isShort }: Command): boolean {
  if (!isShort || value.length > SECRET_LENGTH_MAX || /[\s/\\]/.test(value)) return false;
  const before = value.slice(0, site.start - 1);
  return before.length >= SECRET_START_MIN && [/[a-z]/, /[A-Z]/, /\d/, /[!@#$%^*?~+=]/].every((kind) => kind.test(before));
}

function isPlainArgument(word: string, program: string, kind: ProgramKind | undefined): boolean {
  return isTelling(word, program, kind) && !ASKS_ITSELF.test(word);
}

function readCommand(value: string, site: CommandSite): Command {
  const { program } = site;
  const rest = readRest(value, site.end);
  const kind = programKind(program);
  const isProgram =
    kind === 'program' || (site.isDisguised && kind !== undefined) || (site.isPath && /^[\w?*.-]+$/.test(program));
  // Words after the arguments do not stop a shell: an attacker may append a sentence, so the first argument decides.
  const first = /^\s/.test(rest) ? (rest.trim().split(/\s+/, 2)[0] ?? '') : '';
  const isChained = site.separator === 'operator' && isPlainArgument(first, program, kind);
  const isObvious = isSensitive(rest);
  const isPlain = isObvious || (isChained && (isProgram || ABSOLUTE_PATH.test(first)));
  const read = readArguments({ program, kind, rest, isChained: site.separator === 'operator' });
  const isArgued = (isObvious && read === 'plain') || (isPlain && read === 'prose');
  const args = isArgued ? 'telling' : read;
  return { value, site, rest, kind, isProgram, isShort: kind === 'short', isPlain, args };
}

function rateCommand(command: Command): number {
  if (command.args === 'prose') return 0;
  const rate = RATES[command.site.separator];
  return rate(command);
}

const RATES: Readonly<Record<CommandSite['separator'], (command: Command) => number>> = {
  start: rateStart,
  operator: rateOperator,
  line: rateLine,
  substitution: rateSubstitution,
  quote: ({ args, isProgram, isShort, rest }) => (args === 'telling' && (isProgram || isShort || /[$`]/.test(rest)) ? 0.91 : 0),
};

/** At the very start there is no separator to prove intent, so every argument has to be of the telling kind. */
function rateStart(command: Command): number {
  const { site, rest, args, kind, isProgram, isShort } = command;
  if (args === 'none') return rateAlone(command);
  if (NET_LINE.test(command.value)) return 0.91;
  if (args !== 'telling') return site.isDisguised ? 0.9 : 0;
  if (isProgram || isShort) return 0.92;
  if (kind === 'interpreter' && /^\s{1,8}-{1,2}[a-z]/i.test(rest)) return 0.92;
  return isSensitive(rest) || /[$`]|\\|\s\/\w/.test(rest) ? 0.91 : LINK_CONFIDENCE;
}

/** A value that begins with a program without arguments. */
function rateAlone({ value, site, isProgram, isShort }: Command): number {
  if (site.isPath) return /\s/.test(value.trim()) ? 0.4 : 0.91;
  const after = value.slice(site.end);
  if (RECONNAISSANCE.has(site.program) && (site.prefix !== '' || /^\s{0,4}[|;&]/.test(after))) return 0.91;
  // `id|`: nothing but a program and the separator that would cut off what follows.
  if (/^\s{0,4}[|;&]\s{0,4}$/.test(after) && (isProgram || isShort)) return 0.9;
  return site.isDisguised ? 0.9 : 0;
}

function rateOperator(command: Command): number {
  const { args, kind, isProgram, isShort } = command;
  if (kind === undefined && !isProgram) return rateUnknown(command);
  if (args === 'telling') return isProgram || isShort ? 0.94 : 0.91;
  if (isProgram) return rateProgram(command);
  if (isShort) return args === 'none' || (args === 'plain' && isOpened(command)) ? 0.91 : 0.4;
  return rateGluedWord(command);
}

/** A word that no list holds, after a separator: only options and paths, and both, make it a command line. */
function rateUnknown({ rest }: Command): number {
  const words = rest.trim().split(/\s+/, UNKNOWN_ARGUMENTS_MAX);
  const isLine =
    words.length >= 2 && words.every((word) => /^-{1,2}\w[\w-]{0,24}$|^~?\/[\w.*?-]+\/\S|^passwd$|^shadow$/.test(word));
  return isLine && words.some((word) => !word.startsWith('-')) ? 0.91 : 0;
}

/** A program after a separator, alone or with words that could go on as a sentence. */
function rateProgram(command: Command): number {
  const { site, args } = command;
  // Nobody has a hyphenated program in a sentence after a separator.
  if (args === 'plain' && (site.program.includes('-') || isOpened(command))) return 0.91;
  return args === 'none' || site.isPath || site.isDisguised ? 0.92 : 0.6;
}

/** `;true`, `|echo`: an everyday word glued to its separator, with nothing after it; `|bash` ends many a chain. */
function rateGluedWord({ value, site, args, kind }: Command): number {
  if (!site.isGlued) return 0;
  if (args === 'plain') return site.program === 'cd' ? LINK_CONFIDENCE : 0;
  if (kind === 'interpreter' && value[site.start - 1] !== '&') return 0.91;
  const isAtAddress = site.start < ADDRESS_LENGTH_MAX && ADDRESS.test(value.slice(0, site.start));
  return kind === 'wordy' && (isAtAddress || LONE_WORD.test(value)) ? 0.91 : 0.5;
}

function isOpened({ value }: Command): boolean {
  return value.length <= LINES_LENGTH_MAX && OPENED.test(value) && value.trim().split(/\s+/).length <= OPENED_WORDS_MAX;
}

/** Line breaks are in every text; only a glued program, or one with telling arguments, counts after them. */
function rateLine({ value, site, rest, args, isProgram, isShort }: Command): number {
  if (isProgram && (site.isGlued || args === 'telling')) return args === 'plain' ? 0.6 : 0.92;
  if ((args === 'telling' && site.isGlued) || isSensitive(rest)) return 0.91;
  return isShort && site.isGlued && isFewLines(value) ? 0.91 : 0;
}

function rateSubstitution({ site, rest, args, isProgram, isShort }: Command): number {
  // `$(command)` is how manuals write that any may stand there; alone it only asks for a word.
  if (site.program === 'command' && args === 'none') return 0;
  // `$(host).show()` is a script that picks an element of its page.
  if (!isProgram && /^\)\s{0,4}\.\w{1,32}\(/.test(rest)) return 0;
  if (isProgram || isShort || args === 'telling') return 0.95;
  return rest === '' || /^[^\n]{0,64}[)`]/.test(rest) ? 0.91 : 0.6;
}

function isFewLines(value: string): boolean {
  if (value.length > LINES_LENGTH_MAX) return false;
  return value.trim().split(/\r\n|\n|\r|\\n/, 4).length <= 3 && !/[{,]\s*$/.test(value.slice(0, value.search(/[\r\n]/)));
}
