import type { Evidence } from '../types.ts';
import { evidence, readComparison } from './boolean.ts';
import { afterGroup, isComplete, isSolid, isWord, kindAt, readOperand, skipCloses, skipOpens, textAt } from './grammar.ts';
import { opensQuote, type Reading } from './quoted.ts';
import { KIND, type SqlTokens } from './tokens.ts';
import { IDENTITY_FUNCTIONS, isCatalogueName, isDangerousName } from './words.ts';

/** How surely the tokens at a place are a select list: `firm` has literals, calls or `*`; `loose` is only names. */
type ListShape = 'none' | 'loose' | 'firm';

const LIST_ITEMS_MAX = 64;
/** Tokens between the words of one statement's head. */
const WORDS_BETWEEN_MAX = 8;
const SELECT_OPTIONS = new Set([
  'all',
  'distinct',
  'distinctrow',
  'top',
  'sql_calc_found_rows',
  'high_priority',
  'straight_join',
  'sql_no_cache',
]);
const DROPPED_OBJECTS = new Set([
  'table',
  'database',
  'function',
  'procedure',
  'user',
  'view',
  'index',
  'schema',
  'login',
  'trigger',
  'role',
  'temporary',
  'or',
  'unique',
]);

/** Reads the list after SELECT, up to FROM or a complete end. */
function readList(tokens: SqlTokens, start: number): { shape: ListShape; end: number } {
  let at = skipOptions(tokens, start);
  let isFirm = false;
  for (let items = 0; items < LIST_ITEMS_MAX; items++) {
    if (isWord(tokens, at, '*')) {
      isFirm = true;
      at++;
    } else {
      const operand = readOperand(tokens, at);
      if (operand.shape === 'none') return { shape: items > 0 && isFirm ? 'firm' : 'none', end: at };
      isFirm ||= isSolid(operand.shape) || operand.isCompound;
      at = skipTail(tokens, operand.end);
    }
    if (kindAt(tokens, at) !== KIND.comma) break;
    isFirm ||= items > 0;
    at++;
  }
  return { shape: isFirm ? 'firm' : 'loose', end: at };
}

/** Steps over ALL, DISTINCT, TOP 5, TOP (5) and their like. */
function skipOptions(tokens: SqlTokens, start: number): number {
  let at = start;
  while (SELECT_OPTIONS.has(textAt(tokens, at))) {
    const isTop = isWord(tokens, at, 'top');
    at++;
    if (isTop && kindAt(tokens, at) === KIND.number) at++;
    else if (isTop && kindAt(tokens, at) === KIND.open) at = afterGroup(tokens, at);
  }
  return at;
}

/** Steps over a comparison or an alias that may follow a list item. */
function skipTail(tokens: SqlTokens, start: number): number {
  let at = start;
  while (kindAt(tokens, at) === KIND.compare || kindAt(tokens, at) === KIND.logic) {
    const operand = readOperand(tokens, at + 1);
    if (operand.shape === 'none') return at;
    at = operand.end;
  }
  if (isWord(tokens, at, 'as')) return at + 2;
  return at;
}

/** Confidence that SELECT at `at` is a query and not a word of prose. */
function rateSelect(tokens: SqlTokens, at: number): number {
  const list = readList(tokens, at + 1);
  if (list.shape === 'none') return 0;
  if (isWord(tokens, list.end, 'from')) return rateFrom(tokens, list.end + 1, list.shape);
  if (isWord(tokens, list.end, 'into')) return 0.93;
  if (list.shape === 'firm') return isComplete(tokens, list.end) ? 0.93 : 0.6;
  return isAskedName(tokens, at, list.end) ? 0.91 : 0.2;
}

/** `=(select user)`, `(select version)`: one name that only a database answers, between parentheses where an operand stands. */
function isAskedName(tokens: SqlTokens, at: number, end: number): boolean {
  if (end !== at + 2 || kindAt(tokens, end) !== KIND.close || kindAt(tokens, at - 1) !== KIND.open) return false;
  const before = kindAt(tokens, at - 2);
  const isOperand = before === KIND.compare || before === KIND.operator || before === KIND.comma || before === KIND.open;
  return isOperand && IDENTITY_FUNCTIONS.has(textAt(tokens, at + 1));
}

/** FROM needs a table and after it something that SQL allows there; prose goes on with more words. */
function rateFrom(tokens: SqlTokens, at: number, shape: ListShape): number {
  const table = skipOpens(tokens, at);
  const kind = kindAt(tokens, table);
  if (kind === KIND.end || kind === KIND.string) return shape === 'firm' ? 0.9 : 0.3;
  if (table > at && isWord(tokens, table, 'select')) return 0.95;
  if (isCatalogueName(textAt(tokens, table))) return 0.97;
  return kind === KIND.word ? rateTable(tokens, table, shape) : 0;
}

