/**
 * Removes what belongs to a person or is a secret from a finished log line. It runs over whole lines, after everything was
 * put into words: a value cannot slip past because it sat in an unexpected field. Patterns are linear: no nested repeats.
 */
const LINE_CHARACTERS_MAX = 65_536;

interface Pattern {
  readonly find: RegExp;
  readonly put: string;
}

const PATTERNS: readonly Pattern[] = [
  { find: /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/giu, put: '$1 [redacted]' },
  { find: /\bhf_[A-Za-z0-9]{8,}/gu, put: 'hf_[redacted]' },
  // Compact JWS (RFC 7515 §3.1).
  { find: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/gu, put: '[jwt]' },
  { find: /\b((?:set-)?cookie["']?\s*[:=]\s*["']?)[^"'\r\n\\]{1,4096}/giu, put: '$1[redacted]' },
  {
    find: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,16384}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/gu,
    put: '[private key]',
  },
  // User and password in a URL (RFC 3986 §3.2.1).
  { find: /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"'\\]{1,256}@/giu, put: '$1[redacted]@' },
  { find: /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/gu, put: '[email]' },
  { find: /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d|\w)/gu, put: '[ipv4]' },
  // All eight groups, or `::` somewhere: a clock time has neither (RFC 4291 §2.2).
  { find: /(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])/giu, put: '[ipv6]' },
  {
    find: /(?<![\w:])(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?(?![\w:])/giu,
    put: '[ipv6]',
  },
];

/** Addresses of this machine and of nobody: they say where Holdfast listens and belong to no person. */
const OWN_ADDRESSES = new Set(['127.0.0.1', '0.0.0.0', '::1', '::']);

export function scrub(line: string): string {
  let text = line.length > LINE_CHARACTERS_MAX ? `${line.slice(0, LINE_CHARACTERS_MAX)}…"}\n` : line;
  for (const { find, put } of PATTERNS) {
    const isAddress = put === '[ipv4]' || put === '[ipv6]';
    text = isAddress ? text.replace(find, (found) => (OWN_ADDRESSES.has(found) ? found : put)) : text.replace(find, put);
  }
  return text;
}
