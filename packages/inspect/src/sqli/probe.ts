import type { Evidence } from '../types.ts';
import { evidence, readComparison } from './boolean.ts';
import { isComplete, isSolid, isWord, kindAt, readOperand, skipCloses, textAt } from './grammar.ts';
import { hasPlainLead, opensQuote, type Reading } from './quoted.ts';
import { KIND, type SqlTokens } from './tokens.ts';
import { DANGEROUS_FUNCTIONS, IDENTITY_FUNCTIONS, isDangerousName, PROBED_FUNCTIONS, SCALAR_FUNCTIONS } from './words.ts';

/** Longest value that is a probe: a fragment sent to see how the application fails. */
const PROBE_CHARS_MAX = 64;
/** `'+'`, `' ^ '`, `'-0-'`: an operator between the application's own quotes turns its literal into a sum. */
const QUOTED_OPERATOR = /^(['"]) ?(?:[-+*/^&|%]|\|\||-0-|-''-|\^0\^) ?\1$/;
/** `ad'||'min`, `ad'+'min`: one word put together from two literals, to see whether the answer stays the same. */
const SPLIT_WORD = /^\w{1,16}(['"])(?:\|\||\+)\1\w{1,16}$/;
/** A path such as `'/static/*'` opens a block comment by accident. */
const SHORT_LINE_COMMENT = /^(?:--|#).{0,2}$/;
/** `1.e(ascii)`: MySQL drops the number and calls what follows. */
const CUT_EXPONENT = /^\d{1,9}\.e ?\(/i;
const USER_NAME = /^[\w.@%+-]{0,48}$/;
const PRECISE_TYPES =
  /::(?:int(?:eger|[248])?|bigint|smallint|varchar|numeric|decimal|float[48]?|double precision|bool(?:ean)?|bytea|regclass|timestamp)$/i;

/** Values that are nothing but a fragment of SQL. They change no statement yet, but no field holds them honestly (CWE-89). */
export function judgeProbe(reading: Reading): Evidence | undefined {
  const { tokens, context, value } = reading;
  const why =
    context === 'bare' ? (explainWhole(value) ?? explainFragment(tokens) ?? explainCast(reading)) : explainTail(reading, value);
  if (why === undefined) return undefined;
  return evidence(tokens, { at: 0, end: tokens.count - 1, confidence: 0.9, rule: 'sqli.probe', why });
}

function explainWhole(value: string): string | undefined {
  if (value.length > PROBE_CHARS_MAX) return undefined;
  const text = value.trim();
  if (QUOTED_OPERATOR.test(text)) return 'an operator stands between the quotes of the application';
  if (CUT_EXPONENT.test(text)) return 'a number with half an exponent hides the call behind it';
  return SPLIT_WORD.test(text) ? 'a word is put together from two literals' : undefined;
}

function explainFragment(tokens: SqlTokens): string | undefined {
  const length = tokens.count - 1;
  if (length > PROBE_CHARS_MAX) return undefined;
  if (isBareCall(tokens, length)) return 'the value is the name of a database function and its parenthesis';
  if (isCutCondition(tokens, length)) return 'the value is a condition cut short';
  if (isCase(tokens)) return 'the value is a CASE expression';
  if (isBareComparison(tokens, length)) return 'a comparison stands between the parentheses of the application';
  return isTautology(tokens, length) ? 'a constant is compared with itself' : undefined;
}

/** `case when a then b`, all of it. */
function isCase(tokens: SqlTokens): boolean {
  if (!isWord(tokens, 0, 'case') || !isWord(tokens, 1, 'when') || !isWord(tokens, 3, 'then')) return false;
  const result = readOperand(tokens, 4);
  return result.shape !== 'none' && isComplete(tokens, result.end);
}

/** `) like (`: closes a group of the application and opens the next. */
function isBareComparison(tokens: SqlTokens, length: number): boolean {
  const first = skipCloses(tokens, 0);
  return first > 0 && kindAt(tokens, first) === KIND.compare && first + 2 === length && kindAt(tokens, first + 1) === KIND.open;
}

/** `group_concat(`, `database()`, `load_file (`: names that only databases have, or a call without its arguments. */
function isBareCall(tokens: SqlTokens, length: number): boolean {
  if (kindAt(tokens, 0) !== KIND.word || kindAt(tokens, 1) !== KIND.open || length > 3) return false;
  const name = textAt(tokens, 0);
  const isIdentity = IDENTITY_FUNCTIONS.has(name);
  if (length === 3) return isIdentity && kindAt(tokens, 2) === KIND.close;
  if (length !== 2) return false;
  return isIdentity || SCALAR_FUNCTIONS.has(name) || PROBED_FUNCTIONS.has(name) || isDangerous(name);
}

function isDangerous(name: string): boolean {
  return DANGEROUS_FUNCTIONS.has(name) || isDangerousName(name);
}

/** `if(2=`: the comparison is there, its right side is not. */
function isCutCondition(tokens: SqlTokens, length: number): boolean {
  if (length < 3 || !isWord(tokens, 0, 'if') || kindAt(tokens, 1) !== KIND.open) return false;
  const left = readOperand(tokens, 2);
  return left.shape === 'literal' && readComparison(tokens, left.end) === length;
}

/** `42<=>42`, `(5=5)*7`: nobody has to ask. */
function isTautology(tokens: SqlTokens, length: number): boolean {
  const start = kindAt(tokens, 0) === KIND.open ? 1 : 0;
  if (kindAt(tokens, start) !== KIND.number || kindAt(tokens, start + 1) !== KIND.compare) return false;
  if (start === 0) return isWord(tokens, 1, '<=>') && length === 3;
  if (kindAt(tokens, 3) !== KIND.number || kindAt(tokens, 4) !== KIND.close || kindAt(tokens, 5) !== KIND.operator) return false;
  return readOperand(tokens, 6).end === length;
}

/** `password::int`, `f(x)::bigint`: the cast that makes PostgreSQL say the value in its error. */
function explainCast({ tokens, value }: Reading): string | undefined {
  if (tokens.castAt <= 0 || tokens.castAt !== tokens.count - 1) return undefined;
  const last = kindAt(tokens, tokens.castAt - 1);
  const operand = readOperand(tokens, 0);
  const isComputed = last === KIND.close || last === KIND.string || (operand.isCompound && operand.end === tokens.castAt);
  const isName = last === KIND.word && tokens.castAt === 1 && PRECISE_TYPES.test(value.trim());
  return isComputed || isName ? 'the value is an expression cast to another type' : undefined;
}

/** What follows the literal that the value closes, where it is too short to parse as a condition of its own. */
function explainTail(reading: Reading, value: string): string | undefined {
  const { tokens } = reading;
  if (kindAt(tokens, 0) !== KIND.string || opensQuote(reading) || !hasPlainLead(reading)) return undefined;
  const lead = value.slice(0, (tokens.ends[0] ?? 1) - 1);
  const isHidden = kindAt(tokens, 2) === KIND.comment && SHORT_LINE_COMMENT.test(value.slice(tokens.starts[2]));
  const next = isHidden ? 3 : 2;
  if (kindAt(tokens, 1) === KIND.semicolon && kindAt(tokens, next) === KIND.end && USER_NAME.test(lead))
    return 'the value closes a literal and ends the statement';
  return isCutComparison(reading) ? 'the value closes a literal and goes on with half a condition' : undefined;
}

/** `x'&email--`, `x' or 'a' <`: an operator and at most one more operand, then a comment or nothing. */
function isCutComparison({ tokens, value }: Reading): boolean {
  const kind = kindAt(tokens, 1);
  const compared = readComparison(tokens, 1);
  if (kind === KIND.operator || compared !== undefined) {
    const start = compared ?? 2;
    const right = readOperand(tokens, start);
    if (right.shape === 'none') return false;
    const comment = value.slice(tokens.starts[right.end], tokens.ends[right.end]);
    return kindAt(tokens, right.end) === KIND.comment && SHORT_LINE_COMMENT.test(comment);
  }
  if (kind !== KIND.logic) return false;
  const left = readOperand(tokens, 2);
  const comparison = isSolid(left.shape) ? readComparison(tokens, left.end) : undefined;
  return comparison !== undefined && kindAt(tokens, comparison) === KIND.end && !/^[a-z]/.test(textAt(tokens, comparison - 1));
}
