import {
  CLASS_COMPARE,
  CLASS_DIGIT,
  CLASS_NONE,
  CLASS_OPERATOR,
  CLASS_QUOTE,
  CLASS_SINGLE,
  CLASS_SPACE,
  CLASS_WORD,
  CLASSES,
  COMPARE_CHARACTERS,
  isDigit,
  isWordCode,
} from './characters.ts';
import { readBlockComment, readLineComment } from './comments.ts';
import { endOfCast, isJsonOperator, readBrace, readDollar } from './dialects.ts';
import { findKnown, knownIndex, ROLES } from './word-table.ts';
import { type CommentReading, KIND, type QuoteContext, SqlTokens, WORD_TEXT_MAX } from './tokens.ts';

const QUOTES: Readonly<Record<QuoteContext, string>> = { bare: '', single: "'", double: '"', backtick: '`' };
/** Past this many tokens the rest of the value is not tokenized in this pass; 1 MB of `a'` stays under it. */
const TOKENS_MAX = 600_000;
/** Kind of a known word, by its role. */
const KINDS_BY_ROLE: readonly number[] = [KIND.word, KIND.logic, KIND.compare, KIND.operator];
/** Shifts, and what other languages compare, point and redirect with: none of it compares in SQL. */
const FOREIGN_OPERATORS = ['===', '!==', '=>', '>>', '<<'];

/**
 * Tokenizes a value as SQL that continues from a quote context. A quote character toggles between code and literal; doubled quotes and
 * backslashes need no rule of their own, because each only changes the parity and both parities are inspected.
 */
export function tokenizeSql(value: string, context: QuoteContext, comments: CommentReading = 'plain'): SqlTokens {
  const tokens = new SqlTokens(value);
  tokens.comments = comments;
  let at = context === 'bare' ? 0 : readLiteral(tokens, value, { from: 0, start: 0, quote: QUOTES[context] });
  while (at < value.length && tokens.count < TOKENS_MAX) at = readToken(tokens, value, at);
  tokens.add(KIND.end, value.length, value.length);
  pairParentheses(tokens);
  return tokens;
}

/** Reads one token, or skips white space, and returns the offset after it. */
function readToken(tokens: SqlTokens, value: string, at: number): number {
  const code = value.charCodeAt(at);
  const kind = code < 128 ? (CLASSES[code] ?? CLASS_NONE) : code === 0xa0 || code === 0x3000 ? CLASS_SPACE : CLASS_WORD;
  switch (kind) {
    case CLASS_SPACE:
      return at + 1;
    case CLASS_DIGIT:
      return readNumber(tokens, value, at);
    case CLASS_WORD:
      return readWord(tokens, value, at);
    case CLASS_QUOTE:
      return code === 96
        ? readBacktick(tokens, value, at)
        : readLiteral(tokens, value, { from: at + 1, start: at, quote: value.charAt(at) });
    case CLASS_COMPARE:
      return readCompare(tokens, value, at);
    case CLASS_OPERATOR:
      return readOperator(tokens, value, at);
    case CLASS_SINGLE:
      return readSingle(tokens, value, at);
    default:
      return readOther(tokens, value, at);
  }
}

/** `\N` is NULL to MySQL; `?` asks whether a key is there when a JSON literal stands before it. */
function readOther(tokens: SqlTokens, value: string, at: number): number {
  const character = value.charAt(at);
  if (character === '\\' && value[at + 1] === 'N' && !isWordCode(value.charCodeAt(at + 2))) {
    tokens.add(KIND.number, at, at + 2);
    return at + 2;
  }
  const end = at + (value[at + 1] === '|' || value[at + 1] === '&' ? 2 : 1);
  if (character === '?' && isJsonOperator(tokens, value, end)) return tokens.addText(KIND.compare, { start: at, end, text: '?' });
  tokens.add(KIND.other, at, at + 1);
  return at + 1;
}

function readLiteral(tokens: SqlTokens, value: string, literal: { from: number; start: number; quote: string }): number {
  const close = value.indexOf(literal.quote, literal.from);
  const end = close < 0 ? value.length : close + 1;
  const last = tokens.count - 1;
  // Adjacent literals are one literal in every dialect that accepts them.
  if (last >= 0 && tokens.kinds[last] === KIND.string && tokens.ends[last] === literal.start) tokens.ends[last] = end;
  else tokens.add(KIND.string, literal.start, end);
  if (close < 0) tokens.isOpenEnded = true;
  return end;
}

function readBacktick(tokens: SqlTokens, value: string, at: number): number {
  const close = value.indexOf('`', at + 1);
  const end = close < 0 ? at + 1 : close + 1;
  return tokens.addText(close < 0 ? KIND.other : KIND.word, {
    start: at,
    end,
    text: value.slice(at + 1, Math.min(end - 1, at + WORD_TEXT_MAX)),
  });
}

/** `1d`, `1f` before a set operator: Oracle's suffix, glued to hide the word. */
const NUMBER_SUFFIX = /[df](?=union|minus|intersect)/iy;

