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
  return kind !== undefined && kind >= '0' && kind <= '3' ? readOctal(text, at) : undefined;
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

/** Exactly three digits: shorter runs are ordinary in Windows paths and regular expressions. */
function readOctal(text: string, at: number): { value: string; end: number } | undefined {
  const digits = text.slice(at, at + 3);
  if (!/^[0-3][0-7]{2}$/.test(digits)) return undefined;
  return { value: String.fromCharCode(parseInt(digits, 8)), end: at + 3 };
}
