/** One token of a script. `text` is lower case for nothing: names in scripts are case-sensitive. */
export interface Token {
  kind: 'word' | 'literal' | 'template' | 'sign';
  text: string;
  start: number;
  end: number;
  /** Whether a line break stands before it, which may end a statement (ECMA-262 §12.10). */
  isOnNewLine: boolean;
  /** Whether nothing stands before it, not even a comment. */
  isGlued: boolean;
}

/** Tokens read from one starting point; an injection says what it does early or not at all. */
export const TOKENS_MAX = 256;
/** Characters read from one starting point, long strings and comments among them. */
const LENGTH_MAX = 16_384;
const REGEX_LENGTH_MAX = 512;
const TEMPLATE_DEPTH_MAX = 16;
/** A slash behind one of these divides; elsewhere it begins a regular expression. */
const OPERAND_ENDS = new Set([')', ']', '}']);
/** Operators of more than one character that matter: what is compared is not assigned. */
const LONG_SIGNS = [
  '===',
  '!==',
  '**=',
  '==',
  '!=',
  '<=',
  '>=',
  '=>',
  '&&',
  '||',
  '??',
  '?.',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '|=',
  '&=',
  '^=',
  '%=',
];
const LONG_SIGN_FIRST = new Set(LONG_SIGNS.map((sign) => sign.charAt(0)));

interface Scan {
  text: string;
  end: number;
  at: number;
  tokens: Token[];
  isOnNewLine: boolean;
  gapEnd: number;
  /** For each open `${` the number of braces open inside it. */
  templates: number[];
}

/**
 * Splits text into the tokens of a script, leniently: what is unterminated ends with the text. A comment that ends the line ends
 * nothing else; text after the last token read is ignored.
 */
export function readTokens(text: string, from: number): readonly Token[] {
  const end = Math.min(text.length, from + LENGTH_MAX);
  const scan: Scan = { text, end, at: from, tokens: [], isOnNewLine: false, gapEnd: from, templates: [] };
  while (scan.tokens.length < TOKENS_MAX) {
    skipGap(scan);
    if (scan.at >= scan.end) break;
    readToken(scan);
  }
  return scan.tokens;
}

function skipGap(scan: Scan): void {
  const { text, end } = scan;
  const from = scan.at;
  scan.isOnNewLine = false;
  for (; scan.at < end; scan.at++) {
    const code = text.charCodeAt(scan.at);
    if (code === 10 || code === 13 || code === 0x2028 || code === 0x2029) scan.isOnNewLine = true;
    else if (code === 47 && text[scan.at + 1] === '*') scan.at = Math.min(end, found(text, '*/', scan.at + 2) + 1);
    else if (code === 47 && text[scan.at + 1] === '/') scan.at = Math.min(end, lineEnd(text, scan.at)) - 1;
    else if (code > 32 && code !== 0xa0 && code !== 0xfeff) break;
  }
  scan.gapEnd = scan.at === from ? scan.at : -1;
}

function found(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
}

function lineEnd(text: string, from: number): number {
  return Math.min(found(text, '\n', from), found(text, '\r', from));
}

function readToken(scan: Scan): void {
  const start = scan.at;
  const first = scan.text.charAt(start);
  if (first === '`') return readTemplate(scan, start);
  if (first === '"' || first === "'") return push(scan, 'literal', stringEnd(scan, start, first));
  if (isWordCode(scan.text.charCodeAt(start))) {
    return push(scan, first >= '0' && first <= '9' ? 'literal' : 'word', wordEnd(scan, start));
  }
  if (first === '/' && !endsOperand(scan.tokens.at(-1))) {
    const at = regexEnd(scan, start);
    if (at > 0) return push(scan, 'literal', at);
  }
  if (first === '{') opensBrace(scan);
  if (first === '}' && closesSubstitution(scan)) {
    push(scan, 'sign', start + 1);
    return readTemplate(scan, start);
  }
  push(scan, 'sign', start + signLength(scan.text, start));
}

