import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Evidence } from '../types.ts';
import { commandSites, type CommandSite, readRest } from './lex.ts';
import { EXECUTING_FUNCTIONS, PROGRAMS, SHORT_PROGRAMS, WINDOWS_PROGRAMS, WORDY_PROGRAMS } from './words.ts';

/** How an argument list reads. */
type Arguments = 'none' | 'plain' | 'telling' | 'prose';

/** Characters every injection needs somewhere: a separator, an expansion, or the blank or slash of a command line. */
const SHELL =
  TRAIT.semicolon |
  TRAIT.pipe |
  TRAIT.ampersand |
  TRAIT.lineBreak |
  TRAIT.backtick |
  TRAIT.dollar |
  TRAIT.quote |
  TRAIT.doubleQuote |
  TRAIT.space |
  TRAIT.slash |
  TRAIT.paren |
  TRAIT.angle |
  TRAIT.backslash;
const CERTAIN = 0.95;
/** From this confidence on no other place of the value is looked at. */
const ENOUGH = 0.9;
const PROGRAMS_MAX = 10_000;

/** A command site with the text that would be its arguments. */
type Command = CommandSite & { rest: string };
/** Plain words around a command from which on it reads as a quotation inside a sentence. */
const PROSE_WORDS_MIN = 4;
const PROSE_CONFIDENCE = 0.6;
const PROSE_SCAN_MAX = 1_024;
const TELLING_ARGUMENT =
  /^(?:--?[a-z?][\w=:,-]*|\/[a-z?]{1,4}(?=\s|$)|[\w.~*?-]*\/\S+|[a-z]:\\\S*|\\\\\S+|\$\S+|%\w+%\S*|\d[\d.:/]*|["'<>{[(*\\!].*|https?:\S+|\S+@\S+|\S+\.\w{1,5}|&?\d?>.*|-)$/i;
const WORD = /^[\p{L}][\p{L}'’,.!?:]*$/u;

/** Expressions that only a shell gives a meaning to. Each is anchored by a literal and bounded. */
const EXPANSIONS: readonly (readonly [RegExp, number, string])[] = [
  [/\$\{?IFS\b|\$IFS/, 0.96, '$IFS stands in for a blank'],
  [/\$\(\(\s{0,4}-?\d{1,12}\s{0,4}[-+*/%]/, 0.95, 'shell arithmetic is expanded'],
  [/\/dev\/(?:tcp|udp)\//, 0.96, 'a network device of the shell is opened'],
  [
    /\(\)\s{0,8}\{[^{}]{0,32};\s{0,4}\}?\s{0,4};/,
    0.97,
    'a shell function is defined where an environment value is read (CVE-2014-6271)',
  ],
  [
    /\$\{\s{0,4}@?(?:print|system|exec|passthru|eval|phpinfo|shell_exec|popen|proc_open)\b/i,
    0.94,
    'a PHP expression in ${} calls a function',
  ],
  [/\$\{\s{0,4}@?[\w.]{1,32}\(/, 0.91, 'an expression in ${} calls a function'],
  [/(?:^|[\s;|&('"])\w{1,32}=\$\(/, 0.94, 'a variable takes the output of a command'],
  [/\$\{#\w{1,32}\}/, 0.93, 'the length of a shell variable is expanded'],
  [/\/\w{1,16}\$[a-z@*]\w?\/|\$[a-z@*]\/(?:bin|etc|usr)\b|\/(?:etc|bin)\$[a-z@*]/, 0.92, 'an empty expansion breaks up a path'],
  [/\$\{[\w@*#]{1,32}(?::\d|#|%|\/)/, 0.6, 'a shell parameter is cut'],
];
const INCLUDE = /<!--\s{0,4}#\s{0,4}(?:exec|include|echo|config|printenv|fsize|flastmod|set|if)\b|<esi:\w/i;
const SCRIPT_TAG = /<\?(?:php\b|=|\s)|<%=?\s{0,4}(?:eval|response|request|system|runtime|out|@|import)/i;
const BACKTICK_PRINT = /\b(?:print|echo)\s{0,4}\(\s{0,4}`/i;

/** Reads a value as a shell and as a script language would; words alone never count, a separator and fitting arguments do (CWE-78). */
export function detectCmdi(input: DetectInput): readonly Evidence[] {
  const { value, traits } = input;
  if (!hasAny(traits, SHELL)) return [];
  const found: Evidence[] = [];
  judgeExpansions(value, traits, found);
  judgeFunctions(value, traits, found);
  if ((found[0]?.confidence ?? 0) >= CERTAIN) return found;
  let best: Evidence | undefined;
  let judged = 0;
  for (const site of commandSites(value)) {
    if (!isProgramWord(site)) continue;
    // Fail closed: a value with this many commands cannot be called clean, and judging each would cost more than it is worth.
    if (++judged > PROGRAMS_MAX) {
      found.push({
        rule: 'cmdi.chain',
        confidence: 0.9,
        span: [site.start, site.end],
        why: 'the value names more programs than are judged one by one',
      });
      break;
    }
    const evidence = judgeSite(value, { ...site, rest: readRest(value, site.end) });
    if (evidence !== undefined && evidence.confidence > (best?.confidence ?? 0)) best = evidence;
    if ((best?.confidence ?? 0) >= ENOUGH) break;
  }
  if (best !== undefined) found.push(best);
  return found;
}

function judgeExpansions(value: string, traits: number, found: Evidence[]): void {
  if (hasAny(traits, TRAIT.dollar | TRAIT.slash | TRAIT.paren)) {
    for (const [pattern, confidence, why] of EXPANSIONS) {
      const match = pattern.exec(value);
      if (match !== null)
        found.push({ rule: 'cmdi.expansion', confidence, span: [match.index, match.index + match[0].length], why });
    }
  }
  if (!hasAny(traits, TRAIT.angle)) return;
  const include = INCLUDE.exec(value);
  if (include !== null) {
    const span = [include.index, include.index + include[0].length] as const;
    found.push({ rule: 'cmdi.include', confidence: 0.96, span, why: 'a server-side include directive' });
  }
}

function judgeFunctions(value: string, traits: number, found: Evidence[]): void {
  const tag = hasAny(traits, TRAIT.angle) ? SCRIPT_TAG.exec(value) : null;
  if (tag !== null && !/^<\?\s?xml/i.test(value.slice(tag.index, tag.index + 6))) {
    found.push({
      rule: 'cmdi.function',
      confidence: 0.93,
      span: [tag.index, tag.index + tag[0].length],
      why: 'a server script tag is opened',
    });
  }
  if (!hasAny(traits, TRAIT.paren)) return;
  const print = hasAny(traits, TRAIT.backtick) ? BACKTICK_PRINT.exec(value) : null;
  if (print !== null)
    found.push({
      rule: 'cmdi.function',
      confidence: 0.95,
      span: [print.index, print.index + print[0].length],
      why: 'the output of a command is printed',
    });
  EXECUTING_FUNCTIONS.lastIndex = 0;
  const call = EXECUTING_FUNCTIONS.exec(value);
  if (call === null) return;
  const isPlainWord = /^(?:print|require|eval|assert)$/i.test(call[1] ?? '') && !/[`]|base64|chr\(|phpinfo/.test(call[2] ?? '');
  const isQuoted = proseWords(value, call.index, call.index + call[0].length) >= PROSE_WORDS_MIN;
  const confidence = isPlainWord ? 0.5 : isQuoted ? PROSE_CONFIDENCE : 0.93;
  found.push({
    rule: 'cmdi.function',
    confidence,
    span: [call.index, call.index + call[0].length],
    why: `${call[1] ?? 'a function'} runs what it is given`,
  });
}

function isProgramWord(site: CommandSite): boolean {
  const { program } = site;
  return site.isPath || PROGRAMS.has(program) || SHORT_PROGRAMS.has(program) || WORDY_PROGRAMS.has(program);
}

function judgeSite(value: string, site: Command): Evidence | undefined {
  const rating = rateSite(value, site);
  if (rating === 0) return undefined;
  const isQuotation =
    rating > PROSE_CONFIDENCE &&
    proseWords(value, site.start, site.end + site.rest.length) >= PROSE_WORDS_MIN &&
    !isSensitive(site.rest);
  const rule = site.separator === 'substitution' ? 'cmdi.substitution' : site.separator === 'start' ? 'cmdi.line' : 'cmdi.chain';
  return {
    rule,
    confidence: isQuotation ? PROSE_CONFIDENCE : rating,
    span: [site.start, site.end],
    why: `a shell would run ${site.program.slice(0, 32)} here`,
  };
}

function rateSite(value: string, site: Command): number {
  const { program } = site;
  // Unix programs are lower case; capitals are initials, brands and shouted words.
  if (/^[A-Z]+$/.test(value.slice(site.start, site.end)) && !WINDOWS_PROGRAMS.has(program)) return 0;
  const isProgram =
    PROGRAMS.has(program) ||
    (site.isPath && /^[\w?*.-]+$/.test(program)) ||
    (site.isDisguised && (SHORT_PROGRAMS.has(program) || WORDY_PROGRAMS.has(program)));
  const isShort = SHORT_PROGRAMS.has(program);
  if (!isProgram && !isShort && !WORDY_PROGRAMS.has(program)) return 0;
  const args = readArguments(program, site.rest);
  if (args === 'prose') return isSensitive(site.rest) ? 0.6 : 0;
  switch (site.separator) {
    case 'start':
      return rateStart(value, site, isProgram ? args : args === 'telling' && !isShort && program !== 'echo' ? 'telling' : args);
    case 'substitution':
      return isProgram || isShort || args === 'telling'
        ? 0.95
        : /^[^\n]{0,64}[)`]/.test(site.rest) || site.rest === ''
          ? 0.91
          : 0.6;
    case 'operator':
      return rateOperator(site, { isProgram, isShort, args });
    case 'line':
      if (isProgram && (site.isGlued || args === 'telling')) return args === 'plain' ? 0.6 : 0.92;
      return (args === 'telling' && site.isGlued) || isSensitive(site.rest)
        ? 0.91
        : isShort && site.isGlued && isFewLines(value)
          ? 0.91
          : 0;
    case 'quote':
      return args === 'telling' && (isProgram || isShort || /[$`]/.test(site.rest)) ? 0.91 : 0;
  }
}

/** At the very start there is no separator to prove intent, so every argument has to be of the telling kind. */
function rateStart(value: string, site: Command, args: Arguments): number {
  if (site.isPath && args === 'none') return /[\s]/.test(value.trim()) ? 0.4 : 0.91;
  // `id|`: nothing but a program and the separator that would cut off what follows.
  const isCutOff = args === 'none' && /^\s{0,4}[|;&]\s{0,4}$/.test(value.slice(site.end));
  if (isCutOff && !WORDY_PROGRAMS.has(site.program)) return 0.9;
  if (args !== 'telling') return site.isDisguised ? 0.9 : 0;
  const isWordy = WORDY_PROGRAMS.has(site.program);
  if (isWordy) return isSensitive(site.rest) || /[$`]|\\|\s\/\w/.test(site.rest) ? 0.91 : 0.3;
  return 0.92;
}

function rateOperator(site: Command, is: { isProgram: boolean; isShort: boolean; args: Arguments }): number {
  if (is.args === 'telling') return is.isProgram || is.isShort ? 0.94 : 0.91;
  if (is.isProgram) return is.args === 'none' || site.isPath ? 0.93 : 0.6;
  if (is.isShort) return is.args === 'none' ? 0.91 : 0.4;
  // `;true`, `|echo`: an everyday word glued to its separator, with nothing after it.
  return is.args === 'none' && site.isGlued ? 0.5 : 0;
}

/** Judges the words up to the next separator: flags, paths, numbers, expansions, or a sentence. */
function readArguments(program: string, rest: string): Arguments {
  const text = rest.trim();
  if (text === '' || /^[)"'\]}#\\]+/.test(text)) return /^["'\\]/.test(text) && text.length > 3 ? 'telling' : 'none';
  // Something is glued to the word: it was no program name (`cat's`, `id=5`, `sort-of`), unless it is an expansion or redirection.
  if (!/^\s/.test(rest) && !/^[$<>{'"\\+]/.test(rest)) return 'prose';
  const words = text.split(/\s+/, 12);
  let plain = 0;
  let telling = 0;
  for (const word of words) {
    if (TELLING_ARGUMENT.test(word)) telling++;
    else if (WORD.test(word)) plain++;
  }
  if (plain >= 3 && program !== 'echo') return 'prose';
  if (program === 'net' && /^(?:user|view|localgroup|share|use|start|accounts)\b/i.test(text)) return 'telling';
  if (telling > 0 && plain <= 1) return 'telling';
  if (telling > 0 && plain < telling) return 'telling';
  return plain === 0 && words.length <= 2 ? 'telling' : plain <= 1 ? 'plain' : 'prose';
}

/** Arguments that nobody quotes in a sentence about something else. */
function isSensitive(rest: string): boolean {
  return /\/etc\/(?:passwd|shadow|group)|\/bin\/(?:ba)?sh|https?:\/\/\d|\b-e\s+\/|\|\s*sh\b|boot\.ini|win\.ini/i.test(rest);
}

function isFewLines(value: string): boolean {
  return value.trim().split(/\r\n|\n|\r|\\n/, 4).length <= 3 && !/[{,]\s*$/.test(value.slice(0, value.search(/[\r\n]/)));
}

/** Counts plain words outside the command, in a bounded window on each side. */
function proseWords(value: string, start: number, end: number): number {
  const outside = `${value.slice(Math.max(0, start - PROSE_SCAN_MAX), start)} ${value.slice(end, end + PROSE_SCAN_MAX)}`;
  let count = 0;
  for (const word of outside.split(/\s+/)) if (word.length > 1 && WORD.test(word)) count++;
  return count;
}
