import type { Evidence, Location } from '../types.ts';
import { isFenced, isListing, isPiece } from './listing.ts';
import { isInRemark, isQuotedCode } from './prose.ts';
import {
  DANGEROUS_FUNCTIONS,
  DANGEROUS_SETTINGS,
  DISTINCT_FUNCTIONS,
  EVERYDAY_FUNCTIONS,
  FUNCTION_FAMILY,
  HARMFUL_FUNCTIONS,
  SETTING_FAMILY,
  SETTINGS,
  SHARED_NAMES,
} from './php-words.ts';

/** A name that is called: where the name begins and where its parenthesis stands. */
export interface Call {
  name: string;
  start: number;
  paren: number;
}

const NAME_LENGTH_MIN = 3;
const NAME_LENGTH_MAX = 40;
/** Blanks and comments between a name and its parenthesis. */
const GAP_LENGTH_MAX = 128;
const FOLDED_LENGTH_MAX = 2_048;
/** An everyday name further in is a word of something longer. */
const EVERYDAY_START_MAX = 64;
const CALL_CONFIDENCE = 0.93;
const LONE_CALL_CONFIDENCE = 0.91;
const QUOTED_CONFIDENCE = 0.4;

/** Every name that is followed by a parenthesis, with blanks and comments of PHP between them allowed. */
export function* calls(value: string): Generator<Call> {
  for (let paren = value.indexOf('('); paren >= 0; paren = value.indexOf('(', paren + 1)) {
    const end = gapStart(value, paren);
    const start = nameStart(value, end);
    if (end - start < NAME_LENGTH_MIN || end - start > NAME_LENGTH_MAX || !mayBeKnown(value, start, end)) continue;
    yield { name: value.slice(start, end).toLowerCase(), start, paren };
  }
}

/** Lengths of the known names by their first letter, as bits: most names of other languages are told apart without being cut out. */
const LENGTHS: readonly number[] = Array.from({ length: 128 }, (_, code) => lengthsOf(String.fromCharCode(code)));

function lengthsOf(letter: string): number {
  let bits = 0;
  for (const names of [DISTINCT_FUNCTIONS, EVERYDAY_FUNCTIONS])
    for (const name of names) if (name.startsWith(letter)) bits |= 1 << (name.length % 32);
  return bits;
}

function mayBeKnown(value: string, start: number, end: number): boolean {
  const bits = LENGTHS[value.charCodeAt(start) | 32] ?? 0;
  if ((bits & (1 << ((end - start) % 32))) !== 0) return true;
  for (let at = start + 1; at < end; at++) if (value.charCodeAt(at) === 95) return true;
  return false;
}

function nameStart(value: string, end: number): number {
  let at = end;
  const first = Math.max(0, end - NAME_LENGTH_MAX - 1);
  while (at > first && isNamePart(value.charCodeAt(at - 1))) at--;
  return at;
}

