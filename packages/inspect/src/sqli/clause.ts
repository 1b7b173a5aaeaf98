import type { Evidence } from '../types.ts';
import { evidence, readComparison } from './boolean.ts';
import {
  afterGroup,
  isCall,
  isComplete,
  isSolid,
  isWord,
  kindAt,
  readOperand,
  skipCloses,
  skipOpens,
  textAt,
} from './grammar.ts';
import type { Reading } from './quoted.ts';
import { KIND, type Operand, type SqlTokens } from './tokens.ts';
import { IDENTITY_FUNCTIONS, isCatalogueName, isDangerousName, PREFIX_WORDS, SCALAR_FUNCTIONS } from './words.ts';

/** Longest literal before a comment for the value to look like a login name (`admin'--`). */
const TRUNCATED_LENGTH_MAX = 32;
const USER_NAME = /^[\w.@%() -]*$/;
const PLAIN_USER_NAME = /^[a-z]{0,12}$/;
const CALLS_MIN = 2;
const OPENS_MAX = 8;
const ITEMS_MAX = 64;
const GEOMETRIES = new Set([
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
]);
/** Longest comment, marker included, that hides nothing but the application's own rest. */
const SHORT_COMMENT_MAX = 5;

/** Clauses that only a statement has: INTO OUTFILE, WAITFOR DELAY, PROCEDURE ANALYSE, ORDER BY n before a comment. */
export function judgeClause(reading: Reading, at: number): Evidence | undefined {
  const { tokens } = reading;
  const confidence = rateClause(tokens, at);
  if (confidence === 0) return undefined;
  return evidence(tokens, {
    at,
    end: at + 3,
    confidence,
    rule: 'sqli.clause',
    why: `the value goes on with the clause ${textAt(tokens, at).toUpperCase()}`,
  });
}

type RateClause = (tokens: SqlTokens, at: number) => number;

/** One line per clause: what must follow its first word. */
const CLAUSES: ReadonlyMap<string, RateClause> = new Map<string, RateClause>([
  ['into', (t, at) => (isOneOf(t, at + 1, ['outfile', 'dumpfile']) && isSolid(readOperand(t, at + 2).shape) ? 0.96 : 0)],
  ['waitfor', (t, at) => (isOneOf(t, at + 1, ['delay', 'time']) ? (isSolid(readOperand(t, at + 2).shape) ? 0.97 : 0.92) : 0)],
  ['match', (t, at) => (kindAt(t, at + 1) === KIND.open && isWord(t, afterGroup(t, at + 1), 'against') ? 0.9 : 0)],
  ['procedure', (t, at) => (isWord(t, at + 1, 'analyse') && kindAt(t, at + 2) === KIND.open ? 0.96 : 0)],
  ['in', (t, at) => (isWord(t, at + 1, 'boolean') && isWord(t, at + 2, 'mode') && kindAt(t, at + 3) === KIND.close ? 0.95 : 0)],
  ['order', (t, at) => (isWord(t, at + 1, 'by') ? rateOrder(t, at) : 0)],
  ['group', (t, at) => (isWord(t, at + 1, 'by') ? rateOrder(t, at) : 0)],
  ['from', rateFromTail],
  ['as', rateAlias],
  ['having', rateWhere],
  ['where', rateWhere],
  ['case', rateCase],
]);

function rateClause(tokens: SqlTokens, at: number): number {
  return CLAUSES.get(textAt(tokens, at))?.(tokens, at) ?? 0;
}

function isOneOf(tokens: SqlTokens, at: number, words: readonly string[]): boolean {
  return words.includes(textAt(tokens, at));
}

/** `1) FROM users WHERE name='x'`: the value closes what the application opened and names its own table. */
function rateFromTail(tokens: SqlTokens, at: number): number {
  if (kindAt(tokens, at + 1) !== KIND.word || !isWord(tokens, at + 2, 'where') || !isAttachedBefore(tokens, at)) return 0;
  const left = readOperand(tokens, at + 3);
  const comparison = left.shape === 'none' ? undefined : readComparison(tokens, left.end);
  return comparison !== undefined && isSolid(readOperand(tokens, comparison).shape) ? 0.92 : 0;
}

/** `1 AS "x" FROM`, `` ` AS `x` FROM ``: a column is finished and named in quotes. */
function rateAlias(tokens: SqlTokens, at: number): number {
  if (at !== 1 || !isWord(tokens, at + 2, 'from')) return 0;
  const isQuoted =
    kindAt(tokens, at + 1) === KIND.string ||
    (tokens.ends[at + 1] ?? 0) - (tokens.starts[at + 1] ?? 0) > textAt(tokens, at + 1).length;
  const isColumn = kindAt(tokens, 0) === KIND.number || kindAt(tokens, 0) === KIND.string || kindAt(tokens, 0) === KIND.close;
  return isColumn && isQuoted ? 0.91 : 0;
}