/** Keeps count of the braces inside a substitution; true for the one that ends it. */
function closesSubstitution({ templates }: Scan): boolean {
  const inside = templates.length - 1;
  const open = templates[inside];
  if (open === 0) templates.pop();
  else if (open !== undefined) templates[inside] = open - 1;
  return open === 0;
}

function opensBrace({ templates }: Scan): void {
  const inside = templates.length - 1;
  if (inside >= 0) templates[inside] = (templates[inside] ?? 0) + 1;
}

function signLength(text: string, at: number): number {
  if (!LONG_SIGN_FIRST.has(text.charAt(at))) return 1;
  return LONG_SIGNS.find((sign) => text.startsWith(sign, at))?.length ?? 1;
}

function push(scan: Scan, kind: Token['kind'], end: number): void {
  const { text, at: start, isOnNewLine } = scan;
  scan.tokens.push({ kind, text: text.slice(start, end), start, end, isOnNewLine, isGlued: scan.gapEnd === start });
  scan.at = end;
}

/** Reads a template literal, or what follows a substitution in one, up to its end or the next substitution. */
function readTemplate(scan: Scan, start: number): void {
  const isRest = scan.text[start] !== '`';
  let at = start + 1;
  while (at < scan.end && scan.text[at] !== '`') {
    if (scan.text[at] === '$' && scan.text[at + 1] === '{' && scan.templates.length < TEMPLATE_DEPTH_MAX) {
      if (!isRest) push(scan, 'template', at);
      scan.at = at;
      scan.gapEnd = at;
      push(scan, 'sign', at + 2);
      scan.templates.push(0);
      return;
    }
    at += scan.text[at] === '\\' ? 2 : 1;
  }
  const end = Math.min(at + 1, scan.end);
  if (isRest) scan.at = end;
  else push(scan, 'template', end);
}

function wordEnd(scan: Scan, start: number): number {
  let at = start + 1;
  while (at < scan.end && isWordCode(scan.text.charCodeAt(at))) at++;
  return at;
}

function stringEnd(scan: Scan, start: number, quote: string): number {
  let at = start + 1;
  while (at < scan.end && scan.text[at] !== quote) at += scan.text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, scan.end);
}

/** The end of a regular expression that begins at `start`, on one line; 0 when none does. */
function regexEnd(scan: Scan, start: number): number {
  const end = Math.min(scan.end, start + REGEX_LENGTH_MAX);
  for (let at = start + 1; at < end; at++) {
    const character = scan.text.charAt(at);
    if (character === '\n' || character === '\r') return 0;
    if (character === '\\') at++;
    else if (character === '/' && at > start + 1) return at + 1;
  }
  return 0;
}

function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return token.kind === 'sign' ? OPERAND_ENDS.has(token.text) : !KEYWORDS.has(token.text);
}

function isWordCode(code: number): boolean {
  const lower = code | 32;
  return (lower >= 97 && lower <= 122) || (code >= 48 && code <= 57) || code === 95 || code === 36 || code >= 0xa1;
}

/** Words between which and an operand no operator stands (ECMA-262 §12.7.2). */
export const KEYWORDS: ReadonlySet<string> = new Set(
  'var let const new typeof void delete return throw in of instanceof else do function async await case class extends yield import from export as get set static if for while with switch try catch finally default'.split(
    ' ',
  ),
);

/**
 * True when the tokens cannot be a script because two operands stand side by side, as words do in prose. Statements that a line break
 * or a closing bracket separates are let through.
 */
export function isProse(tokens: readonly Token[]): boolean {
  const hasHead = tokens.some((token) => token.kind === 'word' && HEADS.has(token.text));
  for (let i = 1; i < tokens.length; i++) {
    const left = tokens[i - 1];
    const right = tokens[i];
    if (left === undefined || right === undefined || right.isOnNewLine) continue;
    if (right.kind !== 'word' && right.kind !== 'literal') continue;
    if (KEYWORDS.has(left.text) || KEYWORDS.has(right.text) || left.text === '}') continue;
    if (left.text === ')' ? !hasHead : left.kind !== 'sign' || left.text === ']') return true;
  }
  return false;
}
/** Statements whose head ends with a bracket. */
const HEADS: ReadonlySet<string> = new Set(['if', 'for', 'while', 'with']);
