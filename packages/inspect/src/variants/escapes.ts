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
  ['74', '<'],
  ['76', '>'],
  ['42', '"'],
  ['47', "'"],
  ['50', '('],
  ['51', ')'],
  ['75', '='],
]);
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
  const value = SHORT_OCTAL.get(text.slice(at, at + 2));
  const next = text.charAt(at + 2);
  return value === undefined || (next >= '0' && next <= '7' && next !== '') ? undefined : { value, end: at + 2 };
}

/** Exactly three digits: shorter runs are ordinary in Windows paths and regular expressions. */
function readOctal(text: string, at: number): { value: string; end: number } | undefined {
  const digits = text.slice(at, at + 3);
  if (!/^[0-3][0-7]{2}$/.test(digits)) return undefined;
  return { value: String.fromCharCode(parseInt(digits, 8)), end: at + 3 };
}
