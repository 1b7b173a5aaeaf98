/** Kinds of SQL token. Dialects differ in words, hardly in these. */
export const KIND = {
  number: 0,
  string: 1,
  word: 2,
  variable: 3,
  operator: 4,
  compare: 5,
  logic: 6,
  open: 7,
  close: 8,
  comma: 9,
  semicolon: 10,
  comment: 11,
  other: 12,
  end: 13,
} as const;

/** Where the value is taken to begin: bare in the statement, or inside a literal that the application opened. */
export type QuoteContext = 'bare' | 'single' | 'double' | 'backtick';
const QUOTES: Readonly<Record<QuoteContext, string>> = { bare: '', single: "'", double: '"', backtick: '`' };

/**
 * `plain`: a line comment cuts the rest off, block comments end at the first mark. `deep`: what follows the line of a comment goes on, and
 * block comments nest, as in PostgreSQL and T-SQL.
 */
export type CommentReading = 'plain' | 'deep';

const CAPACITY_FIRST = 32;

/** A token stream as parallel arrays: hostile megabytes must not become millions of small objects. */
export class SqlTokens {
  kinds: Uint8Array = new Uint8Array(CAPACITY_FIRST);
  starts: Int32Array = new Int32Array(CAPACITY_FIRST);
  ends: Int32Array = new Int32Array(CAPACITY_FIRST);
  /** Lower-case text of words, variables and operators, and where that of a token is; the first is that of all others. */
  readonly texts: string[] = [''];
  textIndexes: Int32Array = new Int32Array(CAPACITY_FIRST);
  /** For an opening parenthesis the index of its partner, or the stream's length; -1 elsewhere. */
  partners: Int32Array = new Int32Array(0);
  /** True for a string that is not closed by the value itself. */
  isOpenEnded = false;
  comments: CommentReading = 'plain';
  /** True when another reading of the comments would give other tokens. */
  hasDeepComments = false;
  /** Escape braces (`{fn ..}`) that are open while the stream is built. */
  bracesOpen = 0;
  readonly bracketed: Set<number> = new Set();
  /** Index of the token after the last `::type`; -1 without one. */
  castAt = -1;
  count = 0;

  add(kind: number, start: number, end: number): void {
    if (this.count === this.kinds.length) this.#grow();
    this.kinds[this.count] = kind;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }

  addText(kind: number, token: { start: number; end: number; text: string }): number {
    this.add(kind, token.start, token.end);
    this.textIndexes[this.count - 1] = this.texts.length;
    this.texts.push(token.text);
    return token.end;
  }

  /** Cuts the arrays to what is in them: readers go by their lengths. */
  seal(): void {
    this.kinds = this.kinds.subarray(0, this.count);
    this.starts = this.starts.subarray(0, this.count);
    this.ends = this.ends.subarray(0, this.count);
  }

  /** True when the word at `index` was written as `[name]`. */
  isBracketed(index: number): boolean {
    return this.bracketed.has(index);
  }

  #grow(): void {
    const capacity = this.kinds.length * 4;
    const { kinds, starts, ends, textIndexes } = this;
    this.kinds = new Uint8Array(capacity);
    this.kinds.set(kinds);
    this.starts = new Int32Array(capacity);
    this.starts.set(starts);
    this.ends = new Int32Array(capacity);
    this.ends.set(ends);
    this.textIndexes = new Int32Array(capacity);
    this.textIndexes.set(textIndexes);
  }
}

/** Past this many tokens the rest of the value is not tokenized in this pass; 1 MB of `a'` stays under it. */
const TOKENS_MAX = 600_000;
const WORD_TEXT_MAX = 64;
const KEYWORD_CHARS_MAX = 8;
const KEYWORDS: ReadonlyMap<string, number> = new Map([
  ...['or', 'and', 'xor', 'eqv', 'imp'].map((word) => [word, KIND.logic] as const),
  ...['like', 'rlike', 'regexp', 'ilike', 'glob', 'is', 'in', 'between', 'sounds', 'similar', 'contains', 'match'].map(
    (word) => [word, KIND.compare] as const,
  ),
  ...['div', 'mod', 'collate'].map((word) => [word, KIND.operator] as const),
]);
const COMPARE_CHARACTERS = '=<>!:';
/** Shifts, and what other languages compare, point and redirect with: none of it compares in SQL. */
const FOREIGN_OPERATORS = ['===', '!==', '=>', '>>', '<<'];
const COMMENT_SEARCHED_MAX = 256;
const RULER = '--------';
/** Blanks that are looked past for what follows an operator. */
const GAP_MAX = 16;
/** Window in which a dollar-quoted literal has to end. */
const DOLLAR_QUOTED_MAX = 1_024;

