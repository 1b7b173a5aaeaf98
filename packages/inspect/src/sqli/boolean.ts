import type { Evidence } from '../types.ts';
import { isComplete, isSolid, isWord, kindAt, readOperand, skipCloses, skipOpens, textAt } from './grammar.ts';
import { hasPlainLead, isQuotedWord, opensQuote, type Reading } from './quoted.ts';
import { KIND, type Operand, type OperandShape, type SqlTokens } from './tokens.ts';
import { DANGEROUS_FUNCTIONS, isDangerousName, SCALAR_FUNCTIONS } from './words.ts';

/** Longest literal, quote included, that only serves to balance a quote. */
const SHORT_LITERAL_MAX = 3;
/** Words of a name or a title before its quote is closed. */
const LEAD_TOKENS_MAX = 8;
/** Start of a comment that is looked at. */
const COMMENT_CHARS_MAX = 32;
/** Links of `a = b = c` that are followed. */
const COMPARISONS_MAX = 16;
/** From this length on an open literal with blanks is taken for prose. */
const PROSE_CHARS_MIN = 8;
/** Tokens of an operand that are searched for a known function. */
const KNOWN_CALL_TOKENS_MAX = 64;

/** Words after which a comparison decides which rows are touched. */
const CONDITION_WORDS = new Set(['where', 'having', 'when', 'rlike', 'and', 'or']);

/**
 * A condition grafted onto the statement: `' OR 1=1`, `1 AND (SELECT ..)`, `x' HAVING 1=1`. It counts by how much of it parses: two
 * solid operands and a comparison say more than two words.
 */
export function judgeCondition(reading: Reading, at: number): Evidence | undefined {
  const { tokens } = reading;
  const isLogic = kindAt(tokens, at) === KIND.logic || isWord(tokens, at, '&') || isWord(tokens, at, '|');
  const isBitwise = isLogic && kindAt(tokens, at) !== KIND.logic;
  if (!isLogic && !CONDITION_WORDS.has(textAt(tokens, at))) return undefined;
  const anchor = anchorBefore(tokens, at);
  // `15"&PAGE=2` is the tail of an address: a single `&` or `|` needs more than a name after it.
  if (isBitwise && (anchor === 'none' || opensQuote(reading) || readOperand(tokens, at + 1).shape === 'name')) return undefined;
  if (anchor === 'literal' && isQuotedSign(reading, at)) return undefined;
  const best = judgeBothWays(reading, at + 1, { anchor, isLogic });
  return best === undefined ? undefined : { ...best, span: [tokens.starts[Math.max(0, at - 1)] ?? 0, best.span[1]] };
}

/** `['&&', '||']`: a sign in quotes of its own, in a list of such. */
function isQuotedSign(reading: Reading, at: number): boolean {
  const { tokens } = reading;
  const isTouched = tokens.ends[at - 1] === tokens.starts[at] && tokens.ends[at] === tokens.starts[at + 1];
  return isTouched && kindAt(tokens, at + 1) === KIND.string && !/^[a-z]/.test(textAt(tokens, at)) && opensQuote(reading);
}

/** Reads the operand as it stands and without the parentheses around it: `and ((1=1` never closes them. */
function judgeBothWays(reading: Reading, at: number, setting: Setting): Evidence | undefined {
  const direct = judgeOperands(reading, at, setting);
  const inner = skipOpens(reading.tokens, at);
  const nested = inner > at ? judgeOperands(reading, inner, setting) : undefined;
  return (nested?.confidence ?? 0) > (direct?.confidence ?? 0) ? nested : direct;
}

/** How firmly the injected text is attached to the application's own statement. */
type Anchor = 'none' | 'start' | 'operand' | 'literal';

/** What stands before `at`: a closed literal, the very start, or a lone first operand. */
function anchorBefore(tokens: SqlTokens, at: number): Anchor {
  if (at === 0) return 'start';
  // Everything before is one expression that begins with the literal the value closed: `aa' % 1 or '1`.
  if (kindAt(tokens, 0) === KIND.string && endOfComparison(tokens) === at) return 'literal';
  let left = at - 1;
  while (left > 0 && kindAt(tokens, left) === KIND.close) left--;
  if (kindAt(tokens, left) === KIND.string) return 'literal';
  let first = left;
  while (first > 0 && (kindAt(tokens, first - 1) === KIND.open || kindAt(tokens, first - 1) === KIND.operator)) first--;
  return first === 0 && kindAt(tokens, left) !== KIND.word ? 'operand' : 'none';
}

