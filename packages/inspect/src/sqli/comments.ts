import { isDigit } from './characters.ts';
import { KIND, type SqlTokens } from './tokens.ts';

const COMMENT_SEARCHED_MAX = 256;
const RULER = '--------';

export function readLineComment(tokens: SqlTokens, value: string, at: number): number {
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
export function readBlockComment(tokens: SqlTokens, value: string, at: number): number {
  if (value[at + 2] === '!') {
    tokens.conditionalsOpen++;
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
    const code = value.charCodeAt(at);
    if (code === 47 && value.charCodeAt(at + 1) === 42) depth++;
    else if (code === 42 && value.charCodeAt(at + 1) === 47) depth--;
    else continue;
    at++;
    if (depth === 0) return at + 1;
  }
  return value.length;
}