function rateCase(tokens: SqlTokens, at: number): number {
  if (!isWord(tokens, at + 1, 'when') || !isSolid(readOperand(tokens, at + 2).shape)) return 0;
  return isWord(tokens, readOperand(tokens, at).end - 1, 'end') ? 0.93 : 0;
}

/** `1 ORDER BY 5--` counts columns; it needs an operand that is nothing else before it and an end after it. */
function rateOrder(tokens: SqlTokens, at: number): number {
  let operand = readOperand(tokens, at + 2);
  for (let items = 1; items < ITEMS_MAX && kindAt(tokens, operand.end) === KIND.comma; items++)
    operand = readOperand(tokens, operand.end + 1);
  if (!isSolid(operand.shape)) return 0;
  if (at === 0) return kindAt(tokens, operand.end) === KIND.comment ? 0.9 : 0.3;
  let before = at - 1;
  while (before > 0 && kindAt(tokens, before) === KIND.close) before--;
  const isAttached = kindAt(tokens, before) === KIND.string || kindAt(tokens, before) === KIND.number;
  const next = kindAt(tokens, skipCloses(tokens, operand.end));
  if (next === KIND.comment) return isAttached ? 0.94 : 0.6;
  return isAttached && before <= 2 && next === KIND.end ? 0.9 : 0.3;
}

/** `1') WHERE 5=5`: the value closes what the application opened and brings its own condition. */
function rateWhere(tokens: SqlTokens, at: number): number {
  const left = readOperand(tokens, at + 1);
  const comparison = readComparison(tokens, left.end);
  if (comparison === undefined || !isSolid(left.shape)) return 0;
  const right = readOperand(tokens, comparison);
  if (!isSolid(right.shape)) return 0;
  const isConstant = left.shape === 'literal' && right.shape === 'literal';
  if (!isConstant && left.shape !== 'subquery' && right.shape !== 'subquery' && !isAttachedBefore(tokens, at)) return 0.4;
  return isComplete(tokens, right.end) ? 0.95 : 0.6;
}

/** True when a closed literal or a closing parenthesis stands before `at`, with at most an alias between. */
function isAttachedBefore(tokens: SqlTokens, at: number): boolean {
  const before = isWord(tokens, at - 2, 'as') ? at - 3 : at - 1;
  return (
    kindAt(tokens, before) === KIND.string ||
    kindAt(tokens, before) === KIND.close ||
    (before === 0 && kindAt(tokens, 0) === KIND.number)
  );
}

/** Calls that delay, leak or run commands; identity functions and concatenated char codes where a value belongs. */
export function judgeCall(reading: Reading, at: number): Evidence | undefined {
  const { tokens } = reading;
  const kind = kindAt(tokens, at);
  if (kind === KIND.variable) return judgeVariable(tokens, at);
  if (kind !== KIND.word) return undefined;
  const name = textAt(tokens, at);
  const isDangerous = isDangerousName(name);
  const isCalled = kindAt(tokens, at + 1) === KIND.open;
  const confidence = isDangerous
    ? rateDangerous(tokens, at)
    : isCalled && (SCALAR_FUNCTIONS.has(name) || IDENTITY_FUNCTIONS.has(name)) && isCall(tokens, at)
      ? rateScalar(tokens, at)
      : rateCatalogue(tokens, at);
  if (confidence === 0) return undefined;
  return evidence(tokens, { at, end: at + 2, confidence, rule: 'sqli.function', why: `the database's own ${name} is used` });
}

/** A dangerous call counts fully when it is the value, or when code surrounds it; in a sentence it is only a mention. */
function rateDangerous(tokens: SqlTokens, at: number): number {
  if (kindAt(tokens, at + 1) !== KIND.open) {
    const isExecuted = isWord(tokens, at - 1, 'exec') || isWord(tokens, at - 1, 'execute');
    return isExecuted ? 0.95 : textAt(tokens, at).includes('xp_') ? 0.6 : 0;
  }
  const isGlued = tokens.ends[at] === tokens.starts[at + 1];
  if (!isGlued && kindAt(tokens, at - 1) === KIND.word) return 0.2;
  if (isGeometry(tokens, at)) return 0;
  const argument = readOperand(tokens, at + 2);
  if (argument.shape === 'none' || argument.shape === 'name') return 0.3;
  // `sleep(8 hours)`: an argument ends where a list or an expression goes on.
  const after = kindAt(tokens, argument.end);
  if (after === KIND.word && !isWord(tokens, argument.end, 'from') && !isComplete(tokens, argument.end)) return 0.3;
  return isSelected(tokens, at) || isCodeAround(tokens, at, afterGroup(tokens, at + 1)) ? 0.94 : 0.5;
}