/** Index after the expression, with at most one comparison, that starts the stream. */
function endOfComparison(tokens: SqlTokens): number {
  const left = readOperand(tokens, 0);
  const comparison = readComparison(tokens, left.end);
  if (comparison === undefined) return left.end;
  const right = readOperand(tokens, comparison);
  return right.shape === 'none' ? left.end : right.end;
}

interface Setting {
  anchor: Anchor;
  isLogic: boolean;
}

function judgeOperands(reading: Reading, at: number, setting: Setting): Evidence | undefined {
  const { tokens } = reading;
  const left = readOperand(tokens, at);
  if (left.shape === 'none' || (left.shape === 'name' && setting.anchor === 'none')) return undefined;
  const comparison = readComparison(tokens, skipCloses(tokens, left.end));
  if (comparison === undefined) return setting.isLogic ? judgeSingle(reading, left, { ...setting, at }) : undefined;
  const right = readOperand(tokens, comparison);
  const end = right.shape === 'none' ? comparison : right.end;
  const sides = { left, right, end, anchor: setting.anchor };
  // `the "first row" when row = 1`: a quoted text opens with its quote, and what follows it is prose.
  const isQuoting = !setting.isLogic && !(isSolid(left.shape) && isSolid(right.shape)) && opensQuote(reading);
  const confidence =
    isQuoting || isProse(tokens, { ...sides, at, comparison, isLogic: setting.isLogic }) ? 0 : rateComparison(reading, sides);
  if (confidence === 0) return undefined;
  return evidence(tokens, { at, end, confidence, why: 'a condition that compares two values follows a logical operator' });
}

/** Comparisons that people write without SQL in mind. */
function isProse(tokens: SqlTokens, found: Sides & { at: number; comparison: number; isLogic: boolean }): boolean {
  const { at, left, right, end, anchor } = found;
  // `having 3=three`: without an operator before it, and nothing after it, one word is enough to make it prose.
  const isNamed = !isSolid(left.shape) || !isSolid(right.shape);
  if (isNamed && !found.isLogic && anchor === 'start' && kindAt(tokens, end) === KIND.end) return true;
  // `or the like (since ..)`: between a word and a parenthesis LIKE is prose.
  if (left.shape === 'name' && right.shape === 'group' && isWord(tokens, found.comparison - 1, 'like')) return true;
  // `2+2=4 and 3+3=6` is a sum and another one.
  return anchor === 'none' && (left.isCompound || right.isCompound) && kindAt(tokens, at - 3) === KIND.compare;
}

/** Index after a comparison operator (`=`, `NOT LIKE`, `SOUNDS LIKE`, `IS NOT`), or undefined. */
export function readComparison(tokens: SqlTokens, at: number): number | undefined {
  let next = at;
  if (isWord(tokens, next, 'not')) next++;
  if (kindAt(tokens, next) !== KIND.compare) return undefined;
  // "1 in 5" is a share; SQL lists in parentheses.
  if (isWord(tokens, next, 'in') && kindAt(tokens, next + 1) !== KIND.open) return undefined;
  if (isWord(tokens, next, 'is') && !isIsOperand(tokens, next + 1)) return undefined;
  next++;
  if (kindAt(tokens, next) === KIND.compare && !(isWord(tokens, next, 'like') && kindAt(tokens, next + 1) === KIND.open)) next++;
  return next;
}

/** `IS` compares with NULL, a truth value or another constant; before any other word it is a verb. */
function isIsOperand(tokens: SqlTokens, start: number): boolean {
  const at = isWord(tokens, start, 'not') ? start + 1 : start;
  const kind = kindAt(tokens, at);
  // "1 or 2 is 5" is prose up to its end.
  if (kind === KIND.number) return at > start || kindAt(tokens, at + 1) !== KIND.end;
  return kind !== KIND.word || IS_WORDS.has(textAt(tokens, at)) || kindAt(tokens, at + 1) === KIND.comment;
}

const IS_WORDS = new Set(['null', 'true', 'false', 'unknown', 'distinct', 'of', 'json', 'nan', 'infinite', 'x', 'n']);

