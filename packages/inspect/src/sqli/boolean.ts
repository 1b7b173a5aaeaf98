import type { Evidence } from '../types.ts';
import { isComplete, isSolid, isWord, kindAt, type Operand, readOperand, skipCloses, skipOpens, textAt } from './grammar.ts';
import { KIND, type QuoteContext, type SqlTokens } from './tokenize.ts';

/** One stream and where its value was taken to begin. */
export interface Reading {
  tokens: SqlTokens;
  context: QuoteContext;
}

/** Words after which a comparison decides which rows are touched. */
const CONDITION_WORDS = new Set(['where', 'having', 'when', 'rlike', 'and', 'or']);

/**
 * A condition grafted onto the statement: `' OR 1=1`, `1 AND (SELECT ..)`, `x' HAVING 1=1`. It counts by how much of it parses: two
 * solid operands and a comparison say more than two words.
 */
export function judgeCondition(reading: Reading, at: number): Evidence | undefined {
  const { tokens } = reading;
  const isLogic = kindAt(tokens, at) === KIND.logic || isWord(tokens, at, '&') || isWord(tokens, at, '|');
  if (!isLogic && !CONDITION_WORDS.has(textAt(tokens, at))) return undefined;
  const anchor = anchorBefore(tokens, at);
  const direct = judgeOperands(reading, at + 1, { anchor, isLogic });
  const inner = skipOpens(tokens, at + 1);
  const nested = inner > at + 1 ? judgeOperands(reading, inner, { anchor, isLogic }) : undefined;
  const best = (nested?.confidence ?? 0) > (direct?.confidence ?? 0) ? nested : direct;
  if (best === undefined) return undefined;
  return { ...best, span: [tokens.starts[Math.max(0, at - 1)] ?? 0, best.span[1]] };
}

/** How firmly the injected text is attached to the application's own statement. */
type Anchor = 'none' | 'start' | 'operand' | 'literal';

/** What stands before `at`: a closed literal, the very start, or a lone first operand. */
function anchorBefore(tokens: SqlTokens, at: number): Anchor {
  if (at === 0) return 'start';
  let left = at - 1;
  while (left > 0 && kindAt(tokens, left) === KIND.close) left--;
  if (kindAt(tokens, left) === KIND.string) return 'literal';
  let first = left;
  while (first > 0 && (kindAt(tokens, first - 1) === KIND.open || kindAt(tokens, first - 1) === KIND.operator)) first--;
  return first === 0 && kindAt(tokens, left) !== KIND.word ? 'operand' : 'none';
}

interface Setting {
  anchor: Anchor;
  isLogic: boolean;
}

function judgeOperands(reading: Reading, at: number, setting: Setting): Evidence | undefined {
  const { tokens } = reading;
  const left = readOperand(tokens, at);
  if (left.shape === 'none') return undefined;
  const comparison = readComparison(tokens, skipCloses(tokens, left.end));
  if (comparison === undefined) return setting.isLogic ? judgeSingle(reading, left, { ...setting, at }) : undefined;
  const right = readOperand(tokens, comparison);
  const end = right.shape === 'none' ? comparison : right.end;
  const confidence = rateComparison(reading, { left, right, end, anchor: setting.anchor });
  if (confidence === 0) return undefined;
  return evidence(tokens, { at, end, confidence, why: 'a condition that compares two values follows a logical operator' });
}

/** Index after a comparison operator (`=`, `NOT LIKE`, `SOUNDS LIKE`, `IS NOT`), or undefined. */
export function readComparison(tokens: SqlTokens, at: number): number | undefined {
  let next = at;
  if (isWord(tokens, next, 'not')) next++;
  if (kindAt(tokens, next) !== KIND.compare) return undefined;
  next++;
  if (kindAt(tokens, next) === KIND.compare && !(isWord(tokens, next, 'like') && kindAt(tokens, next + 1) === KIND.open)) next++;
  return next;
}

interface Sides {
  left: Operand;
  right: Operand;
  end: number;
  anchor: Anchor;
}

function rateComparison(reading: Reading, sides: Sides): number {
  const { tokens } = reading;
  const { left, right, anchor } = sides;
  const complete = isComplete(tokens, sides.end);
  const isBroken = anchor === 'literal' && (reading.context !== 'bare' || tokens.isOpenEnded);
  if (isSolid(left.shape) && isSolid(right.shape)) {
    if (complete) return anchor === 'none' ? 0.92 : 0.97;
    return isBroken || left.shape === 'subquery' || right.shape === 'subquery' ? 0.92 : 0.5;
  }
  if (!complete) return isBroken && isSolid(left.shape) ? 0.5 : 0;
  if (right.shape === 'none') return isBroken ? 0.6 : 0;
  if (anchor === 'literal') return isBroken || isSolid(left.shape) ? 0.93 : 0.6;
  if (anchor === 'start' || anchor === 'operand') return isSolid(left.shape) || isSolid(right.shape) ? 0.92 : 0.9;
  return 0.2;
}

/** A condition of one operand: `' or 1--`, `" or sleep(5)`, `1 and (select ..)`. */
function judgeSingle(reading: Reading, operand: Operand, setting: Setting & { at: number }): Evidence | undefined {
  const { tokens } = reading;
  const confidence = rateSingle(reading, operand, setting.anchor);
  if (confidence === 0) return undefined;
  return evidence(tokens, {
    at: setting.at,
    end: operand.end,
    confidence,
    why: 'a value that is always true or is computed follows a logical operator',
  });
}

function rateSingle(reading: Reading, operand: Operand, anchor: Anchor): number {
  const { tokens, context } = reading;
  if (!isComplete(tokens, operand.end) || anchor === 'none') return 0;
  const isCut = kindAt(tokens, skipCloses(tokens, operand.end)) === KIND.comment;
  const isBroken = anchor === 'literal' && context !== 'bare';
  switch (operand.shape) {
    case 'literal':
      if (isCut && kindAt(tokens, operand.end - 1) !== KIND.string) return isBroken ? 0.93 : 0.9;
      if (isCut) return 0.9;
      return isBroken && kindAt(tokens, operand.end - 1) === KIND.number ? 0.92 : 0.4;
    case 'variable':
    case 'call':
    case 'subquery':
      return isBroken || isCut || operand.shape === 'subquery' ? 0.93 : 0.6;
    case 'group':
      return isBroken || isCut ? 0.9 : 0.3;
    case 'name':
      return isCut && isBroken ? 0.9 : 0.1;
    case 'none':
      return 0;
  }
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
  if (comparison === undefined) return undefined;
  const right = readOperand(tokens, comparison);
  if (!isSolid(right.shape) || !isComplete(tokens, right.end)) return undefined;
  const isWhole =
    at === 0 && (left.isCompound || kindAt(tokens, right.end) === KIND.comment || kindAt(tokens, right.end - 1) === KIND.string);
  const confidence = isWhole ? 0.91 : 0.5;
  return evidence(tokens, { at, end: right.end, confidence, why: 'the value closes a literal and compares it' });
}

/** Builds evidence over a range of tokens. */
export function evidence(
  tokens: SqlTokens,
  found: { at: number; end: number; confidence: number; why: string; rule?: string },
): Evidence {
  return {
    rule: found.rule ?? 'sqli.boolean',
    confidence: found.confidence,
    span: [tokens.starts[found.at] ?? 0, tokens.ends[Math.max(found.at, found.end - 1)] ?? 0],
    why: found.why,
  };
}
