const ESCAPE = /%[0-9a-fA-F]{2}/u;
const UTF8 = new TextDecoder('utf-8');

/**
 * Percent-decoded once (RFC 3986 §2.1), in a query also `+` as a space (WHATWG URL §5.1); what is no escape stays as it is. The
 * very same text where there is nothing to decode, so that nobody reads it twice.
 *
 * @example decodeOnce('..%2f..%2Fetc') // '../../etc'
 */
export function decodeOnce(text: string, { plus = false }: { plus?: boolean } = {}): string {
  const spaced = plus && text.includes('+') ? text.replaceAll('+', ' ') : text;
  return ESCAPE.test(spaced) ? unescapeBytes(spaced) : spaced;
}

function unescapeBytes(text: string): string {
  const source = Buffer.from(text, 'utf8');
  let length = 0;
  for (let at = 0; at < source.length; at += 1) {
    const high = source[at] === PERCENT ? hexDigit(source[at + 1]) : -1;
    const low = high === -1 ? -1 : hexDigit(source[at + 2]);
    source[length] = low === -1 ? (source[at] ?? 0) : high * 16 + low;
    length += 1;
    if (low !== -1) at += 2;
  }
  // Bytes that are no UTF-8 become U+FFFD: a rule cannot ask for them.
  return UTF8.decode(source.subarray(0, length));
}

const PERCENT = 0x25;

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const folded = code | 0x20;
  return folded >= 0x61 && folded <= 0x66 ? folded - 0x57 : -1;
}