interface Sides {
  left: Operand;
  right: Operand;
  end: number;
  anchor: Anchor;
}

function rateComparison(reading: Reading, sides: Sides): number {
  const { tokens } = reading;
  const { left, right, anchor } = sides;
  const isBroken = anchor === 'literal' && (reading.context !== 'bare' || tokens.isOpenEnded);
  const isCompleted = isComplete(tokens, sides.end);
  if (isSolid(left.shape) && isSolid(right.shape)) return rateSolid(sides, { isBroken, isCompleted });
  if (!isCompleted) return isBroken && isSolid(left.shape) ? 0.5 : 0;
  if (right.shape === 'none') return isBroken ? 0.6 : 0;
  return rateNamed(sides, isBroken);
}

/** A comparison with a bare word on one side: a column, or a word of prose. */
function rateNamed({ left, right, anchor }: Sides, isBroken: boolean): number {
  if (anchor === 'literal') return isBroken || isSolid(left.shape) ? 0.93 : 0.6;
  if (anchor === 'none') return 0.2;
  return isSolid(left.shape) || isSolid(right.shape) ? 0.92 : 0.9;
}

/** Two operands that are no bare words. Far from any attachment only constants count: `HAVING COUNT(*) > 5` is how people quote SQL. */
function rateSolid(sides: Sides, is: { isBroken: boolean; isCompleted: boolean }): number {
  const { left, right, anchor } = sides;
  const hasQuery = left.shape === 'subquery' || right.shape === 'subquery';
  if (!is.isCompleted) return is.isBroken || hasQuery ? 0.92 : 0.5;
  if (anchor !== 'none') return 0.97;
  return hasQuery || (left.shape === 'literal' && right.shape === 'literal') ? 0.92 : 0.5;
}

/** A condition of one operand: `' or 1--`, `" or sleep(5)`, `1 and (select ..)`. */
function judgeSingle(reading: Reading, operand: Operand, setting: Setting & { at: number }): Evidence | undefined {
  const { tokens } = reading;
  const confidence = rateSingle(reading, operand, setting);
  if (confidence === 0) return undefined;
  return evidence(tokens, {
    at: setting.at,
    end: operand.end,
    confidence,
    why: 'a value that is always true or is computed follows a logical operator',
  });
}

function rateSingle(reading: Reading, operand: Operand, { anchor, at }: Setting & { at: number }): number {
  const { tokens, context } = reading;
  if (!isComplete(tokens, operand.end) || anchor === 'none') return 0;
  const isCut = kindAt(tokens, skipCloses(tokens, operand.end)) === KIND.comment;
  const isBroken = anchor === 'literal' && context !== 'bare';
  if (operand.shape === 'literal') return rateConstant(reading, operand, { anchor, isCut, isBroken });
  if (operand.shape === 'call') return rateCall(reading, operand, { at, anchor, isCut, isBroken });
  if (operand.shape === 'name') return isBroken && (isCut || balances(reading, operand)) ? SINGLE_RATES.name.attached : 0;
  const rates = SINGLE_RATES[operand.shape];
  if (isBroken || isCut) return rates.attached;
  return anchor === 'start' ? rates.atStart : rates.loose;
}