function rateTable(tokens: SqlTokens, table: number, shape: ListShape): number {
  let next = table + 1;
  if (kindAt(tokens, next) === KIND.open) next = afterGroup(tokens, next);
  if (isWord(tokens, next, 'as')) next++;
  const isAliased = kindAt(tokens, next) === KIND.word && !isComplete(tokens, next);
  if (isAliased) next++;
  // A query in parentheses ends with them, whatever follows.
  if (shape === 'firm' && kindAt(tokens, next) === KIND.close) return 0.94;
  // "select x from y where" is a sentence about SQL until a condition follows.
  if (isWord(tokens, next, 'where') && readOperand(tokens, next + 1).shape === 'none') return 0.4;
  if (kindAt(tokens, next) !== KIND.comma && !isComplete(tokens, next)) return 0.3;
  if (shape === 'firm') return 0.94;
  return isAliased ? 0.5 : 0.9;
}

const SET_OPERATORS = new Set(['union', 'intersect', 'except', 'minus']);
const SET_QUANTIFIERS = new Set(['all', 'distinct', 'distinctrow']);

/** `UNION [ALL] [(] SELECT list`: a second result set in place of the first. */
export function judgeUnion(reading: Reading, at: number): Evidence | undefined {
  const { tokens } = reading;
  if (!SET_OPERATORS.has(textAt(tokens, at))) return undefined;
  let next = at + 1;
  while (SET_QUANTIFIERS.has(textAt(tokens, next))) next++;
  const hasQuantifier = next > at + 1;
  // A sign before the second query is legal in MySQL and splits the words for a pattern.
  while (kindAt(tokens, next) === KIND.operator) next++;
  const start = skipOpens(tokens, next);
  const confidence = isWord(tokens, start, 'select')
    ? rateUnion(tokens, at, start)
    : rateBareUnion(tokens, { at, start, hasQuantifier });
  return confidence === 0 ? undefined : found(tokens, { at, end: start + 2, confidence });
}

function rateUnion(tokens: SqlTokens, at: number, start: number): number {
  const isAttached = at === 0 || kindAt(tokens, at - 1) !== KIND.word;
  const list = readList(tokens, start + 1);
  if (list.shape === 'none') return rateUnfinished(tokens, { at, start, isAttached });
  const select = rateSelect(tokens, start);
  if (list.shape === 'loose' && !isAttached) return Math.max(0.4, select);
  return list.shape === 'firm' || select >= 0.5 || isComplete(tokens, list.end) ? 0.96 : 0.6;
}

/** UNION SELECT without a list: cut off by a comment, or a probe whose list is to come. */
function rateUnfinished(tokens: SqlTokens, union: { at: number; start: number; isAttached: boolean }): number {
  const { at, start, isAttached } = union;
  if (isAttached && isComplete(tokens, start + 1)) return 0.9;
  const isAll = start > at + 1 && SET_QUANTIFIERS.has(textAt(tokens, at + 1));
  if (isAll && kindAt(tokens, start + 1) === KIND.comment) return 0.92;
  return kindAt(tokens, at - 1) === KIND.string && kindAt(tokens, start + 1) === KIND.operator ? 0.91 : 0;
}

/** UNION without SELECT: a row constructor, or a probe whose rest is cut off by comments. */
function rateBareUnion(tokens: SqlTokens, union: { at: number; start: number; hasQuantifier: boolean }): number {
  const next = kindAt(tokens, union.start);
  if (isWord(tokens, union.start, 'table'))
    return kindAt(tokens, union.at - 1) !== KIND.word && isComplete(tokens, union.start + 2) ? 0.93 : 0;
  if (isWord(tokens, union.start, 'values')) return kindAt(tokens, union.start + 1) === KIND.open ? 0.95 : 0;
  if (next !== KIND.end && next !== KIND.comment) return 0;
  if (isProbedNumber(tokens, union.at)) return 0.9;
  return kindAt(tokens, union.at - 1) === KIND.comment || (union.hasQuantifier && next === KIND.comment) ? 0.9 : 0;
}

/** `-1/1/**\/union`: nothing but arithmetic on numbers before the word, and a comment or nothing after it. */
function isProbedNumber(tokens: SqlTokens, at: number): boolean {
  const operand = readOperand(tokens, 0);
  return operand.shape === 'literal' && operand.isCompound && operand.end === at && kindAt(tokens, at - 1) === KIND.number;
}

