const PLUS = 43;
const SPACE = 32;
/** UTF-7 runs longer than this hide no single character; the rest of the run is text. */
const RUN_LENGTH_MAX = 4_096;

/** Without null bytes: some parsers skip them, others end the text there (CWE-158). */
export function dropNulls(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

/**
 * Decodes the shifted runs of UTF-7 (RFC 2152): `+ADw-` is `<`. A run counts only when it gives ASCII, one of the characters markup
 * needs among them; a form may have turned its plus into a space, and then the closing dash has to be there.
 */
export function decodeUtf7(text: string): string {
  if (!mayBeUtf7(text)) return text;
  let out = '';
  let from = 0;
  for (let at = text.indexOf('A'); at >= 0; at = text.indexOf('A', at + 1)) {
    const shift = text.charCodeAt(at - 1);
    if (shift !== PLUS && shift !== SPACE) continue;
    const end = runEnd(text, at);
    const isClosed = text[end] === '-';
    const decoded = shift === PLUS || isClosed ? readShifted(text.slice(at, end)) : undefined;
    if (decoded !== undefined) {
      out += text.slice(from, at - 1) + decoded;
      from = isClosed ? end + 1 : end;
    }
    at = Math.max(at, end - 1);
  }
  return from === 0 ? text : out + text.slice(from);
}

/** Shifted ASCII begins with a zero octet, whose first six bits are `A`; the second six of what markup needs are `C`, `D` or `G`. */
export function mayBeUtf7(text: string): boolean {
  return /[+ ]A[CDG][\w+/]/.test(text);
}

function runEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && at - start < RUN_LENGTH_MAX && isBase64(text.charCodeAt(at))) at++;
  return at;
}

function isBase64(code: number): boolean {
  const lower = code | 32;
  return (lower >= 97 && lower <= 122) || (code >= 47 && code <= 57) || code === 43;
}

function readShifted(run: string): string | undefined {
  // Three sextets make one UTF-16 unit; fewer are no character, and four with one left over are no Base64.
  if (run.length < 3 || run.length % 4 === 1 || !ASCII_START.test(run)) return undefined;
  const octets = atob(run);
  // Bits left over are zero in what an encoder wrote; a word that looks alike has others.
  if (!btoa(octets).startsWith(run)) return undefined;
  let text = '';
  for (let i = 0; i + 1 < octets.length; i += 2) {
    const low = octets.charCodeAt(i + 1);
    if (octets.charCodeAt(i) !== 0 || low > 127) return undefined;
    text += String.fromCharCode(low);
  }
  return /[<>"'=&(]/.test(text) ? text : undefined;
}

/** The first sextets of a unit below U+0080: nine zero bits. */
const ASCII_START = /^A[A-H]/;
const HIGH_MARKUP = new Map([
  [0xbc, '<'],
  [0xbe, '>'],
  [0xa2, '"'],
  [0xa7, "'"],
  [0xa8, '('],
  [0xa9, ')'],
  [0xbd, '='],
]);

/**
 * Markup whose characters have the eighth bit set, as US-ASCII decoders that drop it see it: `¼script¾` is `<script>` (CWE-838).
 * Only where a fraction sign stands as a bracket does: a name or slash behind the opening one, and a closing one further on.
 */
export function foldHighBit(text: string): string {
  if (!/\u00BC[a-z/!]/i.test(text) || !text.includes('\u00BE')) return text;
  let out = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    // The lead octets of characters written as UTF-8 fall away with what they led.
    out += text.slice(from, at) + (HIGH_MARKUP.get(code) ?? '');
    from = at + 1;
  }
  out += text.slice(from);
  return out;
}