/** A number ends where letters begin (`1or`, `.1UNION`): dialects lex it so, and attackers count on filters that do not. */
function readNumber(tokens: SqlTokens, value: string, at: number): number {
  const end = isHex(value, at) ? skipWhile(value, at + 2, isHexDigit) : endOfDecimal(value, at);
  const isCutExponent =
    (value.charCodeAt(end) | 32) === 101 && value.charCodeAt(end - 1) === 46 && !isWordCode(value.charCodeAt(end + 1));
  // `1.e` without an exponent before `(` or a blank is dropped by MySQL's lexer: noise between two tokens.
  if (isCutExponent && tokens.count > 0) return end + 1;
  tokens.add(KIND.number, at, end);
  const suffix = value.charCodeAt(end) | 32;
  if (suffix !== 100 && suffix !== 102) return end;
  NUMBER_SUFFIX.lastIndex = end;
  return NUMBER_SUFFIX.test(value) ? end + 1 : end;
}

function isHex(value: string, at: number): boolean {
  return value.charCodeAt(at) === 48 && (value.charCodeAt(at + 1) | 32) === 120 && isHexDigit(value.charCodeAt(at + 2));
}

function isHexDigit(code: number): boolean {
  const lower = code | 32;
  return isDigit(code) || (lower >= 97 && lower <= 102);
}

function endOfDecimal(value: string, at: number): number {
  let end = skipWhile(value, at, isDigit);
  if (value.charCodeAt(end) === 46) end = skipWhile(value, end + 1, isDigit);
  const hasExponent = (value.charCodeAt(end) | 32) === 101 && isDigit(value.charCodeAt(end + 1));
  return hasExponent ? skipWhile(value, end + 2, isDigit) : end;
}

function skipWhile(value: string, start: number, matches: (code: number) => boolean): number {
  let end = start;
  while (matches(value.charCodeAt(end))) end++;
  return end;
}

/** Dotted names (`master..xp_cmdshell`, `information_schema.tables`) are one word. */
function readWord(tokens: SqlTokens, value: string, at: number): number {
  let end = at;
  let isName = false;
  for (;;) {
    let code = value.charCodeAt(end);
    while (isWordCode(code)) {
      if (code === 95) isName = true;
      code = value.charCodeAt(++end);
    }
    if (code !== 46) break;
    let next = end;
    while (value.charCodeAt(next) === 46 && next - end < 3) next++;
    if (!isWordCode(value.charCodeAt(next)) || isDigit(value.charCodeAt(next))) break;
    isName = true;
    end = next;
  }
  const token = { start: at, end };
  const known = findKnown(value, at, end);
  if (known > 0) tokens.addKnown(KINDS_BY_ROLE[ROLES[known] ?? 0] ?? KIND.word, token, known);
  else if (end - at > WORD_TEXT_MAX) tokens.add(KIND.word, at, end);
  else tokens.addUnread(KIND.word, token, isName);
  return end;
}

const NO_COMPARISONS = new Set([':', '::', '!!']);

/** Offset after an operator of another language, or -1. */
function endOfForeign(value: string, at: number): number {
  const second = value[at + 1];
  if (second !== '=' && second !== '>' && second !== '<') return -1;
  const found = FOREIGN_OPERATORS.find((text) => value.startsWith(text, at));
  return found === undefined ? -1 : at + found.length;
}

function readCompare(tokens: SqlTokens, value: string, at: number): number {
  const second = value[at + 1];
  if (second === ':' && value[at] === ':') {
    const cast = endOfCast(value, at);
    // A cast changes the type of what is before it, and nothing about the shape.
    if (cast > 0) {
      tokens.castAt = tokens.count;
      return cast;
    }
  }
  if (second === '@' && value[at] === '<' && isJsonOperator(tokens, value, at + 2))
    return tokens.addText(KIND.compare, { start: at, end: at + 2, text: '<@' });
  const foreign = endOfForeign(value, at);
  if (foreign > 0) {
    const isShift = foreign === at + 2 && value[at + 1] === value[at];
    return tokens.addText(isShift ? KIND.operator : KIND.other, { start: at, end: foreign, text: '' });
  }
  let end = at;
  while (end - at < 3 && COMPARE_CHARACTERS.includes(value.charAt(end)) && end < value.length) end++;
  const text = value.slice(at, end);
  const kind = text === '!' ? KIND.operator : NO_COMPARISONS.has(text) ? KIND.other : KIND.compare;
  return tokens.addText(kind, { start: at, end, text });
}

function readOperator(tokens: SqlTokens, value: string, at: number): number {
  const first = value.charCodeAt(at);
  const second = value.charCodeAt(at + 1);
  if (first === 35) return readHash(tokens, value, at);
  if (first === 45 && second === 45) return readLineComment(tokens, value, at);
  if (first === 47 && second === 42) return readBlockComment(tokens, value, at);
  if (first === 42 && second === 47 && (tokens.conditionalsOpen > 0 || value.charCodeAt(at + 2) !== 42)) {
    // The end of a MySQL conditional comment, whose content was read as code.
    if (tokens.conditionalsOpen > 0) tokens.conditionalsOpen--;
    return at + 2;
  }
  return readSign(tokens, value, at);
}

