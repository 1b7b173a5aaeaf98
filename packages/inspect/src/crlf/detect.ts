import { wordsBefore } from '../prose.ts';
import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence, Location } from '../types.ts';
import { MAIL_HEADERS, PLAIN_HEADERS, POWERFUL_HEADERS, WORDLY_HEADERS } from './headers.ts';
import { linesAfterFirst, type Line } from './lines.ts';
import { judgeMessage } from './message.ts';

const CERTAIN = 0.96;
const LIKELY = 0.93;
const BLOCKS = 0.91;
const DOUBT = 0.5;
/** From this many words on, what stands before a line break is a sentence and the value a text of several lines. */
const PROSE_WORDS_MIN = 4;
/** Places where no honest client writes a line break. Text areas are sent as forms, JSON or parts. */
const ONE_LINE: ReadonlySet<Location> = new Set(['query', 'path', 'header', 'cookie', 'file-name']);
/** A field name of RFC 9110 §5.1; a scheme and its address are none, but a redirection may begin with two slashes. */
const FIELD_NAME = /^((?:location|refresh)(?=\s{0,4}:)|[A-Za-z][A-Za-z0-9_-]{0,63}(?=\s{0,4}:(?!\/\/)))/i;
const ADDRESS_CHARS_MAX = 128;
const ADDRESS = /[\w.+-]{1,64}@[\w-]{1,64}\./;

/** Line breaks that would end a header, a request or a mail and begin another (CWE-93, CWE-113). */
export function detectCrlf(input: DetectInput): readonly Evidence[] {
  const { traits, part } = input;
  const found: Evidence[] = [];
  if (hasAny(traits, TRAIT.control)) judgeNull(input, found);
  const message = judgeMessage(input);
  if (message !== undefined) found.push(message);
  judgeCookie(input, found);
  if (!hasAny(traits, TRAIT.lineBreak | TRAIT.backslash | TRAIT.nonAscii | TRAIT.control)) return found;
  if (part === 'name' && hasAny(traits, TRAIT.lineBreak)) judgeName(input, found);
  judgeLines(input, found);
  return found;
}

function judgeLines({ value, location, part }: DetectInput, found: Evidence[]): void {
  const lines = linesAfterFirst(value);
  const isOneLine = ONE_LINE.has(location) || part === 'name';
  const isBlock = isHeaderBlock(value);
  for (const line of lines) {
    const name = FIELD_NAME.exec(value.slice(line.start, line.end))?.[1]?.toLowerCase();
    if (name === undefined) continue;
    const evidence = judgeHeader(value, { line, name, isOneLine, isBlock });
    if (evidence !== undefined) found.push(evidence);
    if ((evidence?.confidence ?? 0) >= BLOCKS) return;
  }
}

/** The text begins with a header itself: somebody shows a whole message. */
function isHeaderBlock(value: string): boolean {
  return FIELD_NAME.test(value.slice(0, 72)) || /^\s{0,8}(?:HTTP\/|[<>*] |[A-Z]{3,10} \S{1,512} HTTP\/)/.test(value);
}

interface Candidate {
  line: Line;
  name: string;
  isOneLine: boolean;
  isBlock: boolean;
}

function judgeHeader(value: string, candidate: Candidate): Evidence | undefined {
  const { line, name } = candidate;
  const isMail = MAIL_HEADERS.has(name);
  const confidence = isMail ? rateMail(value, candidate) : rateHeader(value, candidate);
  if (confidence === 0) return undefined;
  return {
    rule: isMail ? 'crlf.mail' : 'crlf.header',
    confidence,
    span: [line.start, line.end],
    why: `a line break is followed by the header ${name}`,
  };
}

function rateHeader(value: string, candidate: Candidate): number {
  const { line, name, isOneLine, isBlock } = candidate;
  // A redirection needs an address; `Location: Berlin` is a place, and a calendar escapes its commas (RFC 5545 §3.3.11).
  const isPlace = name === 'location' && !/:[^:]{0,64}(?:[/.:]|\\(?![,;]))/.test(value.slice(line.start, line.end));
  const isPowerful = POWERFUL_HEADERS.has(name) && !isPlace;
  const isProse = wordsBefore(value, line.start) >= PROSE_WORDS_MIN;
  if (isOneLine) return isPowerful ? (isProse ? LIKELY : CERTAIN) : isProse ? DOUBT : rateShort(value, candidate);
  if (!isPowerful) return 0;
  return isProse || isBlock ? DOUBT : LIKELY;
}

/** Links that share a text carry its lines, and sentences have colons; a hyphen makes a header of the word before one. */
function rateShort(value: string, { line, name, isBlock }: Candidate): number {
  const isHeader = PLAIN_HEADERS.has(name) || name.includes('-') || name.startsWith('x_');
  // `Pre-op: ok`, `Post-op: ok`: a list; `Meeting notes`, `host: Ada`: a note.
  const isNote = isBlock || (PLAIN_HEADERS.has(name) && /\S\s{1,8}\S/.test(value.slice(0, line.start)));
  if (isHeader) return isNote ? DOUBT : LIKELY;
  const text = value.slice(line.start, line.end);
  if (isInjectedWord(text)) return LIKELY;
  return isBare(value, line.start) && (WORDLY_HEADERS.has(name) || isTerse(text)) ? LIKELY : DOUBT;
}

