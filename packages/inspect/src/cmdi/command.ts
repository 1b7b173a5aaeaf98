import type { Evidence } from '../types.ts';
import { type CommandSite, readRest } from './lex.ts';
import { PROGRAMS, SHORT_PROGRAMS, WINDOWS_PROGRAMS, WORDY_PROGRAMS } from './words.ts';

/** How an argument list reads. */
type Arguments = 'none' | 'plain' | 'telling' | 'prose';

/** A command site with everything its rating depends on. */
interface Command {
  value: string;
  site: CommandSite;
  /** Text that would be the arguments. */
  rest: string;
  args: Arguments;
  /** A word that is a program and nothing else, a path to a program, or a disguised program. */
  isProgram: boolean;
  isShort: boolean;
  isWordy: boolean;
  /** True when the arguments leave no doubt even inside a sentence. */
  isPlain: boolean;
}

/** Plain words around a command from which on it reads as a quotation inside a sentence. */
const PROSE_WORDS_MIN = 4;
export const PROSE_CONFIDENCE = 0.6;
const PROSE_SCAN_MAX = 1_024;
const ARGUMENTS_MAX = 12;
const TELLING_ARGUMENT =
  /^(?:--?[a-z?][\w=:,-]*|\/[a-z?]{1,4}(?=\s|$)|[\w.~*?-]*\/\S+|[a-z]:\\\S*|\\\\\S+|\$\S+|%\w+%\S*|\d[\d.:/]*|["'<>{[(*\\!].*|https?:\S+|\S+@\S+|\S+\.\w{1,5}|&?\d?>.*|-)$/i;
const WORD = /^[\p{L}][\p{L}'’,.!?:]*$/u;
const ABSOLUTE_PATH = /^\/[\w.*?-]+\/|^\/$/;

/** What a shell accepts right after a command word; the empty string at the end is included by every string. */
const ENDS_WORD = ' \t\r\n;|&`)$<>"\'{}+#\\';

/** True when the word at the site could name a program at all. */
export function isProgramWord(value: string, site: CommandSite): boolean {
  const { program } = site;
  // A colon, comma or equals sign makes it a key, a list or a parameter.
  if (!ENDS_WORD.includes(value.charAt(site.end))) return false;
  return site.isPath || PROGRAMS.has(program) || SHORT_PROGRAMS.has(program) || WORDY_PROGRAMS.has(program);
}

/** Judges one place where a shell would read a command. */
export function judgeCommand(value: string, site: CommandSite): Evidence | undefined {
  // Unix programs are lower case; capitals are initials, brands and shouted words.
  if (/^[A-Z]+$/.test(value.slice(site.start, site.end)) && !WINDOWS_PROGRAMS.has(site.program)) return undefined;
  const command = readCommand(value, site);
  const rating = rateCommand(command);
  if (rating === 0) return undefined;
  const isQuoted = !command.isPlain && isQuotation(value, site.start, site.end + command.rest.length);
  const rule = site.separator === 'substitution' ? 'cmdi.substitution' : site.separator === 'start' ? 'cmdi.line' : 'cmdi.chain';
  return {
    rule,
    confidence: isQuoted ? Math.min(rating, PROSE_CONFIDENCE) : rating,
    span: [site.start, site.end],
    why: `a shell would run ${site.program.slice(0, 32)} here`,
  };
}

function readCommand(value: string, site: CommandSite): Command {
  const { program } = site;
  const rest = readRest(value, site.end);
  const isShort = SHORT_PROGRAMS.has(program);
  const isWordy = WORDY_PROGRAMS.has(program);
  const isDisguisedProgram = site.isDisguised && (isShort || isWordy);
  const isProgram = PROGRAMS.has(program) || isDisguisedProgram || (site.isPath && /^[\w?*.-]+$/.test(program));
  // Words after the arguments do not stop a shell: an attacker may append a sentence, so the first argument decides.
  const first = /^\s/.test(rest) ? (rest.trim().split(/\s+/, 2)[0] ?? '') : '';
  const isChained = site.separator === 'operator' && TELLING_ARGUMENT.test(first);
  const isPlain = isSensitive(rest) || (isChained && (isProgram || ABSOLUTE_PATH.test(first)));
  const args = readArguments(program, rest);
  return { value, site, rest, isProgram, isShort, isWordy, isPlain, args: isPlain && args !== 'none' ? 'telling' : args };
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
function rateStart({ value, site, rest, args, isWordy }: Command): number {
  if (site.isPath && args === 'none') return /\s/.test(value.trim()) ? 0.4 : 0.91;
  // `id|`: nothing but a program and the separator that would cut off what follows.
  const isCutOff = args === 'none' && /^\s{0,4}[|;&]\s{0,4}$/.test(value.slice(site.end));
  if (isCutOff && !isWordy) return 0.9;
  if (args !== 'telling') return site.isDisguised ? 0.9 : 0;
  if (!isWordy) return 0.92;
  return isSensitive(rest) || /[$`]|\\|\s\/\w/.test(rest) ? 0.91 : 0.3;
}

function rateOperator({ site, args, isProgram, isShort }: Command): number {
  if (args === 'telling') return isProgram || isShort ? 0.94 : 0.91;
  if (isProgram) return args === 'none' || site.isPath ? 0.93 : 0.6;
  if (isShort) return args === 'none' ? 0.91 : 0.4;
  // `;true`, `|echo`: an everyday word glued to its separator, with nothing after it.
  return args === 'none' && site.isGlued ? 0.5 : 0;
}

/** Line breaks are in every text; only a glued program, or one with telling arguments, counts after them. */
function rateLine({ value, site, rest, args, isProgram, isShort }: Command): number {
  if (isProgram && (site.isGlued || args === 'telling')) return args === 'plain' ? 0.6 : 0.92;
  if ((args === 'telling' && site.isGlued) || isSensitive(rest)) return 0.91;
  return isShort && site.isGlued && isFewLines(value) ? 0.91 : 0;
}

function rateSubstitution({ rest, args, isProgram, isShort }: Command): number {
  if (isProgram || isShort || args === 'telling') return 0.95;
  return rest === '' || /^[^\n]{0,64}[)`]/.test(rest) ? 0.91 : 0.6;
}

/** Judges the words up to the next separator: flags, paths, numbers, expansions, or a sentence. */
function readArguments(program: string, rest: string): Arguments {
  const text = rest.trim();
  if (text === '' || /^[)"'\]}#\\]+/.test(text)) return /^["'\\]/.test(text) && text.length > 3 ? 'telling' : 'none';
  // Something is glued to the word: it was no program name (`cat's`, `id=5`, `sort-of`), unless it is an expansion or redirection.
  if (!/^\s/.test(rest) && !/^[$<>{'"\\+]/.test(rest)) return 'prose';
  const words = text.split(/\s+/, ARGUMENTS_MAX);
  let plain = 0;
  let telling = 0;
  for (const word of words) {
    if (TELLING_ARGUMENT.test(word)) telling++;
    else if (WORD.test(word)) plain++;
  }
  if (plain >= 3 && program !== 'echo') return 'prose';
  if (program === 'net' && /^(?:user|view|localgroup|share|use|start|accounts)\b/i.test(text)) return 'telling';
  return weighArguments(plain, telling, words.length);
}

function weighArguments(plain: number, telling: number, count: number): Arguments {
  if (telling > 0 && (plain <= 1 || plain < telling)) return 'telling';
  if (plain === 0 && count <= 2) return 'telling';
  return plain <= 1 ? 'plain' : 'prose';
}

/** Arguments that nobody quotes in a sentence about something else. */
function isSensitive(rest: string): boolean {
  return /\/etc\/(?:passwd|shadow|group)|\/bin\/(?:ba)?sh|https?:\/\/\d|\b-e\s+\/|\|\s*sh\b|boot\.ini|win\.ini/i.test(rest);
}

function isFewLines(value: string): boolean {
  return value.trim().split(/\r\n|\n|\r|\\n/, 4).length <= 3 && !/[{,]\s*$/.test(value.slice(0, value.search(/[\r\n]/)));
}

/** True when plain words around a range make it a quotation inside a sentence; looked for in a bounded window on each side. */
export function isQuotation(value: string, start: number, end: number): boolean {
  const outside = `${value.slice(Math.max(0, start - PROSE_SCAN_MAX), start)} ${value.slice(end, end + PROSE_SCAN_MAX)}`;
  let count = 0;
  for (const word of outside.split(/\s+/)) if (word.length > 1 && WORD.test(word)) count++;
  return count >= PROSE_WORDS_MIN;
}
