import { KIND, type Operand, type OperandShape, type SqlTokens } from './tokens.ts';
import {
  CLAUSE_WORDS,
  DANGEROUS_FUNCTIONS,
  isDangerousName,
  LITERAL_WORDS,
  PREFIX_WORDS,
  SCALAR_FUNCTIONS,
  STRING_PREFIXES,
} from './words.ts';

const PREFIXES_MAX = 16;
const CASE_TOKENS_MAX = 128;
const NONE: Operand = { shape: 'none', end: 0, isCompound: false };

/** Kind of the token at `index`; past the stream it is `end`. */
export function kindAt(tokens: SqlTokens, index: number): number {
  return index < tokens.count ? (tokens.kinds[index] ?? KIND.end) : KIND.end;
}

/** Lower-case text of the word, variable or operator at `index`; empty for anything else. */
export function textAt(tokens: SqlTokens, index: number): string {
  return tokens.textAt(index);
}

/** True when the token at `index` is this word. */
export function isWord(tokens: SqlTokens, index: number, word: string): boolean {
  return textAt(tokens, index) === word;
}

/** Index of the token after the group that opens at `index`. */
export function afterGroup(tokens: SqlTokens, index: number): number {
  const partner = tokens.partners[index] ?? -1;
  return kindAt(tokens, partner) === KIND.end ? partner : partner + 1;
}

/**
 * Reads one operand: parts joined by arithmetic or concatenation, each with its prefixes. What is found for every part of a chain is kept,
 * so that a chain as long as the value is walked once and not once from each of its parts.
 */
export function readOperand(tokens: SqlTokens, start: number): Operand {
  const known = tokens.operandAt(start);
  if (known !== undefined) return known;
  const first = readPart(tokens, start);
  if (first.shape === 'none') return NONE;
  return isJoin(tokens, first.end) ? readChain(tokens, start, first) : first;
}

/** Parts are walked to the end of the chain, or to one that is known from there on, and joined from behind. */
function readChain(tokens: SqlTokens, start: number, first: Operand): Operand {
  let last = start;
  let before = -1;
  let part = first;
  for (;;) {
    const at = part.end + 1;
    const next = isJoin(tokens, part.end) ? (tokens.operandAt(at) ?? readPart(tokens, at)) : NONE;
    if (next.shape === 'none') break;
    tokens.linkPart(last, before, part);
    before = last;
    last = at;
    part = next;
    if (next.isCompound) break;
  }
  // The last part stands for itself: alone it is no chain.
  return before < 0 ? part : tokens.joinParts(start, before, part);
}

/** True when the token at `index` joins two parts of one operand. */
function isJoin(tokens: SqlTokens, index: number): boolean {
  const kind = kindAt(tokens, index);
  if (kind === KIND.operator) return !isWord(tokens, index, '!');
  return kind === KIND.logic && isWord(tokens, index, '||');
}

function readPart(tokens: SqlTokens, start: number): Operand {
  let at = start;
  while (at - start < PREFIXES_MAX && isPrefix(tokens, at)) at++;
  switch (kindAt(tokens, at)) {
    case KIND.number:
    case KIND.string:
      return { shape: 'literal', end: at + 1, isCompound: false };
    case KIND.variable:
      return { shape: 'variable', end: at + 1, isCompound: false };
    case KIND.open:
      return { shape: isWord(tokens, at + 1, 'select') ? 'subquery' : 'group', end: afterGroup(tokens, at), isCompound: false };
    case KIND.compare:
      // `LIKE('a', ..)` is a function in SQLite.
      return isWord(tokens, at, 'like') && kindAt(tokens, at + 1) === KIND.open
        ? { shape: 'call', end: afterGroup(tokens, at + 1), isCompound: false }
        : NONE;
    case KIND.word:
      return readNamed(tokens, at);
    default:
      return NONE;
  }
}

function isPrefix(tokens: SqlTokens, at: number): boolean {
  const text = textAt(tokens, at);
  if (kindAt(tokens, at) === KIND.word) return PREFIX_WORDS.has(text);
  return kindAt(tokens, at) === KIND.operator && (text === '-' || text === '+' || text === '~' || text === '!');
}