/** Back over blanks, block comments and line comments; to where it began when nothing of that is there. */
function gapStart(value: string, paren: number): number {
  const first = Math.max(0, paren - GAP_LENGTH_MAX);
  let at = paren;
  while (at > first) {
    const code = value.charCodeAt(at - 1);
    if (code === 32 || code === 9 || code === 10 || code === 13) at--;
    else if (code === 47 && value.charCodeAt(at - 2) === 42) {
      const open = value.slice(first, at - 2).lastIndexOf('/*');
      if (open < 0) return paren;
      at = first + open;
    } else break;
  }
  if (at === paren || !/[\r\n]/.test(value.slice(at, paren))) return at;
  const line = value.slice(first, at);
  const comment = /(?:#|\/\/)[^\r\n]*$/.exec(line.slice(Math.max(line.lastIndexOf('\n'), line.lastIndexOf('\r')) + 1));
  return comment === null ? at : value.slice(0, at - comment[0].length).trimEnd().length;
}

function isNamePart(code: number): boolean {
  const lower = code | 32;
  return (lower >= 97 && lower <= 122) || (code >= 48 && code <= 57) || code === 95;
}

/** A function that only PHP has, called outside a sentence; or an everyday name when the call is all there is. */
export function judgeCalls(value: string, location: Location): Evidence | undefined {
  let isQuotedSeen = false;
  const isShown = isFenced(value) || isListing(value);
  const isProgram = isShown || isPiece(value, location);
  for (const { name, start, paren } of calls(value)) {
    const isDistinct = isDistinctName(name);
    if (!isDistinct && !isEverydayName(name, start)) continue;
    if (isForeign(value, start) || (isProgram && !HARMFUL_FUNCTIONS.test(name))) continue;
    const span = [start, paren + 1] as const;
    if (!isDistinct && (isAside(value, start + name.length, paren) || !isWhole(value, span))) continue;
    if (isQuotedSeen) continue;
    if (isTalkedOf(value, { name, start, paren }, isShown)) {
      isQuotedSeen = true;
      continue;
    }
    const confidence = isDistinct ? CALL_CONFIDENCE : LONE_CALL_CONFIDENCE;
    return { rule: 'code.php-call', confidence, span, why: `${name} is a function of PHP, and it is called` };
  }
  return undefined;
}

/** Functions that tell about the server without being asked anything. */
const TELLING_NAME = /^(?:php|get|sys_|zend|debug|func_get|apache|posix|session_|error_|ob_|ini_)/;
/** `array_map(`, `str_replace()`, `unlink(2)`: a name as manuals print it, in a search box or a question. */
function isMention(value: string, start: number, paren: number): boolean {
  // As the manual spells it: other letters or blanks are there to pass a filter.
  const name = value.slice(start, paren);
  const args = /^\((?:$|\)|[1-8]\)(?!\s{0,4}[;.,)]))/.exec(value.slice(paren, paren + 16));
  if (args === null || !/^[a-z][a-z0-9_]*$/.test(name) || HARMFUL_FUNCTIONS.test(name) || TELLING_NAME.test(name)) return false;
  return !/^\(\s{0,4}\d/.test(args[0]) || !TIMED.has(name);
}
const TIMED = new Set(['sleep', 'usleep', 'chr']);

/** Words of languages that define a function so, or wait for one. */
const FOREIGN_WORD = /(?:^|[^\w$])(?:await|def|fn|func|function|async|sub|yield)\s{1,4}$/;

function isTalkedOf(value: string, { name, start, paren }: Call, isShown: boolean): boolean {
  // Nobody writes a comment between a name and its parenthesis but to part the two for a filter.
  if (value.slice(start + name.length, paren).includes('/*')) return false;
  const span = [start, paren + 1] as const;
  return isShown || isMention(value, start, paren) || isQuotedCode(value, span) || isInRemark(value, span);
}

