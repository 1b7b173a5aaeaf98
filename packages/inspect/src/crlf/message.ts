import { wordsBefore } from '../prose.ts';
import type { DetectInput, Evidence, Location } from '../types.ts';

const CERTAIN = 0.96;
const LIKELY = 0.93;
const BLOCKS = 0.91;
const DOUBT = 0.5;
const PROSE_WORDS_MIN = 4;
const TARGET_CHARS_MAX = 2_048;
const PLACES_MAX = 32;
const VERSION = /http\/[0-9]/gi;
/** Methods of RFC 9110 §9.3, RFC 5789 and WebDAV (RFC 4918, RFC 3253), in the spelling that servers take. */
const METHOD =
  /(?:^|[^\w-])(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|SEARCH|PRI|DEBUG|TRACK)$/i;
const METHOD_CHARS_MAX = 12;
const TARGET = /^(?:\/|\*$|https?:|[\w.-]{1,255}:\d)/i;
/** Fields in which people paste logs and transcripts. */
const PASTED: ReadonlySet<Location> = new Set(['form', 'json', 'multipart', 'text', 'xml']);

/** A request line or a status line within a value (RFC 9112 §3, §4), or a body behind an empty line. */
export function judgeMessage({ value, location, part }: DetectInput): Evidence | undefined {
  VERSION.lastIndex = 0;
  let best: Evidence | undefined;
  let places = 0;
  for (let match = VERSION.exec(value); match !== null && places < PLACES_MAX; match = VERSION.exec(value), places++) {
    const confidence = rateLine(value, match.index, PASTED.has(location) && part === 'value');
    if (confidence <= (best?.confidence ?? 0)) continue;
    const span = [match.index, match.index + match[0].length] as const;
    best = { rule: 'crlf.message', confidence, span, why: 'the value holds the first line of an HTTP message' };
  }
  if (best !== undefined || PASTED.has(location)) return best;
  const body = /(?:\r\n\r\n|\n\n|\r\r|\\r\\n\\r\\n)\s{0,8}<(?:html|script|svg|img|body|!doctype|h1|iframe)\b/i.exec(value);
  if (body === null) return undefined;
  const span = [body.index, body.index + body[0].length] as const;
  return { rule: 'crlf.message', confidence: LIKELY, span, why: 'an empty line ends the header and a page follows' };
}

function rateLine(value: string, at: number, isPasted: boolean): number {
  if (/^http\/\d(?:\.\d)?\s{1,4}[1-5]\d\d\b/i.test(value.slice(at, at + 16))) return rateStatus(value, at, isPasted);
  const start = requestLineStart(value, at);
  if (start < 0) return 0;
  if (wordsBefore(value, start) >= PROSE_WORDS_MIN) return DOUBT;
  // A line of an access log stands in quotation marks, behind an address and a date.
  const mark = value.charAt(start - 1);
  if (mark === '"' || mark === "'" || mark === '`') return isPasted ? 0 : DOUBT;
  if (!isPasted) return LIKELY;
  return (mark === '\n' || mark === '\r') && isBareLine(value.slice(0, start)) ? BLOCKS : DOUBT;
}

function rateStatus(value: string, at: number, isPasted: boolean): number {
  const isProse = wordsBefore(value, at) >= PROSE_WORDS_MIN;
  const isAfterBreak = /(?:[\r\n\u0085\u2028\u560a\u560d]|\\r\\n|\\n)\s{0,8}$/.test(value.slice(Math.max(0, at - 16), at));
  if (!isAfterBreak) return isPasted || isProse ? 0 : DOUBT;
  if (isProse) return DOUBT;
  if (!isPasted) return CERTAIN;
  return isBareLine(value.slice(0, at)) ? BLOCKS : DOUBT;
}

/** One word or none before the break: what people paste they introduce. */
function isBareLine(before: string): boolean {
  return !/\S\s{1,8}\S/.test(before.slice(0, TARGET_CHARS_MAX));
}

/** Offset of the method whose request line has its version at `at`; -1 when no target and method stand before it. */
function requestLineStart(value: string, at: number): number {
  const before = value.slice(Math.max(0, at - TARGET_CHARS_MAX), at);
  const line = before.trimEnd();
  const targetAt = lastBlank(line) + 1;
  if (line.length === before.length || !TARGET.test(line.slice(targetAt))) return -1;
  const end = line.slice(0, targetAt).trimEnd().length;
  const from = Math.max(0, end - METHOD_CHARS_MAX);
  const method = METHOD.exec(line.slice(from, end));
  if (method === null || end === targetAt) return -1;
  const mark = /^\w/.test(method[0]) ? 0 : 1;
  return at - before.length + from + method.index + mark;
}

function lastBlank(text: string): number {
  return Math.max(text.lastIndexOf(' '), text.lastIndexOf('\t'), text.lastIndexOf('\n'));
}
