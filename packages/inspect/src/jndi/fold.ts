/** What one `${…}` turned out to be once everything nested in it was resolved. */
export interface Lookup {
  /** The resolved text between the braces. */
  text: string;
  /** Half-open range in the value, braces included; an unclosed one ends with the value. */
  span: readonly [number, number];
  /** True when lookups inside this one contributed to its text. */
  isNested: boolean;
}

/** Lookups within lookups; the libraries that expand them give up or overflow far earlier than any honest text goes. */
export const DEPTH_MAX = 32;
/** Only the beginning of a lookup tells what it is; what a nested one adds past this is dropped. */
const TEXT_LENGTH_MAX = 2_048;
const BASE64_LENGTH_MAX = 512;
const NAME_LENGTH_MAX = 64;
const DOLLAR = 36;
const COLON = 58;
const OPEN = 123;
const CLOSE = 125;

interface Frame {
  start: number;
  text: string;
  isNested: boolean;
}

/** How a walk over a value ended: told everything, or refused to follow any deeper. */
export type Walk = 'done' | 'too-deep';

/**
 * Resolves nested `${…}` from the inside out, in one pass over the value, and reports each one as soon as it is resolved. What a
 * lookup would yield on the server is unknown here, so the reading an attacker relies on is taken: the default after `:-`.
 */
export function walkLookups(value: string, visit: (lookup: Lookup) => void): Walk {
  const frames: Frame[] = [];
  let from = 0;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === DOLLAR && value.charCodeAt(at + 1) === OPEN) {
      const end = frames.length === 0 ? placeholderEnd(value, at + 2) : 0;
      if (end > 0) {
        at = end;
        continue;
      }
      addText(frames.at(-1), value.slice(from, at));
      if (frames.length === DEPTH_MAX) return 'too-deep';
      frames.push({ start: at, text: '', isNested: false });
      at++;
      from = at + 1;
    } else if (code === CLOSE && frames.length > 0) {
      addText(frames.at(-1), value.slice(from, at));
      const lookup = close(frames, at + 1);
      if (lookup !== undefined) visit(lookup);
      from = at + 1;
    }
  }
  if (frames.length > 0) addText(frames.at(-1), value.slice(from));
  // Some expanders, and every reader of a cut-off log line, treat the end of the text as the missing brace.
  for (let lookup = close(frames, value.length); lookup !== undefined; lookup = close(frames, value.length)) visit(lookup);
  return 'done';
}

/** The closing brace of a plain `${name}`, with which texts may be full; 0 when there is more to it than a name. */
function placeholderEnd(value: string, start: number): number {
  const last = Math.min(value.length, start + NAME_LENGTH_MAX);
  for (let at = start; at < last; at++) {
    const code = value.charCodeAt(at);
    if (code === CLOSE) return at;
    if (code === COLON || code === DOLLAR) return 0;
  }
  return 0;
}

function addText(frame: Frame | undefined, text: string): void {
  if (frame !== undefined && frame.text.length < TEXT_LENGTH_MAX) frame.text += text.slice(0, TEXT_LENGTH_MAX);
}

/** Resolves the innermost open lookup and hands its result to the one around it. */
function close(frames: Frame[], end: number): Lookup | undefined {
  const frame = frames.pop();
  if (frame === undefined) return undefined;
  const parent = frames.at(-1);
  if (parent !== undefined) {
    parent.isNested = true;
    addText(parent, resolve(frame.text));
  }
  return { text: frame.text, span: [frame.start, end], isNested: frame.isNested };
}

/** The text a lookup leaves behind, as far as it can be known without the server. */
function resolve(text: string): string {
  const fallback = text.indexOf(':-');
  if (fallback >= 0) return text.slice(fallback + 2);
  const colon = text.indexOf(':');
  if (colon < 0) return '';
  const key = text.slice(colon + 1);
  switch (text.slice(0, colon).trim().toLowerCase()) {
    case 'lower':
      return key.toLowerCase();
    case 'upper':
      return key.toUpperCase();
    case 'date':
      // In a date pattern everything between apostrophes is literal text.
      return key.replaceAll("'", '');
    case 'base64':
    case 'base64decoder':
      return decode(key);
    default:
      return '';
  }
}

function decode(text: string): string {
  if (text.length > BASE64_LENGTH_MAX) return '';
  try {
    return atob(text);
  } catch {
    return '';
  }
}
