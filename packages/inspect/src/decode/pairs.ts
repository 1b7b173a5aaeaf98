import type { Field, Location } from '../types.ts';
import { ambiguous, overLimit, type Parsed } from './outcome.ts';
import { decodePercent } from './percent.ts';

/**
 * Splits `a=1&b=2` (WHATWG URL §5.1). A repeated name gives repeated fields, so no framework's choice of "first" or "last" can hide a value.
 *
 * @example parsePairs('a=1&a=2', { location: 'query', pairsMax: 256, limit: 'queryParametersMax' })
 */
export function parsePairs(text: string, options: { location: Location; pairsMax: number; limit: string }): Parsed {
  const fields: Field[] = [];
  let start = 0;
  while (start < text.length) {
    const found = text.indexOf('&', start);
    const end = found < 0 ? text.length : found;
    if (end > start) {
      if (fields.length >= options.pairsMax) return overLimit(options.limit, options.location);
      const equals = text.indexOf('=', start);
      const nameEnd = equals < 0 || equals > end ? end : equals;
      fields.push({
        location: options.location,
        name: decodePercent(text.slice(start, nameEnd), true),
        value: nameEnd === end ? '' : decodePercent(text.slice(nameEnd + 1, end), true),
      });
    }
    start = end + 1;
  }
  return { kind: 'ok', fields };
}

/**
 * Splits a Cookie header (RFC 6265 §5.4); applications percent-decode values, so one decoding is applied here. A header that begins
 * with `$Version` makes some servers read by RFC 2965, where a quoted value may hold `;`: with an open quote the two see other cookies.
 */
export function parseCookies(header: string, cookiesMax: number): Parsed {
  const fields: Field[] = [];
  const isLegacy = /^\s{0,16}\$version\s{0,16}=/i.test(header);
  for (const pair of header.split(';', cookiesMax + 1)) {
    const text = pair.trim();
    if (text === '') continue;
    if (fields.length >= cookiesMax) return overLimit('cookiesMax', 'cookie');
    const equals = text.indexOf('=');
    const raw = text.slice(equals + 1);
    const value = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
    if (isLegacy && (raw.startsWith('"') || raw.startsWith('\\"')) && !(raw.length > 1 && raw.endsWith('"')))
      return ambiguous('cookie-quoting', 'cookie', equals < 0 ? '' : text.slice(0, equals));
    fields.push({
      location: 'cookie',
      name: equals < 0 ? '' : decodePercent(text.slice(0, equals)),
      value: decodePercent(value),
    });
  }
  return { kind: 'ok', fields };
}