function found(tokens: SqlTokens, range: { at: number; end: number; confidence: number }): Evidence {
  return evidence(tokens, { ...range, rule: 'sqli.union', why: 'UNION adds a second query to the statement' });
}

/** `(SELECT list ..)` where an operand may stand. */
export function judgeSubquery(reading: Reading, at: number): Evidence | undefined {
  const { tokens } = reading;
  if (!isWord(tokens, at, 'select') || at === 0 || kindAt(tokens, at - 1) !== KIND.open) return undefined;
  const confidence = rateSelect(tokens, at);
  if (confidence === 0) return undefined;
  return evidence(tokens, {
    at: at - 1,
    end: at + 2,
    confidence,
    rule: 'sqli.subquery',
    why: 'a query in parentheses stands where a value belongs',
  });
}

/** A statement of its own: after a semicolon, or as the whole value. */
export function judgeStatement(reading: Reading, at: number): Evidence | undefined {
  const { tokens } = reading;
  const isStacked = kindAt(tokens, at - 1) === KIND.semicolon;
  // `' DELETE FROM users`: what follows the literal the value closed can be a statement as well.
  const isAfterLiteral = at === 1 && reading.context !== 'bare' && kindAt(tokens, 0) === KIND.string;
  if (!isStacked && !isAfterLiteral && at !== 0) return undefined;
  if (isAfterLiteral && (isQuotedSelect(tokens, at) || opensQuote(reading))) return undefined;
  const start = skipOpens(tokens, at);
  const confidence = Math.max(rateStatement(tokens, start), isStacked ? rateShortSelect(reading, start) : 0);
  if (confidence === 0) return undefined;
  const why = isStacked || isAfterLiteral ? 'a second statement follows' : 'the value is a statement';
  return evidence(tokens, {
    at: start,
    end: start + 3,
    confidence,
    rule: isStacked || isAfterLiteral ? 'sqli.stacked' : 'sqli.statement',
    why,
  });
}

/** `';select p`: right behind the closed literal even one name is a query. */
function rateShortSelect({ tokens, context }: Reading, at: number): number {
  const isBroken = context !== 'bare' && at === 2 && kindAt(tokens, 0) === KIND.string && tokens.ends[0] === tokens.starts[1];
  return isBroken && isWord(tokens, at, 'select') && kindAt(tokens, at + 2) === KIND.end ? 0.9 : 0;
}

/** `tea & "select" cups`: the word between quotes and text to the end is emphasis; as SQL it would only name a constant. */
function isQuotedSelect(tokens: SqlTokens, at: number): boolean {
  if (!isWord(tokens, at, 'select') || kindAt(tokens, at + 1) !== KIND.string) return false;
  return kindAt(tokens, at + 2) === KIND.end || tokens.ends[at] === tokens.starts[at + 1];
}

type RateStatement = (tokens: SqlTokens, at: number) => number;

