import { decodePercent, hexByte } from '../decode/percent.ts';

/** Layers of percent encoding that are undone; a fourth layer has no honest use and no known reader. */
const LAYERS_MAX = 3;
const UTF8_SEQUENCE_MAX = 6;

/** Undoes percent encoding up to three layers, with the non-standard `%uHHHH` of IIS and ASP. */
export function decodeLoosePercent(text: string): string {
  let current = text;
  for (let layer = 0; layer < LAYERS_MAX; layer++) {
    const next = decodePercent(decodeUnicodeEscapes(current));
    if (next === current) break;
    current = next;
  }
  return current;
}

function decodeUnicodeEscapes(text: string): string {
  let at = text.search(/%u/i);
  if (at < 0) return text;
  let out = '';
  let from = 0;
  for (; at >= 0; at = text.indexOf('%', at + 1)) {
    if ((text.charCodeAt(at + 1) | 32) !== 117) continue;
    const high = hexByte(text, at + 2);
    const low = hexByte(text, at + 4);
    if (high < 0 || low < 0) continue;
    out += text.slice(from, at) + String.fromCharCode(high * 256 + low);
    from = at + 6;
  }
  return out + text.slice(from);
}

/**
 * Folds overlong UTF-8, seen as Latin-1 characters, to the ASCII character a lax decoder makes of it (RFC 3629 §3, CWE-174):
 * `À®` (C0 AE) is `.`. Sequences of up to six octets existed before RFC 3629.
 */
export function foldOverlong(text: string): string {
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const lead = text.charCodeAt(i);
    if (lead < 0xc0 || lead > 0xfd) continue;
    const folded = readOverlong(text, i, lead);
    if (folded === undefined) continue;
    out += text.slice(from, i) + folded.value;
    from = folded.end;
    i = from - 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

function readOverlong(text: string, at: number, lead: number): { value: string; end: number } | undefined {
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : lead < 0xfc ? 5 : UTF8_SEQUENCE_MAX;
  let point = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const code = text.charCodeAt(at + i);
    // Said this way round, the end of the text (NaN) ends the sequence: a word on `ü` or `à` is no overlong null byte.
    if (!(code >= 0x80 && code <= 0xbf)) return undefined;
    point = point * 64 + (code & 63);
  }
  // Only what lands in ASCII is an evasion; anything else is another language.
  return point < 128 ? { value: String.fromCharCode(point), end: at + length } : undefined;
}
