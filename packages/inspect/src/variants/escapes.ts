import { hexByte } from '../decode/percent.ts';

/** Undoes the escapes of JavaScript, JSON and C strings: `\xHH`, `\uHHHH`, `\u{H}`, octal, `\/`. Letters such as `\n` are left to the reader. */
export function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  let out = '';
  let from = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 1)) {
    const escape = readEscape(text, at + 1);
    if (escape === undefined) continue;
    out += text.slice(from, at) + escape.value;
    from = escape.end;
    at = from - 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

function readEscape(text: string, at: number): { value: string; end: number } | undefined {
  const kind = text[at];
  if (kind === 'x' || kind === 'X') {
    const byte = hexByte(text, at + 1);
    return byte < 0 ? undefined : { value: String.fromCharCode(byte), end: at + 3 };
  }
  if (kind === 'u') return text[at + 1] === '{' ? readBraced(text, at + 2) : readFour(text, at + 1);
  if (kind === '"' || kind === "'" || kind === '/') return { value: kind, end: at + 1 };
  if (kind === undefined || kind < '0' || kind > '7') return undefined;
  return readCss(text, at) ?? (kind <= '3' ? readOctal(text, at) : undefined) ?? readShortOctal(text, at);
}

function readFour(text: string, at: number): { value: string; end: number } | undefined {
  const high = hexByte(text, at);
  const low = hexByte(text, at + 2);
  return high < 0 || low < 0 ? undefined : { value: String.fromCharCode(high * 256 + low), end: at + 4 };
}

function readBraced(text: string, at: number): { value: string; end: number } | undefined {
  const close = text.indexOf('}', at);
  if (close < 0 || close === at || close - at > 6) return undefined;
  const digits = text.slice(at, close);
  const point = /^[\da-f]+$/i.test(digits) ? parseInt(digits, 16) : -1;
  return point < 0 || point > 0x10ffff ? undefined : { value: String.fromCodePoint(point), end: close + 1 };
}

/** What two octal digits must give to be read: a character that opens or closes something. */
const SHORT_OCTAL = new Map([
  [0o74, '<'],
  [0o76, '>'],
  [0o42, '"'],
  [0o47, "'"],
  [0o50, '('],
  [0o51, ')'],
  [0o75, '='],
]);
/** What the char codes of two digits are above their values. */
const OCTAL_PAIR_BASE = 48 * 8 + 48;
/** The same in CSS, where one blank may end the escape (CSS Syntax §4.3.7). */
const CSS = /^0{0,4}(?:3[cde]|2[2789])(?![\da-f]) ?/i;
const CSS_SECOND = new Set([48, 50, 51]);
const CSS_LENGTH_MAX = 8;

function readCss(text: string, at: number): { value: string; end: number } | undefined {
  const first = text.charCodeAt(at);
  // Zeros, then 2 or 3: the rest of a hostile text need not be cut out to see that it is no such escape.
  if (first !== 48 && first !== 50 && first !== 51) return undefined;
  if (first === 48 && !CSS_SECOND.has(text.charCodeAt(at + 1))) return undefined;
  const css = CSS.exec(text.slice(at, at + CSS_LENGTH_MAX));
  return css === null ? undefined : { value: String.fromCharCode(parseInt(css[0], 16)), end: at + css[0].length };
}

function readShortOctal(text: string, at: number): { value: string; end: number } | undefined {
  if (!isOctal(text.charCodeAt(at + 1)) || isOctal(text.charCodeAt(at + 2))) return undefined;
  const value = SHORT_OCTAL.get(text.charCodeAt(at) * 8 + text.charCodeAt(at + 1) - OCTAL_PAIR_BASE);
  return value === undefined ? undefined : { value, end: at + 2 };
}

function isOctal(code: number): boolean {
  return code >= 48 && code <= 55;
}

/** Exactly three digits: shorter runs are ordinary in Windows paths and regular expressions. */
function readOctal(text: string, at: number): { value: string; end: number } | undefined {
  const first = text.charCodeAt(at);
  const second = text.charCodeAt(at + 1);
  const third = text.charCodeAt(at + 2);
  if (first < 48 || first > 51 || !isOctal(second) || !isOctal(third)) return undefined;
  return { value: String.fromCharCode((first - 48) * 64 + (second - 48) * 8 + third - 48), end: at + 3 };
}
