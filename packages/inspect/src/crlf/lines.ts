/** A line of a value that does not begin it: offset behind the break, end of the line, and how the break was written. */
export interface Line {
  start: number;
  end: number;
  /** The break is spelled with letters (`\r\n`), not with control characters. */
  isEscaped: boolean;
  /** The line before it was empty: what follows is a body. */
  isAfterBlank: boolean;
}

/** More lines than this make a text, and what stands in it further down is not looked at. */
const LINES_MAX = 128;
/**
 * What some reader takes for a line break: CR, LF, NEL, the separators of Unicode, and U+560A and U+560D, whose low octets are LF
 * and CR for writers that drop the high one.
 */
const BREAKS = new Set([10, 11, 12, 13, 0x85, 0x2028, 0x2029, 0x560a, 0x560d]);

/** Lists the lines behind the first break. */
export function linesAfterFirst(value: string): readonly Line[] {
  const lines: Line[] = [];
  let at = 0;
  while (at < value.length && lines.length < LINES_MAX) {
    const length = breakLength(value, at);
    if (length === 0) {
      at++;
      continue;
    }
    const isEscaped = value.charCodeAt(at) === 92;
    let breaks = 0;
    while (at < value.length) {
      const more = breakLength(value, at);
      if (more === 0) break;
      // CR and LF together are one break.
      if (!isPair(value, at)) breaks++;
      at += more;
    }
    while (value.charAt(at) === ' ' || value.charAt(at) === '\t') at++;
    const previous = lines.at(-1);
    if (previous !== undefined && previous.end < 0) previous.end = at;
    lines.push({ start: at, end: lineEnd(value, at), isEscaped, isAfterBlank: breaks > 1 });
  }
  return lines;
}

function isPair(value: string, at: number): boolean {
  if (value.charCodeAt(at) === 92) return value.charAt(at + 1) === 'r' && value.charCodeAt(at + 2) === 92;
  return value.charCodeAt(at) === 13 && value.charCodeAt(at + 1) === 10;
}

/** Length of the break at an offset; 0 when there is none. */
function breakLength(value: string, at: number): number {
  const code = value.charCodeAt(at);
  if (BREAKS.has(code)) return 1;
  if (code !== 92) return 0;
  const letter = value.charAt(at + 1);
  return letter === 'n' || letter === 'r' ? 2 : 0;
}

const LINE_CHARS_MAX = 512;

function lineEnd(value: string, from: number): number {
  const stop = Math.min(value.length, from + LINE_CHARS_MAX);
  for (let i = from; i < stop; i++) if (BREAKS.has(value.charCodeAt(i))) return i;
  return stop;
}
