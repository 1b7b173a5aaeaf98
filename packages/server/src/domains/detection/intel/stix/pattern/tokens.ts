import { PATTERN_CHARS_MAX, PatternFault } from './fault.ts';

export type TokenKind = 'word' | 'hyphenated' | 'keyword' | 'integer' | 'float' | 'string' | 'hex' | 'base64' | 'time' | 'sign';

export interface Token {
  readonly kind: TokenKind;
  /** As written; of quoted ones what stands between the quotes, escapes resolved. */
  readonly text: string;
  readonly offset: number;
}

const KEYWORDS = new Set(
  'AND OR NOT FOLLOWEDBY LIKE MATCHES ISSUPERSET ISSUBSET EXISTS LAST IN START STOP SECONDS true false WITHIN REPEATS TIMES'.split(
    ' ',
  ),
);

/** STIX 2.1 §9.3, in the order in which they are tried; all are sticky and none backtracks over more than a token. */
const SKIPPED =
  /(?:[\t\r\n\v\f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000 ]|\/\/[^\r\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)/uy;
const FORMS: readonly (readonly [TokenKind, RegExp])[] = [
  ['time', /t'(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?Z)'/uy],
  ['hex', /h'((?:[0-9A-Fa-f]{2})*)'/uy],
  ['base64', /b'((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==))'/uy],
  ['string', /'((?:[^'\\]|\\['\\])*)'/uy],
  ['float', /[+-]?\d*\.\d+/uy],
  ['integer', /[+-]?(?:0|[1-9]\d*)/uy],
  ['hyphenated', /[A-Za-z_][A-Za-z0-9_]*-[A-Za-z0-9_-]*/uy],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/uy],
  ['sign', /==|!=|<>|<=|>=|[=<>:.,()[\]*]/uy],
];

/** Takes a pattern apart. Linear in its length. */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > PATTERN_CHARS_MAX)
    throw new PatternFault('limit', PATTERN_CHARS_MAX, `longer than ${PATTERN_CHARS_MAX} characters`);
  const tokens: Token[] = [];
  for (let offset = skip(text, 0); offset < text.length;) {
    const { token, end } = tokenAt(text, offset);
    tokens.push(token);
    offset = skip(text, end);
  }
  return tokens;
}

function skip(text: string, from: number): number {
  let offset = from;
  for (;;) {
    SKIPPED.lastIndex = offset;
    const found = SKIPPED.exec(text);
    if (found === null) return offset;
    offset = SKIPPED.lastIndex;
  }
}

function tokenAt(text: string, offset: number): { readonly token: Token; readonly end: number } {
  for (const [kind, form] of FORMS) {
    form.lastIndex = offset;
    const found = form.exec(text);
    if (found === null) continue;
    const written = found[1] ?? found[0];
    if (kind === 'word' && KEYWORDS.has(written))
      return { token: { kind: 'keyword', text: written, offset }, end: form.lastIndex };
    const plain = kind === 'string' ? written.replaceAll(/\\(['\\])/gu, '$1') : written;
    return { token: { kind, text: plain, offset }, end: form.lastIndex };
  }
  throw new PatternFault('syntax', offset, complaint(text, offset));
}

function complaint(text: string, offset: number): string {
  if (text[offset] === "'") return 'a string is not closed, or holds a backslash that escapes neither a quote nor a backslash';
  if (text.startsWith('/*', offset)) return 'a comment is not closed';
  return 'a character that no pattern has here';
}
