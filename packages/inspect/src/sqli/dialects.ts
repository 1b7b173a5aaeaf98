import { isDigit, isWordCode } from './characters.ts';
import { KIND, type SqlTokens } from './tokens.ts';

/** Blanks that are looked past for what follows an operator. */
const GAP_MAX = 16;
/** Window in which a dollar-quoted literal has to end. */
const DOLLAR_QUOTED_MAX = 1_024;

/** PostgreSQL's JSON operators stand between a literal and another literal or an array. */
export function isJsonOperator(tokens: SqlTokens, value: string, end: number): boolean {
  const last = tokens.count - 1;
  if (last < 0 || tokens.kinds[last] !== KIND.string) return false;
  // Only a JSON document before it makes it one: quotes and question marks meet in prose as well.
  const bracket = value[(tokens.ends[last] ?? 0) - 2];
  if (bracket !== '}' && bracket !== ']' && tokens.castAt !== tokens.count) return false;
  let next = end;
  while (next - end < GAP_MAX && value.charCodeAt(next) <= 32) next++;
  return value[next] === "'" || value[next] === '$' || value.slice(next, next + 5).toLowerCase() === 'array';
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
export function endOfCast(value: string, at: number): number {
  let end = at + 2;
  while (end - at <= TYPE_CHARS_MAX + 2 && isWordCode(value.charCodeAt(end))) end++;
  const next = value[end];
  if (end === at + 2 || next === ':' || next === '.' || !CAST_TYPES.has(value.slice(at + 2, end).toLowerCase())) return -1;
  TYPE_TAIL.lastIndex = end;
  return TYPE_TAIL.test(value) ? TYPE_TAIL.lastIndex : end;
}

/** `$$text$$`, `$tag$text$tag$`: a literal without quotes (PostgreSQL). */
export function readDollar(tokens: SqlTokens, value: string, at: number): number {
  const tagEnd = endOfDollarTag(value, at);
  if (tagEnd > 0) {
    const window = tokens.dollarsMissed < DOLLARS_MISSED_MAX ? DOLLAR_QUOTED_MAX : DOLLAR_SHORT_MAX;
    const tag = value.slice(at, tagEnd);
    const inside = value.slice(tagEnd, at + window).indexOf(tag);
    if (inside >= 0) {
      const end = tagEnd + inside + tag.length;
      tokens.add(KIND.string, at, end);
      return end;
    }
    tokens.dollarsMissed++;
  }
  tokens.add(KIND.other, at, at + 1);
  return at + 1;
}

/** Tags without an end after which the window for the next ones shrinks: each of them may differ from all before it. */
const DOLLARS_MISSED_MAX = 4_096;
const DOLLAR_SHORT_MAX = 64;
const DOLLAR_TAG_CHARS_MAX = 18;

/** Offset after `$tag$`, or 0. */
function endOfDollarTag(value: string, at: number): number {
  let end = at + 1;
  if (isDigit(value.charCodeAt(end))) return 0;
  while (end - at < DOLLAR_TAG_CHARS_MAX && isTagCode(value.charCodeAt(end))) end++;
  return value.charCodeAt(end) === 36 && end - at < DOLLAR_TAG_CHARS_MAX ? end + 1 : 0;
}

function isTagCode(code: number): boolean {
  return code < 128 && code !== 36 && isWordCode(code);
}

/** `{fn f()}`, `{d '..'}`, `{any expression}` (ODBC, MySQL): parentheses of another form, where an operand is due. */
export function readBrace(tokens: SqlTokens, value: string, at: number): number {
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
