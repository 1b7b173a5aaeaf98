import type { Location } from '../types.ts';

/** Past this many lines a value is a listing wherever it stands: somebody keeps or shows source code. */
const LISTING_LINES_MIN = 12;
/** From this many lines on, none of them empty, a text sent in a body is a piece of a program: what is smuggled in is one line. */
const PIECE_LINES_MIN = 2;
const HEADING_CHARS_MAX = 256;
/** Places in which people paste what has several lines. */
const PASTED: ReadonlySet<Location> = new Set(['form', 'json', 'multipart', 'text', 'xml']);
/** CommonMark §4.5. Whoever evaluated such a value would stumble over its first line. */
const HEADING = /^\s{0,3}#{2,6}[ \t][^\n]*$/;
const FENCE = /^\s{0,8}(?:```|~~~)[ \t]{0,4}[\w+#.-]{0,24}[ \t]{0,4}\r?\n/;

/** True for texts of many lines, in which code is what is kept rather than what is smuggled in. */
export function isListing(value: string): boolean {
  return hasLines(value, LISTING_LINES_MIN + 1);
}

/** True for texts that begin by saying that code follows, or are a heading (CommonMark §4.2): to programs that is a comment. */
export function isFenced(value: string): boolean {
  return FENCE.test(value.slice(0, 64)) || (value.length <= HEADING_CHARS_MAX && HEADING.test(value.trimEnd()));
}

/** `const { a } = require('http');` and nothing else: a name is bound, nothing is done. */
const BINDING =
  /^\s{0,32}(?:const|let|var)\s{1,8}(?:\w{1,64}|\{[\w\s,:]{1,256}\})\s{0,8}=\s{0,8}(?:await\s{1,8})?(?:require(?:\.resolve)?|import)\(\s{0,4}(['"`])[\w@./:-]{1,128}\1\s{0,4}\)\s{0,4};?\s{0,8}$/;
const EXPORTS = /^\s{0,32}module\.exports(?:\.\w{1,64})?\s{0,8}=\s{0,8}[\w.]{1,128}\s{0,8};?\s{0,8}$/;
const STATEMENT_CHARS_MAX = 512;

/** True for one line that only binds a name, and for a few lines of a program in a place where programs are pasted: what every program does means nothing there. */
export function isPiece(value: string, location: Location): boolean {
  if (value.length <= STATEMENT_CHARS_MAX && (BINDING.test(value) || EXPORTS.test(value))) return true;
  return PASTED.has(location) && hasLines(value.trim(), PIECE_LINES_MIN);
}

function hasLines(value: string, wanted: number): boolean {
  let lines = 1;
  for (let at = value.indexOf('\n'); at >= 0 && lines < wanted; at = value.indexOf('\n', at + 1)) lines++;
  return lines >= wanted;
}
