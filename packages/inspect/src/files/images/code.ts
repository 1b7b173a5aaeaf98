import { asciiText, latin1, type Reader } from '../bytes/reader.ts';
import type { Span } from '../case.ts';

const CHUNK_BYTES = 65_536;
/** Longest text that a pattern below needs. */
const REACH = 64;
const METADATA_CHARS_MAX = 1_048_576;
/** Second letters of what begins with `<` below. */
const SECOND: ReadonlySet<number> = new Set(Array.from('?%sShHjJiIbBoOeE!', (letter) => letter.charCodeAt(0)));

/**
 * Pages and scripts that run where a picture is served as one (CWE-434). Each is so long that pixels hold none by chance: what is
 * short must go on in letters.
 */
const CODE: readonly (readonly [shape: RegExp, what: string])[] = [
  [/^<\?php[\s\0]/i, 'PHP'],
  [/^<\?=\s{0,8}[$`@\w(\\'"][\t\n\r\u0020-\u007e]{10}/, 'PHP'],
  [/^<\?\s[\t\n\r\u0020-\u007e]{14}/, 'PHP'],
  [/^<%@\s{0,8}(?:page|language|webhandler|control|webservice|import|include|taglib|assembly|master)\b/i, 'a server page'],
  [/^<%[=!]?[\t\n\r\u0020-\u007e]{14}/, 'a server page'],
  [/^<jsp:[a-z]{3}/i, 'JSP'],
  [/^<script[\s>/]/i, 'a script'],
  [/^<(?:html|svg|iframe|body|object|embed)(?:>|[\s/][\t\n\r\u0020-\u007e]{4})/i, 'markup'],
  [/^<!doctype\s{1,8}html/i, 'markup'],
];
/** In texts of people a shorter sign is enough. */
const IN_METADATA: readonly (readonly [shape: RegExp, what: string])[] = [
  [/<\?(?:php|=)|<\?\s/i, 'PHP'],
  [/<%[@=!\s]/, 'a server page'],
  [/\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES)\b|\b(?:eval|assert|system|passthru|shell_exec)\s{0,4}\(\s{0,4}[$'"`@]/, 'PHP'],
  [/<(?:script|iframe|svg|object|embed)\b/i, 'markup'],
  [/\b(?:java|vb)script:/i, 'a script'],
  [/\bon(?:error|load|click|mouseover|focus|begin)\s{0,4}=\s{0,4}\S/i, 'markup'],
];

/** What kind of code stands in a picture; null = none. */
export function findCode(reader: Reader, texts: readonly Span[]): string | null {
  for (const [from, to] of texts) {
    const found = codeInText(latin1Of(reader, from, to));
    if (found !== null) return found;
  }
  return codeInOctets(reader) ?? (reader.find('__HALT_COMPILER', 0) < 0 ? null : 'a PHP archive');
}

function latin1Of(reader: Reader, from: number, to: number): string {
  let text = '';
  reader.each(from, Math.min(to, from + METADATA_CHARS_MAX), (chunk) => {
    text += asciiText(chunk);
  });
  return text;
}

/** Judges metadata; characters of two octets are read as well as those of one. */
export function codeInText(text: string): string | null {
  const narrow = text.replaceAll('\0', '');
  return IN_METADATA.find(([shape]) => shape.test(narrow))?.[1] ?? null;
}

function codeInOctets(reader: Reader): string | null {
  for (let at = 0; at < reader.size; at += CHUNK_BYTES - REACH) {
    const chunk = reader.read(at, CHUNK_BYTES);
    for (let i = chunk.indexOf(0x3c); i >= 0; i = chunk.indexOf(0x3c, i + 1)) {
      if (!SECOND.has(chunk[i + 1] ?? 0)) continue;
      const text = latin1(chunk.subarray(i, i + REACH));
      const found = CODE.find(([shape]) => shape.test(text));
      if (found !== undefined) return found[1];
    }
    if (chunk.length < CHUNK_BYTES) break;
  }
  return null;
}
