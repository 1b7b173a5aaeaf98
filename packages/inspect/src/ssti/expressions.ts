/** Which pair of delimiters encloses an expression. */
export type Delimiter = '{{' | '{%' | '${' | '#{' | '*{' | '@{' | '~{' | '%{' | '<%' | '[[' | '@(' | '[=' | '{';

/** What stands between two template delimiters. */
export interface Expression {
  delimiter: Delimiter;
  /** Without the delimiters and without the signs that only choose escaping. */
  body: string;
  /** Half-open range in the value, delimiters included. */
  span: readonly [number, number];
}

/** Longer bodies are read up to here: the calls that matter come early, and the rest is read as the next piece. */
export const BODY_LENGTH_MAX = 2_048;
/** Nothing shorter means anything beyond a name; arithmetic is looked for elsewhere. */
const BODY_LENGTH_MIN = 3;
const OPENERS: ReadonlyMap<string, string> = new Map([
  ['{{', '}}'],
  ['{%', '%}'],
  ['${', '}'],
  ['#{', '}'],
  ['*{', '}'],
  ['@{', '}'],
  ['~{', '}'],
  ['%{', '}'],
  ['<%', '%>'],
  ['[[', ']]'],
  ['@(', ')'],
  ['[=', ']'],
]);
const SIGNS: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  '{[%=-~!&^+ \t\r\n'.includes(String.fromCharCode(code)),
);
const BRACE = 123;
const BRACKET = 91;
const PAREN = 40;
const PERCENT = 37;
const EQUALS = 61;

/**
 * The expressions of a text, outermost first, in one pass: pieces never overlap, so the cost is that of reading the text once.
 * An expression without an end is taken to reach as far as is read.
 */
export function* expressions(value: string): Generator<Expression> {
  for (let at = 0; at + 1 < value.length; at++) {
    const delimiter = openerAt(value, at);
    if (delimiter === undefined) continue;
    const closer = OPENERS.get(delimiter) ?? '';
    const start = bodyStart(value, at + 2);
    const window = value.slice(start, start + BODY_LENGTH_MAX);
    const length = bodyLength(window, closer);
    const span = [at, Math.min(value.length, start + length + closer.length)] as const;
    if (length >= BODY_LENGTH_MIN) yield { delimiter, body: window.slice(0, length), span };
    at = Math.max(at + 1, start + length - 1);
  }
}

function openerAt(value: string, at: number): Delimiter | undefined {
  const second = value.charCodeAt(at + 1);
  if (second !== BRACE && second !== BRACKET && second !== PAREN && second !== PERCENT && second !== EQUALS) return undefined;
  const pair = value.slice(at, at + 2);
  // `<%s of %r>`: a format of printf.
  if (pair === '<%' && /^[sdrifgx][\s>'":/.]/.test(value.slice(at + 2, at + 4))) return undefined;
  // The map holds delimiters only; a pair found in it is one of them.
  return OPENERS.has(pair) ? (pair as Delimiter) : undefined;
}

/** Past repeated braces and the signs by which engines choose escaping, trimming or printing. */
function bodyStart(value: string, from: number): number {
  let at = from;
  while (at < value.length && isSign(value.charCodeAt(at))) at++;
  return at;
}

/** True for what engines allow between a delimiter and its expression, braces included. */
export function isSign(code: number): boolean {
  return code < 128 && SIGNS[code] === true;
}

/** Single closers may stand in the body too (`${{a:{b:1}}}`), so braces are counted for them. */
function bodyLength(window: string, closer: string): number {
  if (closer.length > 1) {
    const end = window.indexOf(closer);
    return end < 0 ? window.length : end;
  }
  const close = closer.charCodeAt(0);
  const open = close === 125 ? BRACE : close === 41 ? PAREN : BRACKET;
  let depth = 0;
  for (let at = 0; at < window.length; at++) {
    const code = window.charCodeAt(at);
    if (code === open) depth++;
    else if (code === close && depth-- === 0) return at;
  }
  return window.length;
}
