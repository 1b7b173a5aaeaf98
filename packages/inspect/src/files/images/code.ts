import { ANY_ASCII } from '../../words/fingerprint.ts';
import { createWordFinder, type WordFinder } from '../../words/finder.ts';
import { asciiText, CHUNK_BYTES, latin1, type Reader } from '../bytes/reader.ts';
import type { Span } from '../case.ts';

/** Longest text that a pattern below needs. */
const REACH = 96;
const METADATA_CHARS_MAX = 1_048_576;
/** Second letters of what begins with `<` below. */
const SECOND: ReadonlySet<number> = new Set(Array.from('?%sShHjJiIbBoOeE!', (letter) => letter.charCodeAt(0)));

/** What code does, as it is written in places where there is room for little of it. */
const CALLS =
  /\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES|ENV|SESSION)\b|\b(?:eval|assert|system|passthru|(?:shell_|pcntl_)?exec|p(?:roc_)?open|include|require|echo|print|readfile|file_(?:get|put)_contents|base64_decode|gzinflate|str_rot13|strrev|hex2bin|phpinfo|function|call_user_func|create_function|preg_replace|move_uploaded_file|getallheaders)(?:_once|_array)?\s{0,2}[\s("'$`]/;
const PAGE_CALLS =
  /\b(?:eval|execute(?:global)?|response|request|server|session|getruntime|processbuilder|createobject|out\.print)\b/;

/**
 * Pages and scripts that run where a picture is served as one (CWE-434). Each is so long, or goes on in such words, that neither what is
 * packed nor pixels that are all dark hold it by chance: the values of those are characters, and near each other.
 */
const CODE: readonly (readonly [shape: RegExp, what: string])[] = [
  [/^<\?php[\s\0]/i, 'PHP'],
  [new RegExp(`^<\\?[=\\s][\\t\\n\\r\\u0020-\\u007e]{0,40}?(?:${CALLS.source})`, 'i'), 'PHP'],
  [/^<\?=?\s{0,4}@?`[ -_a-~]{0,40}[a-z_/$][ -_a-~]{0,40}`\s{0,4}(?:;|\?>)/, 'PHP'],
  [/^<%@\s{0,8}(?:page|language|webhandler|control|webservice|import|include|taglib|assembly|master)\b/i, 'a server page'],
  [new RegExp(`^<%[=!]?[\\t\\n\\r\\u0020-\\u007e]{0,40}?(?:${PAGE_CALLS.source})`, 'i'), 'a server page'],
  [/^<jsp:[a-z]{3}/i, 'JSP'],
  [/^<script[\s>/]/i, 'a script'],
  [/^<(?:html|svg|iframe|body|object|embed)(?:>[\t\n\r\u0020-\u007e]{4}|[\s/][\t\n\r\u0020-\u007e]{4})/i, 'markup'],
  [/^<(?:html|iframe|body|object|embed)>/i, 'markup'],
  [/^<!doctype\s{1,8}html/i, 'markup'],
];
/** Any other code that goes on for long enough in signs and letters both; not where colours stand as they are. */
const LONG_CODE: readonly (readonly [shape: RegExp, what: string])[] = [
  [/^<\?=\s{0,8}(?=[\t\n\r -~]{0,30}[$("'])(?=[\t\n\r -~]{0,30}[_`a-z])[$`@\w(\\'"][\t\n\r -~]{11}/, 'PHP'],
  [/^<\?\s(?=[\t\n\r -~]{0,30}[$("'])(?=[\t\n\r -~]{0,30}[_`a-z])[\t\n\r -~]{15}/, 'PHP'],
  [/^<%[=!]?(?=[\t\n\r -~]{0,30}[$("'])(?=[\t\n\r -~]{0,30}[_`a-z])[\t\n\r -~]{20}/, 'a server page'],
];
const ANY_CODE: typeof CODE = [...CODE, ...LONG_CODE];
const PHP_ARCHIVE = '__HALT_COMPILER';
/** One of these stands in whatever `ANY_CODE` matches. A finder takes letters in either case. */
const CODE_WORDS: readonly string[] = [
  ...'<?php <?= <?@ <?` <jsp: <script <html <svg <iframe <body <object <embed <!doctype'.split(' '),
  ...Array.from('\t\n\v\f\r \u00a0', (blank) => `<?${blank}`),
  // Behind `<%` all shapes but the first go on in ASCII, for four octets at the least: `<%eval`.
  '<%@',
  `<%${ANY_ASCII.repeat(4)}`,
  PHP_ARCHIVE,
];
/** Made when the first picture needs them: one that is not small. */
let finders: { readonly code: WordFinder; readonly archive: WordFinder } | null = null;
const wordFinders = (): NonNullable<typeof finders> =>
  (finders ??= { code: createWordFinder(CODE_WORDS), archive: createWordFinder([PHP_ARCHIVE]) });
/** In metadata a shorter sign is enough. */
const IN_METADATA: readonly (readonly [shape: RegExp, what: string])[] = [
  [/<\?php/i, 'PHP'],
  [/\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES)\b|\b(?:eval|assert|system|passthru|shell_exec)\s{0,4}\(\s{0,4}[$'"`@]/, 'PHP'],
  [/<(?:script|iframe|object|embed)\b/i, 'markup'],
  [/\b(?:java|vb)script:/i, 'a script'],
  [/\bon(?:error|load|click|mouseover|focus|begin)\s{0,4}=\s{0,4}\S/i, 'markup'],
];
/** And in texts of people a very short one. Small pictures and profiles of colours, which are metadata as well, hold these by chance. */
const IN_TEXT: readonly (readonly [shape: RegExp, what: string])[] = [
  [/<\?=|<\?\s/, 'PHP'],
  [/<%[@=!\s]/, 'a server page'],
  [/<svg\b/i, 'markup'],
];
/** None of these stands in a text, and noise has one in ten octets: it goes on for so long without one as good as never. */
const TEXT_CHARS_MIN = 128;
// oxlint-disable-next-line no-control-regex -- it is about them
const CONTROL = /[\u0001-\u0008\u000e-\u001f\u007f]/;

/** What kind of code stands in a picture; null = none. */
export function findCode(reader: Reader, texts: readonly Span[], colours: readonly Span[]): string | null {
  for (const [from, to] of texts) {
    const found = codeInText(latin1Of(reader, from, to));
    if (found !== null) return found;
  }
  return codeInOctets(reader, colours);
}

function latin1Of(reader: Reader, from: number, to: number): string {
  let text = '';
  reader.each(from, Math.min(to, from + METADATA_CHARS_MAX), (chunk) => {
    text += asciiText(chunk);
  });
  return text;
}

/** Judges metadata; characters of two octets are read as well as those of one. `isText` = people may have written it. */
export function codeInText(text: string, isText = true): string | null {
  const narrow = text.replaceAll('\0', '');
  const sure = IN_METADATA.find(([shape]) => shape.test(narrow))?.[1];
  if (sure !== undefined || !isText) return sure ?? null;
  const runs = narrow.split(CONTROL);
  const ofPeople = runs.filter((run) => runs.length === 1 || run.length >= TEXT_CHARS_MIN).join('\n\n');
  return IN_TEXT.find(([shape]) => shape.test(ofPeople))?.[1] ?? null;
}

function codeInOctets(reader: Reader, colours: readonly Span[]): string | null {
  const words = reader.size > CHUNK_BYTES ? wordFinders() : null;
  let found: string | null = null;
  let isArchive = false;
  const visit = (chunk: Uint8Array, at: number): boolean => {
    if (words?.code.search().take(chunk) === false) return true;
    found = codeInChunk(chunk, (index) => colours.some(([from, to]) => at + index >= from && at + index < to));
    isArchive ||= words?.archive.search().take(chunk) !== false && asciiText(chunk).includes(PHP_ARCHIVE);
    return found === null;
  };
  reader.eachWithOverlap(REACH, visit);
  return found ?? (isArchive ? 'a PHP archive' : null);
}

function codeInChunk(chunk: Uint8Array, isColour: (index: number) => boolean): string | null {
  for (let i = chunk.indexOf(0x3c); i >= 0; i = chunk.indexOf(0x3c, i + 1)) {
    if (!SECOND.has(chunk[i + 1] ?? 0)) continue;
    const text = latin1(chunk.subarray(i, i + REACH));
    const found = (isColour(i) ? CODE : ANY_CODE).find(([shape]) => shape.test(text));
    if (found !== undefined) return found[1];
  }
  return null;
}
