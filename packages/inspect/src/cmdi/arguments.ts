import { isCmdlet } from './powershell.ts';
import { isWord } from './prose.ts';
import { type ProgramKind, SUBCOMMANDS } from './words.ts';

/** How an argument list reads. */
export type Arguments = 'none' | 'plain' | 'telling' | 'prose';

const ARGUMENTS_MAX = 12;
const PROSE_ARGUMENTS_MIN = 3;
const SUBCOMMAND_WORDS_MAX = 4;
/** Options, paths, expansions and redirections: what only a command line holds. */
const STRONG_ARGUMENT =
  /^(?:--?[a-z?][\w=:,-]*|\/[a-z?]{1,4}|[\w.~*?-]*\/\S+|\/|[a-z]:(?:\\\S*)?|\\\\\S+|\$[\w({@]\S*|%\w+%\S*|<{1,3}[\w/"'$(].*|[{*].*|\.\.?\/\S*|&?\d?>.*|[+-][a-z]{1,4}|aux[fw]{0,3}|HK(?:LM|CU|CR|U|EY_)\S*|passwd|shadow)$/i;
/** What may also stand in a sentence: numbers, file names, quotations, addresses. */
const VERSION = /^\d{1,4}(?:\.\d{1,4}){1,2}$/;
const NUMBER = /^\d[\d.:/]*$/;
const FILE = /^\S+\.\w{1,5}$/;
const HOST = /^[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}$/;
const QUOTED = /^["'\\$!].*$/;
const OTHER_WEAK = /^(?:[([].*|https?:\S+|\S+@\S+|-)$/i;
/** Words of a sentence that are commands when what they work on follows. */
const TAKES_NUMBER: ReadonlySet<string> = new Set(['sleep', 'timeout', 'kill', 'head', 'tail', 'shutdown']);
const TAKES_FILE: ReadonlySet<string> = new Set(
  'cat type more less head tail copy del erase tee source strings touch diff cmp uniq read cut tac look fold paste'.split(' '),
);
const TAKES_QUOTED: ReadonlySet<string> = new Set(
  'echo printf print eval exec expr find export set type cat dash test'.split(' '),
);
const EXPORTED = /^(?:-[fnp]\b|\w{1,64}=|\$)/;
/** What stands after a variable of a program or a name in a filter: a comparison (`id > 5`; no shell writes to a number) or an assignment. */
const AFTER_VARIABLE =
  /^\s{0,8}(?:(?:[=!]={1,2}|[-+*/%|&^]?=|=>|[<>]=|\?\?)(?:\s|$)|[<>]\s{0,4}-?\d{1,12}(?:\.\d{1,12})?(?:[\s)]|$))/;
/** First arguments by which programs of many topics are asked about this machine. */
const TOPICS: ReadonlyMap<string, RegExp> = new Map([
  ['net', /^(?:user|view|localgroup|group|share|use|start|stop|accounts|session|config|statistics|time)(?!\w)/i],
  ['wmic', /^(?:os|process|service|cpu|bios|useraccount|product|qfe|logicaldisk|nic|computersystem|startup|group)(?!\w)/i],
  ['reg', /^(?:query|add|save|delete|export|import|load)\s/i],
  ['sc', /^(?:query|config|create|delete|qc)(?!\w)/i],
  ['ip', /^(?:a|addr|address|r|route|link|neigh)(?:\s+(?:show|list|ls))?$/],
  ['docker', /^(?:ps|images|inspect|exec\s\S+\s\S+)$/],
  ['kubectl', /^(?:get|exec|describe)\s+(?:pods?|secrets?|nodes?|all|svc|services?|configmaps?)(?!\w)/],
]);

/** True for a word that is an argument and no part of a sentence; the more a program's name is a word, the more it takes. */
export function isTelling(word: string, program: string, kind: ProgramKind | undefined): boolean {
  // Modules of scripts are exported as well: `export {};`, `export * from`.
  if (program === 'export') return EXPORTED.test(word);
  if (STRONG_ARGUMENT.test(word)) return true;
  if (kind === 'english') return false;
  if (kind === 'wordy') return isTakenBy(program, word);
  const isNamed = FILE.test(word) || QUOTED.test(word);
  return kind === 'interpreter'
    ? (isNamed || isCmdlet(word.toLowerCase())) && !NUMBER.test(word)
    : isNamed || NUMBER.test(word) || HOST.test(word) || OTHER_WEAK.test(word);
}

function isTakenBy(program: string, word: string): boolean {
  if (NUMBER.test(word)) return TAKES_NUMBER.has(program);
  if (FILE.test(word)) return TAKES_FILE.has(program) || word.includes('/');
  return QUOTED.test(word) && TAKES_QUOTED.has(program);
}

interface Line {
  program: string;
  kind: ProgramKind | undefined;
  rest: string;
  /** True after a separator that only a shell or a programmer writes. */
  isChained: boolean;
}

/** Judges the words up to the next separator: flags, paths, numbers, expansions, or a sentence. */
export function readArguments(line: Line): Arguments {
  const { rest } = line;
  const isPlusJoined = rest.startsWith('+') && !/\s/.test(rest);
  const text = (isPlusJoined ? rest.replaceAll('+', ' ') : rest).trim();
  if (text === '' || /^[)"'\]}#\\]+/.test(text)) return /^["'\\]/.test(text) && text.length > 3 ? 'telling' : 'none';
  // The end of an element of HTML, not a redirection.
  if (/^<\/?[a-z][a-z0-9]{0,12}\s{0,4}\/?>/i.test(text)) return 'prose';
  if (AFTER_VARIABLE.test(rest)) return 'prose';
  // Something is glued to the word: it was no program name (`cat's`, `id=5`, `sort-of`), unless it is an expansion or redirection.
  if (!/^\s/.test(rest) && !/^[$<>'"\\+]/.test(rest)) return 'prose';
  return readWords(line, text);
}

function readWords({ program, kind, isChained }: Line, text: string): Arguments {
  // What closes the quotation or comments out the rest belongs to no argument.
  const words = text.replace(/[)"'#\s]{1,8}$/, '').split(/\s+/, ARGUMENTS_MAX);
  if (isChained && isQuestion({ program, kind, text, words })) return 'telling';
  // `wget 1.21` is a program with its version.
  if (words.length === 1 && VERSION.test(text) && !TAKES_NUMBER.has(program)) return 'plain';
  const plain = words.filter((word) => !isTelling(word, program, kind) && isWord(word)).length;
  const telling = words.filter((word) => isTelling(word, program, kind)).length;
  if (plain >= PROSE_ARGUMENTS_MIN && program !== 'echo') return 'prose';
  // `kill bill 2`: a number counts where the program expects it.
  if (kind === 'wordy' && isLateNumber(words, program)) return 'plain';
  const reading = weighArguments(plain, telling, words.length);
  return reading === 'telling' && telling === 0 && isNoun(kind) ? 'plain' : reading;
}

function isLateNumber(words: readonly string[], program: string): boolean {
  const [first = ''] = words;
  return isWord(first) && words.every((word) => NUMBER.test(word) || !isTelling(word, program, 'wordy'));
}

interface Question {
  program: string;
  kind: ProgramKind | undefined;
  text: string;
  words: readonly string[];
}

/** True for a program and one of its own subcommands. */
function isQuestion({ program, kind, text, words }: Question): boolean {
  if (TOPICS.get(program)?.test(text) === true) return true;
  return kind === 'program' && words.length <= SUBCOMMAND_WORDS_MAX && words.some((word) => SUBCOMMANDS.has(word));
}

/** True for names that are words of a language or of a trade before they are programs. */
function isNoun(kind: ProgramKind | undefined): boolean {
  return kind === 'english' || kind === 'wordy' || kind === 'interpreter';
}

function weighArguments(plain: number, telling: number, count: number): Arguments {
  if (telling > 0 && (plain <= 1 || plain < telling)) return 'telling';
  if (plain === 0 && count <= 2) return 'telling';
  return plain <= 1 ? 'plain' : 'prose';
}

/** Arguments that nobody quotes in a sentence about something else. */
export function isSensitive(rest: string): boolean {
  return /:!\w|\/\w{0,8}[?*]{1,8}[\w?*]{0,8}\/[\w?*]|\/etc\/(?:passwd|shadow|group)|\/bin\/(?:ba)?sh|https?:\/\/\d|\b-e\s+\/|\|\s*sh\b|boot\.ini|win\.ini/i.test(
    rest,
  );
}