const CLASS_NONE = 0;
const CLASS_SPACE = 1;
const CLASS_DIGIT = 2;
const CLASS_WORD = 3;
const CLASS_QUOTE = 4;
const CLASS_COMPARE = 5;
const CLASS_OPERATOR = 6;
const CLASS_SINGLE = 7;

const CLASSES: readonly number[] = Array.from({ length: 128 }, (_, code) => classOf(code));

function classOf(code: number): number {
  const character = String.fromCharCode(code);
  // Every control character separates words in at least one dialect (MySQL 0x09-0x0D, SQLite 0x0C, Oracle 0x00).
  if (code <= 32) return CLASS_SPACE;
  if (/\d/.test(character)) return CLASS_DIGIT;
  if (/[a-z_]/i.test(character)) return CLASS_WORD;
  if (character === "'" || character === '"' || character === '`') return CLASS_QUOTE;
  if (COMPARE_CHARACTERS.includes(character)) return CLASS_COMPARE;
  if ('+-*/%^|&~#'.includes(character)) return CLASS_OPERATOR;
  return '(),;{}@[].$'.includes(character) ? CLASS_SINGLE : CLASS_NONE;
}

/**
 * Tokenizes a value as SQL that continues from a quote context. A quote character toggles between code and literal; doubled quotes and
 * backslashes need no rule of their own, because each only changes the parity and both parities are inspected.
 */