/** An operator of one or two signs. */
function readSign(tokens: SqlTokens, value: string, at: number): number {
  const first = value.charCodeAt(at);
  const second = value.charCodeAt(at + 1);
  if (first === second && (first === 124 || first === 38))
    return tokens.addText(KIND.logic, { start: at, end: at + 2, text: first === 124 ? '||' : '&&' });
  if (first === 45 && second === 62)
    return tokens.addText(KIND.operator, { start: at, end: at + (value[at + 2] === '>' ? 3 : 2), text: '->' });
  tokens.addKnown(KIND.operator, { start: at, end: at + 1 }, SIGN_INDEXES[first] ?? 0);
  return at + 1;
}

/** Where the texts of the signs are, by char code. */
const SIGN_INDEXES: Int16Array = Int16Array.from({ length: 128 }, (_, code) => knownIndex(String.fromCharCode(code)));

/** `#` begins a comment in MySQL; before a literal and after a document it is a JSON operator of PostgreSQL. */
function readHash(tokens: SqlTokens, value: string, at: number): number {
  const end = at + (value.startsWith('#>>', at) ? 3 : 2);
  const isOperator = (value[at + 1] === '>' || value[at + 1] === '-') && isJsonOperator(tokens, value, end);
  return isOperator ? tokens.addText(KIND.compare, { start: at, end, text: '#>' }) : readLineComment(tokens, value, at);
}

function readSingle(tokens: SqlTokens, value: string, at: number): number {
  const character = value.charAt(at);
  if (character === '@') return readVariable(tokens, value, at);
  if (character === '.') {
    if (isDigit(value.charCodeAt(at + 1))) return readNumber(tokens, value, at);
    tokens.add(KIND.other, at, at + 1);
    return at + 1;
  }
  if (character === '[') return readBracket(tokens, value, at);
  if (character === '$') return readDollar(tokens, value, at);
  if (character === '{' || character === '}') return readBrace(tokens, value, at);
  const kind = SINGLES.get(character) ?? KIND.other;
  tokens.add(kind, at, at + 1);
  return at + 1;
}

const SINGLES: ReadonlyMap<string, number> = new Map([
  ['(', KIND.open],
  [')', KIND.close],
  [',', KIND.comma],
  [';', KIND.semicolon],
]);

function readVariable(tokens: SqlTokens, value: string, at: number): number {
  if (value[at + 1] === '>' && isJsonOperator(tokens, value, at + 2))
    return tokens.addText(KIND.compare, { start: at, end: at + 2, text: '@>' });
  let end = at + 1;
  if (value[end] === '@') end++;
  while (isWordCode(value.charCodeAt(end)) || value[end] === '.') end++;
  if (end === at + 1) {
    tokens.add(KIND.other, at, end);
    return end;
  }
  // `name@host` is an address: a variable stands on its own.
  const isAddress = at > 0 && isWordCode(value.charCodeAt(at - 1)) && !isKeywordBefore(tokens, at);
  tokens.addUnread(isAddress ? KIND.other : KIND.variable, { start: at, end }, true);
  return end;
}

/** A keyword directly before `@` (`or@x`) still introduces a variable. */
function isKeywordBefore(tokens: SqlTokens, at: number): boolean {
  const last = tokens.count - 1;
  return tokens.ends[last] === at && BEFORE_VARIABLE.has(tokens.textAt(last));
}

const BEFORE_VARIABLE = new Set(['or', 'and', 'xor', 'select', 'by', 'not', 'binary']);

/** `[name]` is an identifier in T-SQL and SQLite; unclosed or long it is only a bracket. */
function readBracket(tokens: SqlTokens, value: string, at: number): number {
  // A megabyte of `[` must not be searched to its end a million times: the place is kept.
  if (tokens.bracketAt < at) {
    const found = value.indexOf(']', at);
    tokens.bracketAt = found < 0 ? value.length : found;
  }
  const close = tokens.bracketAt;
  if (close === value.length || close - at >= WORD_TEXT_MAX) {
    tokens.add(KIND.other, at, at + 1);
    return at + 1;
  }
  return tokens.addText(KIND.word, { start: at, end: close + 1, text: value.slice(at + 1, close).toLowerCase() });
}

/** Each open parenthesis gets its partner; until it has one it names the one that was opened before it. */
function pairParentheses(tokens: SqlTokens): void {
  const { kinds, count } = tokens;
  const first = kinds.indexOf(KIND.open);
  if (first < 0) return;
  const partners = new Int32Array(count);
  tokens.partners = partners;
  let top = -1;
  for (let i = first; i < count; i++) {
    if (kinds[i] === KIND.open) {
      partners[i] = top;
      top = i;
    } else if (kinds[i] === KIND.close && top >= 0) {
      const open = top;
      top = partners[open] ?? -1;
      partners[open] = i;
    }
  }
  while (top >= 0) {
    const before = partners[top] ?? -1;
    partners[top] = count - 1;
    top = before;
  }
}
