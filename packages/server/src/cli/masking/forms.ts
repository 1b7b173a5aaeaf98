/** Below this a value is a word that ordinary output is full of: `true`, `8080`, `admin`. */
export const MASKED_CHARS_MIN = 6;
const BITS = 6;

/** How programs write a value: as it is, line by line, in JSON, in URLs, in base64 also within something longer, in hex. */
export function formsOf(value: string): readonly Buffer[] {
  const bytes = Buffer.from(value, 'utf8');
  const texts = [value, ...value.split(/\r?\n/u), JSON.stringify(value).slice(1, -1), ...inUrls(value), ...inHex(bytes)];
  const found = [...texts, ...inBase64(bytes)].filter((text) => text.length >= MASKED_CHARS_MIN);
  return [...new Set(found)].map((text) => Buffer.from(text, 'utf8'));
}

function inUrls(value: string): readonly string[] {
  // A lone surrogate has no UTF-8 form, so `encodeURIComponent` throws; what goes through a pipe is well-formed.
  const parts = [encodeURIComponent(value.toWellFormed()), new URLSearchParams({ v: value }).toString().slice(2)];
  return parts.flatMap((part) => [part, part.replaceAll(/%[0-9A-F]{2}/gu, (escape) => escape.toLowerCase())]);
}

function inHex(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase()];
}

/**
 * In `user:password` as Basic authentication sends it a value begins in the middle of a group of three bytes: what it decides
 * alone is looked for, at each of the three places.
 */
function inBase64(bytes: Buffer): readonly string[] {
  const inside = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return text.slice(Math.ceil((before * 8) / BITS), Math.floor(((before + bytes.length) * 8) / BITS));
  });
  const whole = bytes.toString('base64');
  return [whole, whole.replace(/=+$/u, ''), ...inside].flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}