/** True when the comment at `at` holds a blank between other characters. */
function endsInWords({ tokens, value }: Reading, at: number): boolean {
  return /^(?:--|#)\s?\S+\s+\S/.test(value.slice(tokens.starts[at], (tokens.starts[at] ?? 0) + COMMENT_CHARS_MAX));
}

function rateConstant(reading: Reading, operand: Operand, is: { anchor: Anchor; isCut: boolean; isBroken: boolean }): number {
  // `or "y" # note`: with nothing before it and words in the comment, a quoted word is prose.
  const isString = kindAt(reading.tokens, operand.end - 1) === KIND.string;
  if (is.isCut) return is.anchor === 'start' && isString && endsInWords(reading, operand.end) ? 0.4 : 0.92;
  if (is.isBroken) return rateBalancing(reading, operand.end - 1);
  return is.anchor === 'operand' && isTruth(reading.tokens, operand) ? 0.9 : 0.4;
}

/** `or sleep(5)`, `|| f(x)`: any language calls functions there, so that the place or the name has to be one of SQL. */
function rateCall(
  reading: Reading,
  operand: Operand,
  is: { at: number; anchor: Anchor; isCut: boolean; isBroken: boolean },
): number {
  const { tokens } = reading;
  if (!isKnownCall(tokens, is.at, operand) && (!is.isBroken || opensQuote(reading))) return is.isCut ? 0.6 : 0.3;
  if (is.isBroken || is.isCut) return SINGLE_RATES.call.attached;
  if (is.anchor === 'operand' && kindAt(tokens, operand.end) === KIND.end) return 0.9;
  return is.anchor === 'start' ? SINGLE_RATES.call.atStart : SINGLE_RATES.call.loose;
}

/** `" or t.c^"1`: an expression that ends in a literal which the application's quote will close. */
function balances(reading: Reading, operand: Operand): boolean {
  return operand.isCompound && endsInShortLiteral(reading.tokens, operand.end - 1) && !opensQuote(reading);
}

/** `1 or true`, `1 or not 0`: a truth value, or a constant turned round, as the whole rest of the value. */
function isTruth(tokens: SqlTokens, operand: Operand): boolean {
  if (kindAt(tokens, operand.end) !== KIND.end) return false;
  const word = textAt(tokens, operand.end - 1);
  const before = textAt(tokens, operand.end - 2);
  return word === 'true' || word === 'false' || before === '!' || before === 'not';
}

/** True when the call that ends the operand, or a prefix of it, is one of a database: any language calls functions after `or`. */
function isKnownCall(tokens: SqlTokens, start: number, operand: Operand): boolean {
  for (let i = Math.max(start, operand.end - KNOWN_CALL_TOKENS_MAX); i < operand.end; i++) {
    if (kindAt(tokens, i + 1) !== KIND.open) continue;
    const name = textAt(tokens, i);
    if (name === '') continue;
    if (SCALAR_FUNCTIONS.has(name) || DANGEROUS_FUNCTIONS.has(name) || isDangerousName(name) || name === 'exists') return true;
  }
  return textAt(tokens, operand.end - 1) === 'end';
}

/** How much one operand after a logical operator says: attached to a closed literal or cut off, first in the value, or after a number. */
const SINGLE_RATES: Readonly<Record<Exclude<OperandShape, 'literal'>, { attached: number; atStart: number; loose: number }>> = {
  subquery: { attached: 0.93, atStart: 0.93, loose: 0.93 },
  call: { attached: 0.93, atStart: 0.9, loose: 0.6 },
  variable: { attached: 0.93, atStart: 0.6, loose: 0.6 },
  group: { attached: 0.9, atStart: 0.3, loose: 0.3 },
  name: { attached: 0.9, atStart: 0, loose: 0 },
  none: { attached: 0, atStart: 0, loose: 0 },
};

/** `' or 1`, `' or '1`: a constant whose only purpose is to be true and to leave the quotes even. */
function rateBalancing(reading: Reading, last: number): number {
  const { tokens } = reading;
  if (opensQuote(reading) || !hasPlainLead(reading)) return 0.4;
  if (kindAt(tokens, last) === KIND.number || isWord(tokens, last, 'true') || isWord(tokens, last, 'false')) return 0.92;
  return endsInShortLiteral(tokens, last) ? 0.91 : 0.4;
}

/**
 * An expression that begins with the literal the attacker closed: `'=0--`, `' & 1='a`, `'-(1)='`. Without a logical operator it counts
 * only when the value really breaks out of a literal and the comparison parses to the end.
 */
export function judgeComparedLiteral(reading: Reading, at: number): Evidence | undefined {
  const { tokens, context } = reading;
  if (kindAt(tokens, at) !== KIND.string || (context === 'bare' && !tokens.isOpenEnded)) return undefined;
  const left = readOperand(tokens, at);
  const comparison = readComparison(tokens, left.end);
  if (comparison === undefined) return opensQuote(reading) ? undefined : judgeArithmetic(tokens, left);
  if (isQuotedAlone(reading, left.end, comparison) || opensQuote(reading) || !hasPlainLead(reading)) return undefined;
  const right = readChain(tokens, comparison);
  if (!isWholeOperand(reading, right)) return undefined;
  const isClosed = left.isCompound || kindAt(tokens, right.end) === KIND.comment || kindAt(tokens, right.end - 1) === KIND.string;
  const confidence = at === 0 && left.shape !== 'name' && isClosed ? 0.91 : 0.5;
  return evidence(tokens, { at, end: right.end, confidence, why: 'the value closes a literal and compares it' });
}

/** `"LIKE"` without a word before its quote: `aa'LIKE'0` has one, and closes it. */
function isQuotedAlone({ tokens, value }: Reading, word: number, next: number): boolean {
  const lead = (tokens.ends[0] ?? 0) - 2;
  return isQuotedWord(tokens, word, next) && !/\w/.test(value.charAt(lead));
}

/** True when the operand is no bare word and the statement, or the value, can end behind it. */
function isWholeOperand(reading: Reading, operand: Operand): boolean {
  return isSolid(operand.shape) && isComplete(reading.tokens, operand.end) && !endsInProse(reading, operand.end - 1);
}

/** `">", so that these lines`: what the value leaves open is a sentence, not the rest of a literal. */
function endsInProse({ tokens, value }: Reading, last: number): boolean {
  if (!tokens.isOpenEnded || kindAt(tokens, last) !== KIND.string || kindAt(tokens, last + 1) !== KIND.end) return false;
  const text = value.slice((tokens.starts[last] ?? 0) + 1, tokens.ends[last]);
  return text.length > PROSE_CHARS_MIN && text.includes(' ');
}

/** Last operand of `a = b = c`. */
function readChain(tokens: SqlTokens, start: number): Operand {
  let right = readOperand(tokens, start);
  for (let links = 0; links < COMPARISONS_MAX && right.shape !== 'none'; links++) {
    const next = readComparison(tokens, right.end);
    if (next === undefined) break;
    right = readOperand(tokens, next);
  }
  return right;
}

/** `1'*id-'0`: the value closes a literal, computes, and opens one again that the application's quote will close. */
function judgeArithmetic(tokens: SqlTokens, whole: Operand): Evidence | undefined {
  const isWhole = kindAt(tokens, whole.end) === KIND.end && whole.end >= 5;
  if (!isWhole || !whole.isCompound || !endsInShortLiteral(tokens, whole.end - 1)) return undefined;
  return evidence(tokens, {
    at: 0,
    end: whole.end,
    confidence: 0.9,
    why: 'the value closes a literal, computes with it and opens another',
  });
}

/** True when the stream ends in a literal that the value leaves open and that holds next to nothing. */
function endsInShortLiteral(tokens: SqlTokens, at: number): boolean {
  if (!tokens.isOpenEnded || kindAt(tokens, at) !== KIND.string || kindAt(tokens, at + 1) !== KIND.end) return false;
  return (tokens.ends[at] ?? 0) - (tokens.starts[at] ?? 0) <= SHORT_LITERAL_MAX;
}

/** `'OR'a='a`: the operator sits between two quotes without a blank, and the value leaves its last literal open. */
export function judgeGluedOperator(reading: Reading): Evidence | undefined {
  const { tokens, context, value } = reading;
  if (context !== 'bare' || !tokens.isOpenEnded) return undefined;
  let at = 0;
  while (at < LEAD_TOKENS_MAX && (kindAt(tokens, at) === KIND.word || kindAt(tokens, at) === KIND.number)) at++;
  if (kindAt(tokens, at) !== KIND.string) return undefined;
  if (!/^(?:or|and|xor)$/i.test(value.slice((tokens.starts[at] ?? 0) + 1, (tokens.ends[at] ?? 0) - 1))) return undefined;
  const left = readOperand(tokens, at + 1);
  const comparison = readComparison(tokens, left.end);
  if (left.shape === 'none' || comparison === undefined || kindAt(tokens, comparison) !== KIND.string) return undefined;
  return evidence(tokens, {
    at,
    end: comparison + 1,
    confidence: 0.92,
    why: 'a logical operator stands between two closed literals',
  });
}

/** Builds evidence over a range of tokens. */
export function evidence(
  tokens: SqlTokens,
  found: { at: number; end: number; confidence: number; why: string; rule?: string },
): Evidence {
  // A judge may look past the stream; the end of the text is as far as evidence goes.
  const last = Math.max(0, tokens.count - 1);
  return {
    rule: found.rule ?? 'sqli.boolean',
    confidence: found.confidence,
    span: [tokens.starts[Math.min(found.at, last)] ?? 0, tokens.ends[Math.min(Math.max(found.at, found.end - 1), last)] ?? 0],
    why: found.why,
  };
}
