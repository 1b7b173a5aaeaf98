import type { Evidence } from '../types.ts';
import { evidence } from './boolean.ts';
import { afterGroup, isComplete, isSolid, isWord, kindAt, readOperand, skipOpens, textAt } from './grammar.ts';
import { hasPlainLead, opensQuote, type Reading } from './quoted.ts';
import { KIND, type SqlTokens } from './tokens.ts';
import { IDENTITY_FUNCTIONS, isCatalogueName } from './words.ts';

/** How surely the tokens at a place are a select list: `firm` has literals, calls or `*`; `loose` is only names. */
type ListShape = 'none' | 'loose' | 'firm';

const LIST_ITEMS_MAX = 64;
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
/** Reads the list after SELECT, up to FROM or a complete end. */
export function readList(tokens: SqlTokens, start: number): { shape: ListShape; end: number } {
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
export function rateSelect(tokens: SqlTokens, at: number): number {
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
  if (list.shape === 'loose' && hasOwnQuery(tokens, at)) return 0.6;
  if (list.shape === 'loose' && !isAttached) return Math.max(0.4, select);
  return list.shape === 'firm' || select >= 0.5 || isComplete(tokens, list.end) ? 0.96 : 0.6;
}

/** Tokens before a place among which the query it belongs to is looked for. */
const OWN_TOKENS_MAX = 16;

/** `Try SELECT a FROM t UNION ..`: a sentence brings the whole query, as lessons do; an injection goes on with the application's. */
function hasOwnQuery(tokens: SqlTokens, place: number): boolean {
  for (let at = place - 1; at >= Math.max(0, place - OWN_TOKENS_MAX); at--) {
    if (isWord(tokens, at, 'select')) return at > 0 && isIntroduced(tokens, at - 1);
    if (kindAt(tokens, at) !== KIND.word && kindAt(tokens, at) !== KIND.comma && !isWord(tokens, at, '*')) return false;
  }
  return false;
}

/** True behind a word of a sentence or its colon; UNION, a parenthesis, a literal or a statement's end make an injection of the query. */
function isIntroduced(tokens: SqlTokens, before: number): boolean {
  const word = textAt(tokens, before);
  if (SET_OPERATORS.has(word) || SET_QUANTIFIERS.has(word)) return false;
  const kind = kindAt(tokens, before);
  return kind === KIND.other || (kind === KIND.word && before > 1 && tokens.isOrdinary(before));
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
  if (isWord(tokens, union.start, 'values')) {
    // MySQL 8 names each row: `VALUES ROW(1,2)`.
    const row = isWord(tokens, union.start + 1, 'row') ? union.start + 2 : union.start + 1;
    return kindAt(tokens, row) === KIND.open ? 0.95 : 0;
  }
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
  const select = rateSelect(tokens, at);
  const listed = select > 0 && isListed(reading, at) ? Math.max(select, 0.93) : select;
  // `WITH c AS (SELECT 1)`: an injection brings it as a second statement, which is judged as such.
  const confidence = isWord(tokens, at - 2, 'as') && isWord(tokens, at - 4, 'with') ? Math.min(listed, 0.5) : listed;
  if (confidence === 0) return undefined;
  return evidence(tokens, {
    at: at - 1,
    end: at + 2,
    confidence,
    rule: 'sqli.subquery',
    why: 'a query in parentheses stands where a value belongs',
  });
}

/** `x',(SELECT version()),'y')`: the value closes its literal and is the next one of the list as well, as in VALUES. */
function isListed(reading: Reading, at: number): boolean {
  const { tokens, context } = reading;
  if (context === 'bare' || at !== 3 || kindAt(tokens, 0) !== KIND.string || kindAt(tokens, 1) !== KIND.comma) return false;
  const next = kindAt(tokens, afterGroup(tokens, at - 1));
  const goesOn = next === KIND.comma || next === KIND.close;
  return goesOn && readList(tokens, at + 1).shape === 'firm' && hasPlainLead(reading) && !opensQuote(reading);
}
