import { isAmongProse, type Span } from './prose.ts';

const CODE_TAGS: readonly (readonly [string, string])[] = [
  ['<pre', '</pre>'],
  ['<code', '</code>'],
  ['[code', '[/code]'],
];
/** Fenced blocks and code spans looked at in one value; a text has a few of them. */
const FENCES_MAX = 200;
/** A line that opens or closes a block of code in Markdown: the mark, and the name of a language or nothing (CommonMark §4.5). */
const FENCE =
  /^(?:[ \t]{0,8}(?:[>*+-]|\d{1,2}[.)])?[ \t]{0,4})(`{3,8}|~{3,8})[ \t]{0,4}[\w+#.-]{0,24}(?:[ \t{][^\n`]{0,64})?\r?$/;
const FENCE_LINE_MAX = 128;
const LINE_MAX = 1_024;
/** What begins an element of a list, a quotation or a heading before a code span. */
const LIST_MARK = /^[ \t]{0,8}(?:>[ \t]?|[*+-][ \t]|\d{1,2}[.)][ \t]|#{1,6}[ \t])/;
/** A comment of a script or a heading: a shell reads neither. */
const COMMENT_LINE = /^[ \t]{0,16}#{1,6}[ \t][^"'\n]*$/;

/** The blocks of code of a text: what stands in them is shown and not said. */
export function codeBlocks(value: string): readonly Span[] {
  const fenced = value.includes('```') || value.includes('~~~') ? fencedBlocks(value) : [];
  return value.includes('</') || value.includes('[/') ? [...fenced, ...taggedBlocks(value)] : fenced;
}

/** Elements of HTML and BBCode for code, when they are closed and a text stands around them. */
function taggedBlocks(value: string): readonly Span[] {
  const blocks: Span[] = [];
  for (const [opening, closing] of CODE_TAGS) {
    let at = value.indexOf(opening);
    for (let count = 0; at >= 0 && count < FENCES_MAX; count++) {
      const end = value.indexOf(closing, at);
      if (end < 0) break;
      if (isAmongProse(value, [at, end])) blocks.push([at, end]);
      at = value.indexOf(opening, end);
    }
  }
  return blocks;
}

/** A block that is not closed reaches to the end. */
function fencedBlocks(value: string): readonly Span[] {
  const blocks: Span[] = [];
  let opened = -1;
  let mark = '';
  let fences = 0;
  for (let start = 0; start < value.length && fences < FENCES_MAX;) {
    const end = lineEnd(value, start);
    const fence = end - start > FENCE_LINE_MAX ? null : FENCE.exec(value.slice(start, end));
    const found = fence?.[1] ?? '';
    if (found !== '' && opened < 0 && end < value.length) {
      opened = start;
      mark = found;
      fences++;
    } else if (opened >= 0 && found.startsWith(mark)) {
      blocks.push([opened, end]);
      opened = -1;
    }
    start = end + 1;
  }
  if (opened >= 0) blocks.push([opened, value.length]);
  return blocks;
}

/** True for a word behind three backticks that begin a line and are all there is on it: the name of a language. */
export function isFenceLine(value: string, at: number): boolean {
  const start = lineStart(value, at);
  const end = value.slice(at, at + FENCE_LINE_MAX).indexOf('\n');
  return end >= 0 && value.slice(start, at).includes('```') && FENCE.test(value.slice(start, at + end));
}

/** True when one of the blocks encloses a place. */
export function isFenced(blocks: readonly Span[], at: number): boolean {
  return blocks.some(([start, end]) => at >= start && at < end);
}

/** True for `>(` where the sign closes a tag: `<b>(see below)</b>`. */
export function isTagEnd(value: string, at: number): boolean {
  const sign = at - 2;
  if (value[sign] !== '>') return false;
  const before = value.slice(Math.max(0, sign - FENCE_LINE_MAX), sign);
  const open = before.lastIndexOf('<');
  return open > before.lastIndexOf('>') && /^<[/a-z]/i.test(before.slice(open, open + 2));
}

/** True for ``literal`` as reStructuredText writes it: to a shell two backticks are an empty command, and what follows is a word. */
export function isDoubled(value: string, start: number): boolean {
  return (
    value[start - 1] === '`' && value[start - 2] === '`' && value[start - 3] !== '`' && !/[\w`]/.test(value[start - 3] ?? ' ')
  );
}

/** True when a place lies behind the sign of a comment or heading, in a text of several lines or words. */
export function isCommented(value: string, at: number): boolean {
  return COMMENT_LINE.test(value.slice(lineStart(value, at), at));
}

/** True for a code span that begins an element of a list or quotation, in a text that has other lines. */
export function isListedSpan(value: string, [start, end]: Span): boolean {
  const before = value.slice(Math.max(0, start - LINE_MAX), start - 1);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return LIST_MARK.test(line) && (line.length < before.length || value.slice(end, end + LINE_MAX).includes('\n'));
}

/** True when two or more code spans stand between blanks and punctuation: only a person writes so. */
export function hasSpans(value: string): boolean {
  const text = value.slice(0, LINE_MAX);
  const spans = text.match(/(?:^|[\s(])`[^`\n]{1,64}`(?=[\s).,:;?!]|$)/g) ?? [];
  return spans.length >= 2 && /[A-Za-z]{3}/.test(text.replaceAll(/`[^`\n]{1,64}`/g, ''));
}

/** Looked for in a bounded window: hostile texts ask for it at a thousand places. */
function lineStart(value: string, at: number): number {
  const from = Math.max(0, at - LINE_MAX);
  return from + value.slice(from, at).lastIndexOf('\n') + 1;
}

function lineEnd(value: string, start: number): number {
  const end = value.indexOf('\n', start);
  return end < 0 ? value.length : end;
}