/** One line per verb: what must follow it for the words to be SQL. */
const STATEMENTS: ReadonlyMap<string, RateStatement> = new Map<string, RateStatement>([
  ['select', rateSelect],
  ['insert', (t, at) => (isWord(t, at + 1, 'into') && kindAt(t, at + 2) === KIND.word && startsValues(t, at + 3) ? 0.94 : 0)],
  ['replace', (t, at) => (isWord(t, at + 1, 'into') && startsValues(t, at + 3) ? 0.94 : 0)],
  ['update', (t, at) => (isWord(t, at + 2, 'set') && kindAt(t, at + 4) === KIND.compare ? 0.95 : 0)],
  ['delete', rateDelete],
  ['drop', rateDrop],
  ['create', rateDrop],
  ['alter', rateAlter],
  ['truncate', (t, at) => (isWord(t, at + 1, 'table') && isComplete(t, at + 3) ? 0.95 : 0)],
  ['exec', rateExec],
  ['execute', rateExec],
  ['shutdown', (t, at) => (isComplete(t, at + 1) || isWord(t, at + 1, 'with') ? 0.91 : 0)],
  [
    'declare',
    (t, at) =>
      kindAt(t, at + 1) === KIND.variable || (kindAt(t, at + 2) === KIND.word && isWord(t, at + 2, 'varchar')) ? 0.95 : 0,
  ],
  ['set', (t, at) => (kindAt(t, at + 1) === KIND.variable && kindAt(t, at + 2) === KIND.compare ? 0.95 : 0)],
  ['begin', (t, at) => (isDangerousName(textAt(t, at + 1)) || STATEMENTS.has(textAt(t, at + 1)) ? 0.95 : 0)],
  ['call', (t, at) => (isGluedCall(t, at + 1) && isComplete(t, afterGroup(t, at + 2)) ? 0.93 : 0)],
  ['do', rateDo],
  ['prepare', (t, at) => (isWord(t, at + 2, 'from') && isSolid(readOperand(t, at + 3).shape) ? 0.94 : 0)],
  ['merge', (t, at) => (isWord(t, at + 1, 'into') && hasWordWithin(t, at + 2, 'using') ? 0.94 : 0)],
  ['backup', (t, at) => (isWord(t, at + 1, 'database') && hasWordWithin(t, at + 2, 'to') ? 0.94 : 0)],
  ['reconfigure', (t, at) => (at > 0 && isComplete(t, at + 1) ? 0.9 : 0)],
  ['waitfor', (t, at) => (isWord(t, at + 1, 'delay') || isWord(t, at + 1, 'time') ? 0.95 : 0)],
  ['grant', rateGrant],
  [
    'load',
    (t, at) =>
      (isWord(t, at + 1, 'data') || isWord(t, at + 1, 'xml')) && (isWord(t, at + 2, 'infile') || isWord(t, at + 3, 'infile'))
        ? 0.95
        : 0,
  ],
  ['copy', rateCopy],
  ['if', rateIf],
  ['iif', (t, at) => (kindAt(t, at + 1) === KIND.open && rateCondition(t, at + 2) ? 0.92 : 0)],
  ['attach', (t, at) => (isWord(t, at + 1, 'database') && kindAt(t, at + 2) === KIND.string ? 0.95 : 0)],
  ['handler', (t, at) => (isWord(t, at + 2, 'open') || isWord(t, at + 2, 'read') ? 0.93 : 0)],
  [
    'use',
    (t, at) =>
      kindAt(t, at + 1) === KIND.word &&
      kindAt(t, at + 2) === KIND.semicolon &&
      !isWord(t, at + 3, 'use') &&
      rateStatement(t, at + 3) > 0
        ? 0.92
        : 0,
  ],
]);

function rateStatement(tokens: SqlTokens, at: number): number {
  return STATEMENTS.get(textAt(tokens, at))?.(tokens, at) ?? 0;
}

/** `IF (1=1) SELECT ..`, `IF 1=1 THEN ..`, `IF(1=1, a, b)`: without its outcome it is the `if` of any language. */
function rateIf(tokens: SqlTokens, at: number): number {
  const start = skipOpens(tokens, at + 1);
  const left = readOperand(tokens, start);
  const comparison = isSolid(left.shape) ? readComparison(tokens, left.end) : undefined;
  if (comparison === undefined) return left.shape === 'call' && startsOutcome(tokens, skipCloses(tokens, left.end)) ? 0.9 : 0;
  const right = readOperand(tokens, comparison);
  const next = skipCloses(tokens, right.end);
  if (startsOutcome(tokens, next) || (kindAt(tokens, right.end) === KIND.comma && start > at + 1)) return 0.92;
  return left.shape === 'literal' && right.shape === 'literal' && isComplete(tokens, right.end) ? 0.91 : 0;
}

/** What follows the condition of T-SQL, PL/SQL and procedural MySQL; `else` and `begin` alone belong to many languages. */
function startsOutcome(tokens: SqlTokens, at: number): boolean {
  const word = textAt(tokens, at);
  if (word === 'then') return isSolid(readOperand(tokens, at + 1).shape) || STATEMENTS.has(textAt(tokens, at + 1));
  return word !== 'if' && word !== 'do' && word !== 'use' && word !== 'call' && rateStatement(tokens, at) > 0;
}

/** A name with its parenthesis right behind it: "call me (maybe)" has a blank. */
function isGluedCall(tokens: SqlTokens, at: number): boolean {
  return (
    kindAt(tokens, at) === KIND.word &&
    kindAt(tokens, at + 1) === KIND.open &&
    tokens.ends[at] === tokens.starts[at + 1] &&
    !tokens.isBracketed(at)
  );
}

/** `DO sleep(5)`, `DO $$ begin .. end $$`: an expression run for its effect, or an anonymous block. */
function rateDo(tokens: SqlTokens, at: number): number {
  if (kindAt(tokens, at + 1) === KIND.string) return at > 0 && isComplete(tokens, at + 2) ? 0.92 : 0;
  if (isGluedCall(tokens, at + 1)) return 0.92;
  return kindAt(tokens, at + 1) === KIND.open && isSolid(readOperand(tokens, at + 2).shape) ? 0.92 : 0;
}