function readNamed(tokens: SqlTokens, at: number): Operand {
  const text = textAt(tokens, at);
  const next = kindAt(tokens, at + 1);
  if (text === 'case') return readCase(tokens, at);
  if (next === KIND.open && isCall(tokens, at)) return { shape: 'call', end: afterGroup(tokens, at + 1), isCompound: false };
  // `array['a']` is a literal of PostgreSQL.
  if (text === 'array' && tokens.isBracketed(at + 1)) return { shape: 'literal', end: at + 2, isCompound: false };
  if (LITERAL_WORDS.has(text)) return { shape: 'literal', end: at + 1, isCompound: false };
  if (next === KIND.string && STRING_PREFIXES.has(text)) return { shape: 'literal', end: at + 2, isCompound: false };
  return CLAUSE_WORDS.has(text) ? NONE : { shape: 'name', end: at + 1, isCompound: false };
}

/** A known function, or a name glued to its parenthesis; prose puts a blank before one. */
export function isCall(tokens: SqlTokens, at: number): boolean {
  const text = textAt(tokens, at);
  // `[text](address)` is a link; no dialect calls a bracketed name this way.
  if (text === '' || tokens.isBracketed(at) || (CLAUSE_WORDS.has(text) && text !== 'left')) return false;
  const isGlued = tokens.ends[at] === tokens.starts[at + 1];
  return isGlued || SCALAR_FUNCTIONS.has(text) || DANGEROUS_FUNCTIONS.has(text) || isDangerousName(text);
}

function readCase(tokens: SqlTokens, at: number): Operand {
  const limit = Math.min(at + CASE_TOKENS_MAX, tokens.count);
  // What was searched from an earlier CASE is not searched again.
  const isSearched = tokens.caseFrom <= at + 1 && at + 1 <= tokens.caseTo;
  if (!isSearched) tokens.caseFrom = at + 1;
  let end = isSearched ? tokens.caseTo : at + 1;
  while (end < limit && !isWord(tokens, end, 'end')) end++;
  if (!isSearched || end > tokens.caseTo) tokens.caseTo = end;
  return end < limit ? { shape: 'call', end: end + 1, isCompound: false } : NONE;
}

/** True when the expression before `index` is complete there: the value ends, is cut off, or goes on with another clause. */
export function isComplete(tokens: SqlTokens, index: number): boolean {
  switch (kindAt(tokens, index)) {
    case KIND.end:
    case KIND.comment:
    case KIND.semicolon:
    case KIND.logic:
      return true;
    case KIND.close:
      // Prose puts a closing parenthesis anywhere; in an injection something SQL follows it.
      return isCompleteAfter(tokens, skipCloses(tokens, index));
    case KIND.word:
      return CLAUSE_WORDS.has(textAt(tokens, index)) && textAt(tokens, index) !== 'for' && textAt(tokens, index) !== 'as';
    default:
      return false;
  }
}

/** After parentheses the expression may go on once more: `(1=1)*7`. */
function isCompleteAfter(tokens: SqlTokens, index: number): boolean {
  if (kindAt(tokens, index) !== KIND.operator) return isComplete(tokens, index);
  const operand = readOperand(tokens, index + 1);
  const kind = kindAt(tokens, operand.end);
  if (kindAt(tokens, index + 1) === KIND.end) return true;
  return operand.shape !== 'none' && (kind === KIND.end || kind === KIND.comment || kind === KIND.logic);
}

/** Index of the first token at or after `index` that is not a closing parenthesis. */
export function skipCloses(tokens: SqlTokens, index: number): number {
  let at = index;
  while (kindAt(tokens, at) === KIND.close) at++;
  return at;
}

/** Index of the first token at or after `index` that is not an opening parenthesis. */
export function skipOpens(tokens: SqlTokens, index: number): number {
  let at = index;
  while (kindAt(tokens, at) === KIND.open) at++;
  return at;
}

/** Shapes that a person does not write by accident. */
export function isSolid(shape: OperandShape): boolean {
  return shape !== 'none' && shape !== 'name';
}
