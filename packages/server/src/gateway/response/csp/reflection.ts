import type { Exchange } from '../../exchange.ts';

/** Shorter values turn up in any script by chance. */
const VALUE_CHARS_MIN = 7;
const TEXT_CHARS_MAX = 16_384;
const FIELDS_MAX = 256;

/** Whether page text repeats a value of the request: such an element may have been written by whoever made the link. */
export function isReflected(exchange: Exchange, latin1: string): boolean {
  const { canonical } = exchange;
  if (canonical === null || latin1.length > TEXT_CHARS_MAX) return false;
  const text = Buffer.from(latin1, 'latin1').toString('utf8').trim();
  for (const { location, value } of canonical.fields.slice(0, FIELDS_MAX)) {
    if (location === 'header' || location === 'cookie' || location === 'path') continue;
    if (value.length >= VALUE_CHARS_MIN && text.includes(value)) return true;
    if (text.length >= VALUE_CHARS_MIN && value.includes(text)) return true;
  }
  return false;
}
