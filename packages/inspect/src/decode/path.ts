import { decodeUtf8, hexByte } from './percent.ts';

/** Why a path has more than one possible reading. */
export type PathRefusal =
  | 'not-absolute'
  | 'too-long'
  | 'bad-character'
  | 'bad-percent'
  | 'null-byte'
  | 'control'
  | 'bad-utf8'
  | 'backslash'
  | 'encoded-slash'
  | 'encoded-backslash'
  | 'encoded-dot'
  | 'double-encoding'
  | 'parameter-dot-segment'
  | 'parameter-segment'
  | 'look-alike'
  | 'above-root';

export type PathVerdict = { kind: 'ok'; path: string } | { kind: 'refused'; reason: PathRefusal };

const PATH_BYTES_MAX = 8_192;
/** Words between single slashes, none of which begins with a dot: nothing to decode and nothing to resolve, as in most paths. */
const CANONICAL = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+$/u;
/** RFC 3986 §3.3: what may stand in a segment unescaped. */
const SEGMENT_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@";
const UNESCAPED: readonly boolean[] = Array.from({ length: 256 }, (_, code) =>
  SEGMENT_CHARACTERS.includes(String.fromCharCode(code)),
);
/** Code points that a best-fit or NFKC mapping turns into `.`, `..`, `/` (also `a/c`, `c/o` and their like) or `\`. */
const LOOK_ALIKES = new Set([
  0xff0e, 0x2024, 0xfe52, 0x2025, 0xfe30, 0xff0f, 0xff3c, 0xfe68, 0x2044, 0x2215, 0x2216, 0x29f8, 0x29f5, 0x2100, 0x2101, 0x2105,
  0x2106,
]);
/** Code points that NFKC turns into `%`: look-alikes only before two hexadecimal digits, else the percent sign of a title. */
const PERCENT_LOOK_ALIKES = new Set([0xff05, 0xfe6a]);
/** Code points that NFKC turns into `;`: refused where a parameter would leave a dot segment or nothing before it. */
const SEMICOLON_LOOK_ALIKES = new Set([0xff1b, 0xfe54, 0x37e]);
/** Raw characters a segment may hold besides escapes; quotes, brackets and `|` are common in the wild and re-escaped. */
const TOLERATED = '"<>[]^`{|}%';

/**
 * Reads a raw path once and writes it back in the only form later steps see and the upstream receives.
 * Anything a second reader could take differently is refused rather than repaired (RFC 3986 §6.2.2, CWE-22, CWE-180).
 *
 * @example canonicalPath('/a//b/../c%41') // { kind: 'ok', path: '/a/cA' }
 */
export function canonicalPath(rawPath: string): PathVerdict {
  if (rawPath.length > PATH_BYTES_MAX) return refuse('too-long');
  if (CANONICAL.test(rawPath)) return { kind: 'ok', path: rawPath };
  return rawPath.startsWith('/') ? resolvePath(rawPath) : refuse('not-absolute');
}

function resolvePath(rawPath: string): PathVerdict {
  const raw = rawPath.split('/').slice(1);
  const kept: string[] = [];
  const hasParameters = rawPath.includes(';');
  let isDirectory = false;
  for (const segment of raw) {
    const decoded = decodeSegment(segment);
    if (decoded.kind === 'refused') return decoded;
    const dots = dotSegment(decoded.path);
    if (dots > 0 && segment.includes('%')) return refuse('encoded-dot');
    // Servlet containers drop `;x` before they resolve dots, so `/a/..;/b` and `/a;x/../b` mean two things.
    if (dots > 0 && hasParameters) return refuse('parameter-dot-segment');
    isDirectory = dots > 0 || decoded.path === '';
    if (dots === 2 && kept.pop() === undefined) return refuse('above-root');
    if (!isDirectory) kept.push(escapeSegment(decoded.path));
  }
  const joined = `/${kept.join('/')}`;
  return { kind: 'ok', path: isDirectory && kept.length > 0 ? `${joined}/` : joined };
}

function refuse(reason: PathRefusal): Extract<PathVerdict, { kind: 'refused' }> {
  return { kind: 'refused', reason };
}

/** 1 for `.`, 2 for `..` (with or without a `;parameter`), else 0. */
function dotSegment(segment: string): 0 | 1 | 2 {
  const end = segment.indexOf(';');
  const name = end < 0 ? segment : segment.slice(0, end);
  if (name === '.') return 1;
  return name === '..' ? 2 : 0;
}

function decodeSegment(segment: string): PathVerdict {
  const bytes = new Uint8Array(segment.length);
  let length = 0;
  for (let i = 0; i < segment.length; i++) {
    const code = segment.charCodeAt(i);
    if (code !== 37) {
      if (code === 92) return refuse('backslash');
      if (code < 32 || code === 127) return refuse('control');
      if (code > 126 || !(UNESCAPED[code] === true || TOLERATED.includes(segment.charAt(i)))) return refuse('bad-character');
      bytes[length++] = code;
      continue;
    }
    const byte = hexByte(segment, i + 1);
    const reason = escapeRefusal(byte);
    if (reason !== undefined) return refuse(reason);
    bytes[length++] = byte;
    i += 2;
  }
  const text = decodeUtf8(bytes.subarray(0, length));
  if (text === undefined) return refuse('bad-utf8');
  return scanDecoded(text);
}

/** What forbids the escape for `byte`, if anything. */
function escapeRefusal(byte: number): PathRefusal | undefined {
  if (byte < 0) return 'bad-percent';
  if (byte === 0) return 'null-byte';
  if (byte === 0x2f) return 'encoded-slash';
  if (byte === 0x5c) return 'encoded-backslash';
  return byte < 32 || byte === 127 ? 'control' : undefined;
}

function scanDecoded(text: string): PathVerdict {
  // A segment of parameters alone disappears where they are stripped: `/;/admin` is `/admin` there.
  if (text.startsWith(';')) return refuse('parameter-segment');
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Asked of the decoded text, because the digits of the second escape may have been escaped themselves (`%25%32%65`).
    if (code === 37 && hexByte(text, i + 1) >= 0) return refuse('double-encoding');
    if (code < 128) continue;
    if (code < 0xa0) return refuse('control');
    if (LOOK_ALIKES.has(code)) return refuse('look-alike');
    if (SEMICOLON_LOOK_ALIKES.has(code) && /^\.{0,2}$/u.test(text.slice(0, i))) return refuse('look-alike');
    if (PERCENT_LOOK_ALIKES.has(code) && hexByte(text, i + 1) >= 0) return refuse('look-alike');
  }
  return { kind: 'ok', path: text };
}

function escapeSegment(segment: string): string {
  let out = '';
  for (const character of segment) {
    const code = character.charCodeAt(0);
    out += code < 128 && UNESCAPED[code] === true ? character : encodeURIComponent(character);
  }
  return out;
}