function rateGrant(tokens: SqlTokens, at: number): number {
  if (hasWordWithin(tokens, at + 2, 'on') && hasWordWithin(tokens, at + 4, 'to')) return 0.92;
  return isWord(tokens, at + 2, 'to') && isComplete(tokens, at + 4) && at > 0 ? 0.9 : 0;
}

/** `COPY t FROM PROGRAM '..'`, `COPY (SELECT ..) TO '..'`: files and commands of the server. */
function rateCopy(tokens: SqlTokens, at: number): number {
  const source = kindAt(tokens, at + 1) === KIND.open ? afterGroup(tokens, at + 1) : at + 2;
  if (!isWord(tokens, source, 'from') && !isWord(tokens, source, 'to')) return 0;
  if (isWord(tokens, source + 1, 'program') && kindAt(tokens, source + 2) === KIND.string) return 0.95;
  return at > 0 && kindAt(tokens, source + 1) === KIND.string ? 0.93 : 0;
}

/** True when the word comes among the next few tokens. */
function hasWordWithin(tokens: SqlTokens, at: number, word: string): boolean {
  for (let i = at; i < at + WORDS_BETWEEN_MAX; i++) if (isWord(tokens, i, word)) return true;
  return false;
}

function startsValues(tokens: SqlTokens, at: number): boolean {
  const word = textAt(tokens, at);
  return word === 'values' || word === 'select' || word === 'set' || kindAt(tokens, at) === KIND.open;
}

function rateCondition(tokens: SqlTokens, at: number): boolean {
  const operand = readOperand(tokens, skipOpens(tokens, at));
  return isSolid(operand.shape) && kindAt(tokens, operand.end) === KIND.compare;
}

function rateDelete(tokens: SqlTokens, at: number): number {
  let next = at + 1;
  while (isWord(tokens, next, 'low_priority') || isWord(tokens, next, 'quick') || isWord(tokens, next, 'ignore')) next++;
  if (!isWord(tokens, next, 'from') || kindAt(tokens, next + 1) !== KIND.word) return 0;
  const isBare = kindAt(tokens, next + 2) === KIND.end && at === 0;
  return isComplete(tokens, next + 2) && !isBare ? 0.94 : 0;
}

function rateDrop(tokens: SqlTokens, at: number): number {
  // `;DROP members --`: without the kind of object only the comment shows that this was meant as SQL.
  const afterName = kindAt(tokens, at + 2) === KIND.semicolon ? at + 3 : at + 2;
  if (isWord(tokens, at, 'drop') && kindAt(tokens, at + 1) === KIND.word && kindAt(tokens, afterName) === KIND.comment)
    return 0.9;
  if (!DROPPED_OBJECTS.has(textAt(tokens, at + 1)) || kindAt(tokens, at + 2) !== KIND.word) return 0;
  const isConditional = isWord(tokens, at + 2, 'if');
  const next = isConditional ? at + 5 : at + 3;
  if (isWord(tokens, at + 1, 'user') && ['identified', 'with', 'password'].includes(textAt(tokens, next))) return 0.94;
  const opens = kindAt(tokens, next) === KIND.open && isWord(tokens, at, 'create');
  return isComplete(tokens, next) || kindAt(tokens, next) === KIND.comma || opens ? 0.94 : 0.3;
}

function rateAlter(tokens: SqlTokens, at: number): number {
  const object = textAt(tokens, at + 1);
  if (object !== 'table' && object !== 'database' && object !== 'user' && object !== 'login' && object !== 'role') return 0;
  const verb = textAt(tokens, at + 3);
  return ['add', 'drop', 'rename', 'modify', 'change', 'alter', 'with', 'set', 'owner', 'identified', 'password'].includes(verb)
    ? 0.93
    : 0;
}

function rateExec(tokens: SqlTokens, at: number): number {
  const kind = kindAt(tokens, at + 1);
  if (kind === KIND.open || kind === KIND.variable) return isSolid(readOperand(tokens, at + 1).shape) && at > 0 ? 0.93 : 0.5;
  if (isDangerousName(textAt(tokens, at + 1))) return 0.96;
  if (isWord(tokens, at + 1, 'immediate') && kindAt(tokens, at + 2) !== KIND.end)
    return isSolid(readOperand(tokens, at + 2).shape) ? 0.95 : 0;
  const isOpen = tokens.isOpenEnded && kindAt(tokens, at + 3) === KIND.end;
  return kind === KIND.word && kindAt(tokens, at + 2) === KIND.string && !isOpen ? 0.9 : 0;
}
