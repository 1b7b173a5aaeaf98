import { readNumber } from '@holdfast/inspect';
import type { Outline } from './types-of.ts';

/**
 * A text of an address or a form as the value that the schema means. What does not read as one stays a text, and the schema then
 * says so. Numbers are read as lenient applications read them; 15 digits are exact, and whole numbers of up to 19 (`int64`) nearly so.
 */
export function coerce(text: string, { types }: Outline): unknown {
  if (types.size === 0) return text;
  if (text === '' && types.has('null') && !types.has('string')) return null;
  if (types.has('integer') || types.has('number')) {
    const number = readNumber(text, !types.has('number'));
    if (!Number.isNaN(number)) return number;
    if (LONG_INTEGER.test(text)) return Number(text);
  }
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

const LONG_INTEGER = /^-?\d{16,19}$/u;

/** Left blank, where blank is no value of its own. */
export const isBlank = (text: string, { types }: Outline): boolean =>
  text === '' && types.size > 0 && !types.has('string') && !types.has('null');