/** Behind `.`, `$` or `-` it is a method or variable of another language, unless the dot joins strings. */
function isForeign(value: string, start: number): boolean {
  const before = value.charAt(start - 1);
  if (before === '$' || before === '-') return true;
  if (before === ' ' && FOREIGN_WORD.test(value.slice(Math.max(0, start - 12), start))) return true;
  return before === '.' && !/['")\]\s]/.test(value.charAt(start - 2));
}

function isEverydayName(name: string, start: number): boolean {
  return start <= EVERYDAY_START_MAX && EVERYDAY_FUNCTIONS.has(name);
}

function isDistinctName(name: string): boolean {
  if (DISTINCT_FUNCTIONS.has(name)) return true;
  return name.includes('_') && FUNCTION_FAMILY.test(name) && !SHARED_NAMES.has(name);
}

/** `Sleep (8 hours)`, `link(s)`: a remark behind a word, not the arguments of a call. */
function isAside(value: string, end: number, paren: number): boolean {
  const args = value.slice(paren + 1, paren + 8);
  if (/^e?s\)/.test(args)) return true;
  return end < paren && value.slice(end, paren).trim() === '' && !/^\s{0,4}(?:["'$@)`]|$)/.test(args);
}

/** The call begins the value, perhaps behind what closes a string or statement, and nothing but code follows it. */
function isWhole(value: string, [start, end]: readonly [number, number]): boolean {
  if (!/^(?:[\s@;"'`({[=!.}\])]|return\b|echo\b|print\b|[\w-]{1,32}=|\/\*[^*]{0,32}\*\/){0,8}$/.test(value.slice(0, start)))
    return false;
  const rest = value.slice(end, end + FOLDED_LENGTH_MAX);
  const close = rest.lastIndexOf(')');
  if (close < 0) return false;
  return /^[\s;"'`)}\].*/+<>?#=&|-]{0,64}(?:\w{0,16}[\s;)]{0,8})$/.test(rest.slice(close + 1, close + 128));
}

const VARIABLE_GAP = String.raw`(?:\s|\/\*[^*]{0,64}\*\/|(?:#|\/\/)[^\r\n]{0,64}[\r\n]){0,6}`;
/** `$f(1)`, `${'f'}(1)`, `$_[a]{b}(1)`, `$o->$f(1)`: a function chosen by a variable. */
const VARIABLE_CALL = new RegExp(
  String.raw`\$[\s$]{0,8}(?:[A-Za-z_\x80-\xff]\w{0,64}|\{[^{}\r\n]{1,64}\})(?:${VARIABLE_GAP}(?:\[[^\][\r\n]{0,64}\]|\{[^{}\r\n]{0,64}\}|->\s{0,4}\$?\w{1,64})){0,6}${VARIABLE_GAP}\(`,
  'g',
);
/** Methods that frameworks of browsers name with a dollar sign. */
const BROWSER_CALL =
  /^\$(?:tc?|te|n|d|emit|http|set|watch|on|off|once|nextTick|timeout|interval|q|route|router|store|mount|attr|apply|digest|eval|parent|root)\($/;
const BEFORE_CALL = /^(?:[\s@;"'({[=!.,+]|return\b|echo\b|print\b|\$?\w{1,32}\s?=){0,8}$/;
const VARIABLES =
  /\$\{?\s{0,4}(?:_(?:GET|POST|REQUEST|COOKIE|FILES|SERVER|SESSION|ENV)|GLOBALS|HTTP_(?:RAW_POST_DATA|(?:GET|POST|SERVER|COOKIE|ENV|SESSION)_VARS|POST_FILES))\b/i;
/** `${ $a }` and `$ {A}`: PHP evaluates what stands between the braces (templates of other languages allow no blank there). */
const COMPLEX_VARIABLE = /^\s{0,8}\$\s{1,64}\{\s{0,64}[\w$][\w$ ]{0,64}\}\s{0,8}$|\$\s{0,64}\{\s{0,64}\$\w{1,64}\s{0,64}\}/;

/** A statement as the whole value: `$x='sys'.'tem';`, `$x=chr(1).chr(2)`. */
const ASSIGNED_CODE = /^[\s;'"@]{0,8}\$[a-z_]\w{0,32}\s{0,4}\.?=\s{0,4}(?:['"@[]|\w{1,32}\s{0,4}\()[^\n]{0,512}[;.(]/i;

/** Request variables, variables evaluated by name, and functions called through a variable. */
export function judgeVariables(value: string): Evidence | undefined {
  const global = VARIABLES.exec(value);
  if (global !== null) return variableEvidence(value, global, 'a variable of PHP that holds the request');
  for (const match of value.matchAll(VARIABLE_CALL)) {
    // jQuery is a call of `$` itself; names after a dot are methods.
    if (match.index > 128) break;
    if (BROWSER_CALL.test(match[0]) || isNamedMethod(match[0])) continue;
    if (BEFORE_CALL.test(value.slice(0, match.index)) && value.includes(')', match.index))
      return variableEvidence(value, match, 'a function is called through a variable');
  }
  const assigned = ASSIGNED_CODE.exec(value);
  if (assigned !== null) return variableEvidence(value, assigned, 'a statement that fills a variable of PHP');
  const complex = COMPLEX_VARIABLE.exec(value);
  return complex === null ? undefined : variableEvidence(value, complex, 'PHP evaluates what stands between the braces');
}

/** `$user->getName(`: the method is named, not chosen. */
function isNamedMethod(text: string): boolean {
  const name = /^\$\w{1,64}(?:->\w{1,64}){0,4}->(\w{1,64})\s{0,4}\($/.exec(text)?.[1];
  return name !== undefined && !HARMFUL_FUNCTIONS.test(name.toLowerCase());
}

function variableEvidence(value: string, match: RegExpExecArray | RegExpMatchArray, why: string): Evidence {
  const start = match.index ?? 0;
  const span = [start, start + match[0].length] as const;
  const isQuoted = isQuotedCode(value, span) || isListing(value);
  return { rule: 'code.php-variable', confidence: isQuoted ? QUOTED_CONFIDENCE : CALL_CONFIDENCE, span, why };
}

/** What closes an expression and is then called: `("f")(1)`, `'f'(1)`, `[f][0](1)`. */
const CALLED_EXPRESSION = /(?:[)"'}]|[\d\]'"]\s{0,4}\])\s{0,8}(?:\/\*[^*]{0,64}\*\/\s{0,8}|#[^\n]{0,64}\n\s{0,8}){0,4}\(/;

/** Names made of inverted or combined octets: `(~…)(1)`, `("…"^"…")(1)`. */
const MASKED_NAME =
  /\(\s{0,4}~\s{0,4}["']?[^()\w\s]{2,64}["']?\s{0,4}\)\s{0,4}\(|["']\s{0,4}\^\s{0,4}["'][^"']{1,64}["']\s{0,4}\)?\s{0,4}[(;]/;

/** A function whose name is spelled by strings: put together, the letters of the value name it. */
export function judgeSpelledCall(value: string, location: Location): Evidence | undefined {
  if (value.length > FOLDED_LENGTH_MAX || isPiece(value, location)) return undefined;
  const masked = MASKED_NAME.exec(value);
  if (masked !== null) {
    const span = [masked.index, masked.index + masked[0].length] as const;
    return {
      rule: 'code.php-call',
      confidence: 0.93,
      span,
      why: 'the name of a function is hidden by inverting or combining octets',
    };
  }
  const match = CALLED_EXPRESSION.exec(value);
  if (match === null) return undefined;
  const folded = value.replaceAll(/\/\*[^*]{0,64}\*\/|[\s'".+()[\]{}\\]/g, '');
  if (!DANGEROUS_FUNCTIONS.test(folded.toLowerCase())) return undefined;
  // `"System"(R)`: with a capital letter it is a word, unless what is handed over is text or a variable.
  if (!DANGEROUS_FUNCTIONS.test(folded) && !/^\s{0,4}["'$]/.test(value.slice(match.index + match[0].length))) return undefined;
  const span = [match.index, match.index + match[0].length] as const;
  if (isQuotedCode(value, span) || /\w\s+\w+\s+\w+\s+\w+/.test(value)) return undefined;
  return { rule: 'code.php-call', confidence: 0.92, span, why: 'strings spell the name of a function, which is then called' };
}

const ASSIGNMENT = /(?:^|[\s?&;,"'-])(-d\s{0,4})?([a-z][a-z0-9_.]{3,48})\s{0,8}=/gi;
const SETTINGS_MAX = 256;

/** A directive of php.ini that is given a value: in a parameter, or as an option of php-cgi in a query without names. */
export function judgeSettings(text: string, part: 'name' | 'value'): Evidence | undefined {
  if (part === 'name') return judgeSettingName(text);
  let seen = 0;
  for (const match of text.matchAll(ASSIGNMENT)) {
    if (++seen > SETTINGS_MAX) return undefined;
    const name = (match[2] ?? '').toLowerCase();
    const isDangerous = DANGEROUS_SETTINGS.has(name);
    if (!isDangerous && !SETTINGS.has(name) && !SETTING_FAMILY.test(name)) continue;
    const span = [match.index, match.index + match[0].length] as const;
    const isAlone = match.index === 0 || match[1] !== undefined;
    const isQuoted =
      isQuotedCode(text, span) || (!isDangerous && (!isAlone || text.includes('\n') || text.includes('=', span[1])));
    const confidence = isQuoted ? QUOTED_CONFIDENCE : isDangerous ? 0.94 : LONE_CALL_CONFIDENCE;
    return { rule: 'code.php-setting', confidence, span, why: `${name} is a directive of php.ini` };
  }
  return undefined;
}

/** php-cgi reads a query as its command line; a soft hyphen is a hyphen to Windows (CVE-2012-1823, CVE-2024-4577). */
function judgeSettingName(text: string): Evidence | undefined {
  const option = /^[-\u00ad\ufffd\u00c2]{1,2}[dDnsc]\s{0,4}([a-z][\w.]{3,48})/.exec(text);
  const name = (option?.[1] ?? text).toLowerCase();
  const isSetting = DANGEROUS_SETTINGS.has(name) || (option !== null && (SETTINGS.has(name) || SETTING_FAMILY.test(name)));
  if (!isSetting) return undefined;
  const span = [0, text.length] as const;
  return { rule: 'code.php-setting', confidence: 0.95, span, why: `a parameter sets ${name} of php.ini` };
}