export function tokenizeSql(value: string, context: QuoteContext, comments: CommentReading = 'plain'): SqlTokens {
  const tokens = new SqlTokens();
  tokens.comments = comments;
  let at = context === 'bare' ? 0 : readLiteral(tokens, value, { from: 0, start: 0, quote: QUOTES[context] });
  while (at < value.length && tokens.count < TOKENS_MAX) at = readToken(tokens, value, at);
  tokens.add(KIND.end, value.length, value.length);
  tokens.seal();
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

/** PostgreSQL's JSON operators stand between a literal and another literal or an array. */
function isJsonOperator(tokens: SqlTokens, value: string, end: number): boolean {
  const last = tokens.count - 1;
  if (last < 0 || tokens.kinds[last] !== KIND.string) return false;
  // Only a JSON document before it makes it one: quotes and question marks meet in prose as well.
  const bracket = value[(tokens.ends[last] ?? 0) - 2];
  if (bracket !== '}' && bracket !== ']' && tokens.castAt !== tokens.count) return false;
  let next = end;
  while (next - end < GAP_MAX && value.charCodeAt(next) <= 32) next++;
  return value[next] === "'" || value[next] === '$' || value.slice(next, next + 5).toLowerCase() === 'array';
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

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordCode(code: number): boolean {
  return code >= 128 ? code !== 0xa0 && code !== 0x3000 : isDigit(code) || CLASSES[code] === CLASS_WORD || code === 36;
}

/** `1d`, `1f` before a set operator: Oracle's suffix, glued to hide the word. */
const NUMBER_SUFFIX = /[df](?=union|minus|intersect)/iy;

/** A number ends where letters begin (`1or`, `.1UNION`): dialects lex it so, and attackers count on filters that do not. */
function readNumber(tokens: SqlTokens, value: string, at: number): number {
  let end = at;
  const second = value.charCodeAt(at + 1) | 32;
  if (value.charCodeAt(at) === 48 && second === 120 && /[\da-f]/i.test(value.charAt(at + 2))) {
    end = at + 2;
    while (/[\da-f]/i.test(value.charAt(end))) end++;
  } else {
    while (isDigit(value.charCodeAt(end))) end++;
    if (value.charCodeAt(end) === 46) end++;
    while (isDigit(value.charCodeAt(end))) end++;
    const exponent = (value.charCodeAt(end) | 32) === 101;
    if (exponent && isDigit(value.charCodeAt(end + 1))) {
      end += 2;
      while (isDigit(value.charCodeAt(end))) end++;
    } else if (exponent && value.charCodeAt(end - 1) === 46 && !isWordCode(value.charCodeAt(end + 1)) && tokens.count > 0) {
      // `1.e` without an exponent before `(` or a blank is dropped by MySQL's lexer: noise between two tokens.
      return end + 1;
    }
  }
  tokens.add(KIND.number, at, end);
  NUMBER_SUFFIX.lastIndex = end;
  return NUMBER_SUFFIX.test(value) ? end + 1 : end;
}

/** Dotted names (`master..xp_cmdshell`, `information_schema.tables`) are one word. */
function readWord(tokens: SqlTokens, value: string, at: number): number {
  let end = at;
  for (;;) {
    while (isWordCode(value.charCodeAt(end))) end++;
    if (value.charCodeAt(end) !== 46) break;
    let next = end;
    while (value.charCodeAt(next) === 46 && next - end < 3) next++;
    if (!isWordCode(value.charCodeAt(next)) || isDigit(value.charCodeAt(next))) break;
    end = next;
  }
  const text = end - at <= WORD_TEXT_MAX ? value.slice(at, end).toLowerCase() : '';
  const kind = text.length <= KEYWORD_CHARS_MAX ? (KEYWORDS.get(text) ?? KIND.word) : KIND.word;
  return tokens.addText(kind, { start: at, end, text });
}

/** Types that a PostgreSQL cast names; anything else after `::` is a scope of another language. */
const CAST_TYPES = new Set(
  (
    'json jsonb int integer int2 int4 int8 bigint smallint text varchar char bpchar numeric decimal real float float4 float8 double ' +
    'bool boolean bytea regclass regtype timestamp date uuid name xml money inet'
  ).split(' '),
);
const TYPE_CHARS_MAX = 9;
/** What may follow the name of a type: `double precision`, `int[]`, `varchar(9)`. */
const TYPE_TAIL = /(?: precision)?(?:\[\]|\(\d{1,4}\))?/iy;

/** Offset after `::type`, or -1. */
function endOfCast(value: string, at: number): number {
  let end = at + 2;
  while (end - at <= TYPE_CHARS_MAX + 2 && isWordCode(value.charCodeAt(end))) end++;
  const next = value[end];
  if (end === at + 2 || next === ':' || next === '.' || !CAST_TYPES.has(value.slice(at + 2, end).toLowerCase())) return -1;
  TYPE_TAIL.lastIndex = end;
  return TYPE_TAIL.test(value) ? TYPE_TAIL.lastIndex : end;
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
  const foreign = second === '=' || second === '>' || second === '<' ? FOREIGN_OPERATORS.find((text) => value.startsWith(text, at)) : undefined;
  if (foreign !== undefined) {
    tokens.addText(foreign === '>>' || foreign === '<<' ? KIND.operator : KIND.other, {
      start: at,
      end: at + foreign.length,
      text: foreign,
    });
    return at + foreign.length;
  }
  let end = at;
  while (end - at < 3 && COMPARE_CHARACTERS.includes(value.charAt(end)) && end < value.length) end++;
  const text = value.slice(at, end);
  const kind = text === '!' ? KIND.operator : text === ':' || text === '::' || text === '!!' ? KIND.other : KIND.compare;
  return tokens.addText(kind, { start: at, end, text });
}

function readOperator(tokens: SqlTokens, value: string, at: number): number {
  const pair = value.slice(at, at + 2);
  if (pair === '--') return readLineComment(tokens, value, at);
  if (pair === '/*') return readBlockComment(tokens, value, at);
  // The end of a MySQL conditional comment, whose content was read as code.
  if (pair === '*/') return at + 2;
  if (pair === '||' || pair === '&&') return tokens.addText(KIND.logic, { start: at, end: at + 2, text: pair });
  if (pair === '->') return tokens.addText(KIND.operator, { start: at, end: at + (value[at + 2] === '>' ? 3 : 2), text: pair });
  if (pair === '#>' || pair === '#-') {
    const end = at + (value.startsWith('#>>', at) ? 3 : 2);
    if (isJsonOperator(tokens, value, end)) return tokens.addText(KIND.compare, { start: at, end, text: pair });
  }
  if (pair.startsWith('#')) return readLineComment(tokens, value, at);
  return tokens.addText(KIND.operator, { start: at, end: at + 1, text: pair.charAt(0) });
}

function readLineComment(tokens: SqlTokens, value: string, at: number): number {
  // A ruler under a heading or a PEM line: nobody needs eight dashes to cut a statement off.
  if (value.startsWith(RULER, at)) {
    let next = at;
    while (value.charCodeAt(next) === 45) next++;
    tokens.add(KIND.other, at, next);
    return next;
  }
  const found = value.indexOf('\n', at);
  const end = found < 0 ? value.length : found + 1;
  const last = tokens.kinds[tokens.count - 1];
  // Between two words a comment that ends with its line is white space (`union # x` newline `select`); elsewhere it may cut a statement off.
  const isGap = found >= 0 && (last === KIND.word || last === KIND.logic || last === KIND.comment || tokens.comments === 'deep');
  if (found >= 0 && end < value.length) tokens.hasDeepComments = true;
  if (!isGap) tokens.add(KIND.comment, at, end);
  return end;
}

/** `/*!50000 code` runs on MySQL; any other block comment is white space, or swallows the rest when it is never closed. */
function readBlockComment(tokens: SqlTokens, value: string, at: number): number {
  if (value[at + 2] === '!') {
    let end = at + 3;
    while (end - at < 9 && isDigit(value.charCodeAt(end))) end++;
    return end;
  }
  const close = value.indexOf('*/', at + 2);
  const inner = close < 0 ? -1 : value.slice(at + 2, Math.min(close, at + COMMENT_SEARCHED_MAX)).indexOf('/*');
  if (inner >= 0) {
    tokens.hasDeepComments = true;
    if (tokens.comments === 'deep') return endOfNested(value, at);
  }
  if (close >= 0) return close + 2;
  tokens.add(KIND.comment, at, value.length);
  return value.length;
}

/** Comments inside comments, as PostgreSQL and T-SQL read them: as many ends as beginnings. */
function endOfNested(value: string, start: number): number {
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    const pair = value.slice(at, at + 2);
    if (pair === '/*') depth++;
    else if (pair === '*/') depth--;
    else continue;
    at++;
    if (depth === 0) return at + 1;
  }
  return value.length;
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

/** `$$text$$`, `$tag$text$tag$`: a literal without quotes (PostgreSQL). */
function readDollar(tokens: SqlTokens, value: string, at: number): number {
  const tag = DOLLAR_TAG.exec(value.slice(at, at + DOLLAR_TAG_CHARS_MAX))?.[0];
  const inside = tag === undefined ? -1 : value.slice(at + tag.length, at + DOLLAR_QUOTED_MAX).indexOf(tag);
  const end = tag === undefined || inside < 0 ? at + 1 : at + inside + tag.length * 2;
  tokens.add(end === at + 1 ? KIND.other : KIND.string, at, end);
  return end;
}

const DOLLAR_TAG_CHARS_MAX = 18;
const DOLLAR_TAG = /^\$(?:[a-z_]\w{0,15})?\$/i;

/** `{fn f()}`, `{d '..'}`, `{any expression}` (ODBC, MySQL): parentheses of another form, where an operand is due. */
function readBrace(tokens: SqlTokens, value: string, at: number): number {
  const last = tokens.kinds[tokens.count - 1];
  const isDue = last === KIND.logic || last === KIND.compare || last === KIND.operator || last === KIND.open;
  if (value[at] === '{' && tokens.count > 0 && isDue) {
    const label = ESCAPE_LABEL.exec(value.slice(at + 1, at + ESCAPE_LABEL_CHARS_MAX))?.[0];
    if (label !== undefined) {
      tokens.add(KIND.open, at, at + 1);
      tokens.bracesOpen++;
      return at + 1 + label.length;
    }
  }
  const closes = value[at] === '}' && tokens.bracesOpen > 0;
  if (closes) tokens.bracesOpen--;
  tokens.add(closes ? KIND.close : KIND.other, at, at + 1);
  return at + 1;
}

const ESCAPE_LABEL_CHARS_MAX = 24;
const ESCAPE_LABEL = /^\s{0,4}(?:\w{1,12}|`\w{1,12}`)(?=[\s('"])/;

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
  const isAddress = at > 0 && isWordCode(value.charCodeAt(at - 1)) && !isQuoteBefore(value, at);
  return tokens.addText(isAddress ? KIND.other : KIND.variable, {
    start: at,
    end,
    text: value.slice(at, Math.min(end, at + WORD_TEXT_MAX)).toLowerCase(),
  });
}

/** A keyword directly before `@` (`or@x`) still introduces a variable. */
function isQuoteBefore(value: string, at: number): boolean {
  return /(?:^|[^a-z])(?:or|and|xor|select|by|not|binary)$/i.test(value.slice(Math.max(0, at - 8), at));
}

/** `[name]` is an identifier in T-SQL and SQLite; unclosed or long it is only a bracket. */
function readBracket(tokens: SqlTokens, value: string, at: number): number {
  // Looked for in a bounded window: a megabyte of `[` must not be searched to its end a million times.
  const inside = value.slice(at, at + WORD_TEXT_MAX).indexOf(']');
  const close = at + inside;
  if (inside < 0) {
    tokens.add(KIND.other, at, at + 1);
    return at + 1;
  }
  tokens.bracketed.add(tokens.count);
  return tokens.addText(KIND.word, { start: at, end: close + 1, text: value.slice(at + 1, close).toLowerCase() });
}

function pairParentheses(tokens: SqlTokens): void {
  const { kinds } = tokens;
  const partners = new Int32Array(kinds.length).fill(-1);
  tokens.partners = partners;
  const open: number[] = [];
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === KIND.open) {
      partners[i] = kinds.length - 1;
      open.push(i);
    } else if (kinds[i] === KIND.close) {
      const partner = open.pop();
      if (partner !== undefined) partners[partner] = i;
    }
  }
}
