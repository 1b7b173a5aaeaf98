import { programKind } from './words.ts';

/** Half-open range of a value. */
export type Span = readonly [start: number, end: number];

/** Plain words around a command from which on it reads as a quotation inside a sentence. */
const PROSE_WORDS_MIN = 4;
/** Plain words outside its line from which on a command stands in a lesson, a question or a log. */
const LESSON_WORDS_MIN = 6;
/** What a quoted command is worth. */
export const PROSE_CONFIDENCE = 0.6;
const PROSE_SCAN_MAX = 1_024;
const WORD = /^[\p{L}][\p{L}'’,.!?:]*;?$/u;
/** Indentation, list marks, prompts and keywords of container files before a command that is shown. */
const PROMPT =
  /^\s{0,16}(?:[-*>]\s{1,4}){0,2}(?:\w{1,16}@[\w.-]{1,32}[:~\w/ -]{0,32})?(?:[$#%>]\s{1,4}|PS [^>\n]{0,64}>\s{0,4}|[A-Z]:\\[^>\n]{0,64}>\s{0,4}|RUN\s{1,4}|CMD\s{1,4}|- run:\s{1,4})?`{0,3}/;

/** Words that are more often met in scripts: a script is not to be taken for a sentence. */
const SCRIPT_WORDS: ReadonlySet<string> = new Set([
  'then',
  'else',
  'elif',
  'fi',
  'esac',
  'echo',
  'sleep',
  'ECHO',
  'goto',
  'GOTO',
]);

/** True for a word as sentences have them. */
export function isWord(word: string): boolean {
  return WORD.test(word);
}

/** True when plain words around a range make it a quotation inside a sentence; looked for in a bounded window on each side. */
export function isQuotation(value: string, [start, end]: Span, wordsMin: number = PROSE_WORDS_MIN): boolean {
  const before = countWords(value.slice(Math.max(0, start - PROSE_SCAN_MAX), start), wordsMin);
  return before >= wordsMin || before + countWords(value.slice(end, end + PROSE_SCAN_MAX), wordsMin) >= wordsMin;
}

/**
 * True when the place lies in a line, or a code span, that is a command line by itself while the text around it is prose. An injected
 * command shares its line with the value it was put into.
 */
export function isTutorial(value: string, at: number): boolean {
  const span = codeSpan(value, at) ?? ownLine(value, at);
  return span !== undefined && isAmongProse(value, span);
}

/** Text between two backticks in one line that enclose the place, when it begins as a command line. */
function codeSpan(value: string, at: number): Span | undefined {
  const from = Math.max(0, at - PROSE_SCAN_MAX);
  const start = value.slice(from, at).lastIndexOf('`');
  const end = value.slice(at, at + PROSE_SCAN_MAX).indexOf('`');
  if (start < 0 || end < 0) return undefined;
  const before = value[from + start - 1];
  const isOpened = before === undefined || /[\s`(:]/.test(before);
  return isOpened ? [from + start, at + end + 1] : undefined;
}

function ownLine(value: string, at: number): Span | undefined {
  const from = Math.max(0, at - PROSE_SCAN_MAX);
  const before = value.slice(from, at);
  const start = from + before.lastIndexOf('\n') + 1;
  const after = value.slice(at, at + PROSE_SCAN_MAX).search(/[\r\n]/);
  const end = after < 0 ? Math.min(value.length, at + PROSE_SCAN_MAX) : at + after;
  if (start === 0 && end === value.length) return undefined;
  const line = value.slice(start, end);
  const code = line.slice(PROMPT.exec(line)?.[0].length ?? 0);
  const first = /^[\w./~-]{1,48}/.exec(code)?.[0].toLowerCase() ?? '';
  const isCommand =
    programKind(first.slice(first.lastIndexOf('/') + 1)) !== undefined || /^\w{1,32}=|^for\b|^if\b|^[$({[%]/.test(code);
  return isCommand ? [start, end] : undefined;
}

/** True when words of sentences stand before or behind a range. */
export function isAmongProse(value: string, [start, end]: Span): boolean {
  const before = value.slice(Math.max(0, start - PROSE_SCAN_MAX), start);
  const after = value.slice(end, end + PROSE_SCAN_MAX);
  return countWords(before, LESSON_WORDS_MIN) + countWords(after, LESSON_WORDS_MIN) >= LESSON_WORDS_MIN;
}

/** Counts words of sentences without building any list of them, since hostile texts ask for it at a thousand places. */
function countWords(text: string, enough: number): number {
  let count = 0;
  let start = 0;
  for (let at = 0; at <= text.length && count < enough; at++) {
    const isTag = text.charCodeAt(at) === LESS_THAN;
    if (at < text.length && !isTag && !isBlank(text.charCodeAt(at))) continue;
    if (at - start > 1 && isWordStart(text.charCodeAt(start))) {
      const word = text.slice(start, at);
      if (WORD.test(word) && !SCRIPT_WORDS.has(word)) count++;
    }
    // Words of a page touch its tags.
    if (isTag) at = endOfTag(text, at);
    start = at + 1;
  }
  return count;
}

const LESS_THAN = 60;
const TAG = /<\/?[a-z][^<>]{0,256}>/iy;

/** Offset of the last character of a tag, or of the sign that begins none. */
function endOfTag(text: string, at: number): number {
  TAG.lastIndex = at;
  return TAG.test(text) ? TAG.lastIndex - 1 : at;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 160;
}

function isWordStart(code: number): boolean {
  return code > 127 || (code | 32) >= 97;
}