/** `InjectedHeader: x`: capitals within a word, as in names of headers and not of languages. */
function isInjectedWord(line: string): boolean {
  return /^[A-Z]?[a-z]{1,32}[A-Z][A-Za-z]{1,32}\s{0,2}:/.test(line);
}

/** Nothing but a way or a sign stands before the break: the value is there for the break's sake. */
function isBare(value: string, start: number): boolean {
  return /^[^\p{L}\d\s]{0,4}$/u.test(value.slice(0, start).replaceAll(/\\[rn]|\s/g, ''));
}

/** `name:value`, both one word, and no address that a person or a program would share (`tel:`, `mailto:`). */
function isTerse(line: string): boolean {
  return /^[\w-]{2,64}:[\w.-]{1,128}$/.test(line) && !/^(?:tel|mailto|sms|geo|urn|isbn|doi|at|web\+\w*)\s?:/i.test(line);
}

function rateMail(value: string, { line, name, isOneLine, isBlock }: Candidate): number {
  const hasAddress = ADDRESS.test(value.slice(line.start, line.end));
  const isTechnical = name.includes('-') && name !== 'reply-to';
  const isTitle = isOneLine && name === 'subject' && isBare(value, line.start);
  const isNamed = hasAddress || isTechnical || isTitle;
  if (!isNamed) return isAddress(value.slice(0, line.start)) && isOneLine ? LIKELY : 0;
  if (isAddress(value.slice(0, line.start))) return LIKELY;
  if (isBlock || wordsBefore(value, line.start) >= PROSE_WORDS_MIN) return DOUBT;
  if (isOneLine) return LIKELY;
  return name === 'bcc' || isTechnical ? BLOCKS : DOUBT;
}

/** The field of an address: a line break in it is followed by more recipients, or by what the mail is to say. */
function isAddress(text: string): boolean {
  const address = text.trim();
  return address.length <= ADDRESS_CHARS_MAX && ADDRESS.test(address) && !/[\s:]/.test(address);
}

/**
 * `Set-Cookie: a=b` without any break before it: what a filter that strips line breaks leaves, and what a reader that joins values
 * completes. Only a text about HTTP has it otherwise, and that has words.
 */
function judgeCookie({ value, location }: DetectInput, found: Evidence[]): void {
  const header = /set-cookie2?[\s+]{0,4}:[\s+]{0,8}[\w.-]{1,64}\s{0,4}=/i.exec(value);
  const script =
    header === null
      ? /(?:document)?\.cookie\s{0,4}(?:=\s{0,4}["'`\w]|;\s{0,4}(?:expires|domain|path)\s{0,4}=)/i.exec(value)
      : null;
  const match = header ?? script;
  if (match === null) return;
  // Somebody shows the headers of an answer: this one is not the first.
  const isListed = location !== 'query' && isHeaderBlock(value) && /[\r\n]/.test(value.slice(0, match.index));
  const isProse = isListed || wordsBefore(value, match.index) >= PROSE_WORDS_MIN;
  found.push({
    rule: 'crlf.cookie',
    confidence: isProse ? DOUBT : LIKELY,
    span: [match.index, match.index + match[0].length],
    why: 'a cookie would be set',
  });
}

function judgeName({ value: name, location }: DetectInput, found: Evidence[]): void {
  if (location !== 'query' && location !== 'form' && location !== 'cookie') return;
  const at = name.search(/[\r\n]/);
  // A form sent as plain text and read as pairs has breaks in its names; those end in one.
  const isTrailing = name.slice(at).trim() === '';
  if (isTrailing) return;
  found.push({ rule: 'crlf.name', confidence: BLOCKS, span: [at, at + 1], why: 'a name of several lines' });
}

/** Passwords and tokens are drawn from all signs: `%00` in one of them is three of those. */
const SECRET_NAME = /pass|pwd|secret|token|key|pin/i;

/** One or a few null bytes in readable text. Binary data that is percent-encoded as a whole has other control octets too. */
function judgeNull({ value, location, name, part }: DetectInput, found: Evidence[]): void {
  const at = value.indexOf('\0');
  if (at < 0 || SECRET_NAME.test(name) || location === 'multipart' || location === 'text' || location === 'xml') return;
  // oxlint-disable-next-line no-control-regex -- the question is whether there are other control characters
  if (/[\u0001-\u0008\u000e-\u001f\u007f-\u009f\ufffd]/.test(value)) return;
  const readable = value.replaceAll('\0', '').length;
  if (readable === 0 && part === 'value') return;
  // A class of a regular expression, or code of several lines whose escapes were undone.
  const isCode = /\0-\W|[[^]\0/.test(value) || (!ONE_LINE.has(location) && /\n[ \t]{0,32}\S/.test(value));
  found.push({ rule: 'crlf.null', confidence: isCode ? DOUBT : BLOCKS, span: [at, at + 1], why: 'a null byte in a text' });
}

export const crlf: Detector = {
  group: 'crlf',
  needs: TRAIT.lineBreak | TRAIT.control | TRAIT.backslash | TRAIT.nonAscii | TRAIT.colon | TRAIT.space | TRAIT.dot,
  detect: detectCrlf,
};
