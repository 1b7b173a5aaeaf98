import type { Field, Location } from '../types.ts';
import { overLimit, type Parsed } from './outcome.ts';
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

/** Splits a Cookie header (RFC 6265 §5.4); applications percent-decode values, so one decoding is applied here. */
export function parseCookies(header: string, cookiesMax: number): Parsed {
  const fields: Field[] = [];
  for (const pair of header.split(';', cookiesMax + 1)) {
    const text = pair.trim();
    if (text === '') continue;
    if (fields.length >= cookiesMax) return overLimit('cookiesMax', 'cookie');
    const equals = text.indexOf('=');
    const raw = text.slice(equals + 1);
    const value = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
    fields.push({
      location: 'cookie',
      name: equals < 0 ? '' : decodePercent(text.slice(0, equals)),
      value: decodePercent(value),
    });
  }
  return { kind: 'ok', fields };
}