/** `POLYGON((30 10, 40 40))`: a shape as maps exchange it (OGC 06-103r4, well-known text), with coordinates and no query. */
function isGeometry(tokens: SqlTokens, at: number): boolean {
  if (!GEOMETRIES.has(textAt(tokens, at))) return false;
  const first = skipOpens(tokens, at + 1);
  const inner = isWord(tokens, first, '-') ? first + 1 : first;
  return kindAt(tokens, inner) === KIND.number || GEOMETRIES.has(textAt(tokens, inner));
}

/** `select(sleep(5))`, `select((sleep(5)))`: nothing but parentheses between the word and the call. */
function isSelected(tokens: SqlTokens, at: number): boolean {
  let before = at - 1;
  while (before > at - OPENS_MAX && kindAt(tokens, before) === KIND.open) before--;
  return before < at - 1 && isWord(tokens, before, 'select') && kindAt(tokens, before - 1) === KIND.open;
}

/** True when both neighbours of a call are ones that SQL, not prose, puts there. */
function isCodeAround(tokens: SqlTokens, start: number, end: number): boolean {
  const before = start === 0 ? KIND.end : kindAt(tokens, start - 1);
  const beforeWord = textAt(tokens, start - 1);
  const opens =
    before === KIND.end || before === KIND.operator || before === KIND.logic || before === KIND.compare || before === KIND.open;
  const isListed =
    before === KIND.comma || before === KIND.semicolon || ['select', 'from', 'rlike', 'by', 'then', 'when'].includes(beforeWord);
  const after = kindAt(tokens, end);
  const goesOn = after === KIND.operator || after === KIND.compare || after === KIND.comma || isComplete(tokens, end);
  return (opens || isListed) && goesOn;
}

/** Ordinary functions count when nested in each other or chained the way exfiltration needs: CHAR(..)+CHAR(..), ASCII(SUBSTRING(..)). */
function rateScalar(tokens: SqlTokens, at: number): number {
  const name = textAt(tokens, at);
  const end = afterGroup(tokens, at + 1);
  if (IDENTITY_FUNCTIONS.has(name) && end === at + 3) return isOperatorBefore(tokens, at) ? 0.6 : 0.3;
  const inner = at + 2;
  if (!isSolid(readOperand(tokens, inner).shape)) return 0;
  const telling = rateTelling(tokens, name, at);
  if (telling > 0) return telling;
  if (!isScalarCall(tokens, inner)) return 0;
  return isCodeAround(tokens, at, end) ? 0.9 : 0.5;
}

/** Functions whose first argument says enough. */
function rateTelling(tokens: SqlTokens, name: string, at: number): number {
  switch (name) {
    case 'if':
    case 'iif':
      return isConstantChoice(tokens, at + 2) ? 0.93 : 0;
    case 'char':
    case 'chr':
      return countChars(tokens, at) >= CALLS_MIN ? 0.94 : 0.4;
    case 'concat':
      return kindAt(tokens, at + 2) === KIND.number ? 0.9 : 0;
    case 'exp':
      return isWord(tokens, at + 2, '~') ? 0.94 : 0;
    default:
      return 0;
  }
}

/** `IIF(1=1, ..)`: a choice whose condition compares constants or calls. */
function isConstantChoice(tokens: SqlTokens, at: number): boolean {
  const start = skipOpens(tokens, at);
  const left = readOperand(tokens, start);
  const comparison = isSolid(left.shape) ? readComparison(tokens, left.end) : undefined;
  if (comparison === undefined) return false;
  const right = readOperand(tokens, comparison);
  return isSolid(right.shape) && kindAt(tokens, skipCloses(tokens, right.end)) === KIND.comma;
}

function isScalarCall(tokens: SqlTokens, at: number): boolean {
  return kindAt(tokens, at + 1) === KIND.open && SCALAR_FUNCTIONS.has(textAt(tokens, at)) && isCall(tokens, at);
}

function isOperatorBefore(tokens: SqlTokens, at: number): boolean {
  const before = kindAt(tokens, at - 1);
  return before === KIND.operator || before === KIND.compare || before === KIND.comma || before === KIND.logic;
}

/** Number of CHAR or CHR calls joined by `+` or `||` from `at` on, up to what decides. */
function countChars(tokens: SqlTokens, at: number): number {
  let count = 0;
  let next = at;
  while (
    count < CALLS_MIN &&
    (isWord(tokens, next, 'char') || isWord(tokens, next, 'chr')) &&
    kindAt(tokens, next + 1) === KIND.open
  ) {
    count++;
    next = afterGroup(tokens, next + 1) + 1;
  }
  return count;
}

function rateCatalogue(tokens: SqlTokens, at: number): number {
  const text = textAt(tokens, at);
  return isWord(tokens, at - 1, 'from') && text.length > 5 && isCatalogueName(text) ? 0.9 : 0;
}

/** `@@version` and its kin are read by nobody but a database client. */
function judgeVariable(tokens: SqlTokens, at: number): Evidence | undefined {
  const text = textAt(tokens, at);
  if (!text.startsWith('@@') || text.length < 4) return undefined;
  const isAlone = at === 0 && isComplete(tokens, at + 1);
  const before = kindAt(tokens, at - 1);
  const isOperand =
    before === KIND.operator ||
    before === KIND.compare ||
    before === KIND.comma ||
    before === KIND.logic ||
    isWord(tokens, at - 1, 'select');
  const confidence = isAlone || isOperand ? 0.91 : 0.4;
  return evidence(tokens, {
    at,
    end: at + 1,
    confidence,
    rule: 'sqli.function',
    why: 'a server variable of the database is read',
  });
}

/** `admin'--`, `x')#`: the rest of the statement is commented away right after the literal closes. */
export function judgeTruncation(reading: Reading): Evidence | undefined {
  const { tokens, context, value } = reading;
  if (context === 'bare' || kindAt(tokens, 0) !== KIND.string) return undefined;
  const at = skipCloses(tokens, 1);
  if (kindAt(tokens, at) !== KIND.comment || (tokens.ends[0] ?? 0) > TRUNCATED_LENGTH_MAX) return undefined;
  const prefix = value.slice(0, (tokens.ends[0] ?? 1) - 1);
  const comment = value.slice(tokens.starts[at], tokens.ends[at]);
  const isShort = comment.replace(/^(?:--|#|\/\*)/, '').trim().length <= 2;
  const isHash = comment.startsWith('#');
  const isName = isHash && at === 1 ? PLAIN_USER_NAME.test(prefix) : USER_NAME.test(prefix);
  const confidence = isShort && isName ? 0.91 : 0.3;
  return evidence(tokens, {
    at: 0,
    end: at + 1,
    confidence,
    rule: 'sqli.comment',
    why: 'the value closes a literal and comments out the rest',
  });
}

/** The whole value is one expression, cut off by a comment: `( BINARY COS('b') ) --`. */
export function judgeCutExpression(reading: Reading): Evidence | undefined {
  const { tokens } = reading;
  const operand = readOperand(tokens, 0);
  if (operand.shape === 'none' || operand.shape === 'name') return undefined;
  const comparison = readComparison(tokens, operand.end);
  const right = comparison === undefined ? operand : readOperand(tokens, comparison);
  const next = skipCloses(tokens, right.end);
  if (!isSolid(right.shape) || kindAt(tokens, next) !== KIND.comment || kindAt(tokens, next + 1) !== KIND.end) return undefined;
  const isShort = (tokens.ends[next] ?? 0) - (tokens.starts[next] ?? 0) <= SHORT_COMMENT_MAX;
  if (!isShort && isCommentedCall(tokens, operand)) return undefined;
  const isJoined = operand.isCompound || comparison !== undefined;
  if (isPlainValue(tokens, operand) && !(isShort && isJoined)) return undefined;
  const why = 'an expression is followed by a comment that hides the rest';
  return evidence(tokens, { at: 0, end: next + 1, confidence: 0.9, rule: 'sqli.comment', why });
}

/** `list(APPEND name) # why`: scripts comment their calls as well; only functions that databases know count. */
function isCommentedCall(tokens: SqlTokens, operand: Operand): boolean {
  if (operand.shape !== 'call' || kindAt(tokens, 0) !== KIND.word) return false;
  const name = textAt(tokens, 0);
  if (name === 'if') return true;
  return !SCALAR_FUNCTIONS.has(name) && !isDangerousName(name) && name !== 'case' && !PREFIX_WORDS.has(name);
}

/** A constant, or parentheses around words: nothing that has to be computed. */
function isPlainValue(tokens: SqlTokens, operand: Operand): boolean {
  if (operand.shape === 'literal') return true;
  return operand.shape === 'group' && !hasCode(tokens, operand.end) && !isSolid(readOperand(tokens, 1).shape);
}

/** True when the first group holds a call, a variable or joined operands instead of words. */
function hasCode(tokens: SqlTokens, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const kind = kindAt(tokens, i);
    if (kind === KIND.variable || kind === KIND.logic || kind === KIND.compare) return true;
    if (kind === KIND.word && kindAt(tokens, i + 1) === KIND.open && isCall(tokens, i)) return true;
  }
  return false;
}
