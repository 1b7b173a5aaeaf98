import { dictionaryOf, isNumeric, type TypedValue, type Values } from './values.ts';

/** Where a text with variables in it goes to; each has its own way out that a value must not find. */
export type Place = 'json' | 'path' | 'header' | 'text' | 'raw';

export type Substituted = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'fault'; readonly detail: string };

export const SUBSTITUTED_CHARS_MAX = 262_144;

/** CACAO 2.0 §10.18.2. Names are bounded, so that this is linear. */
const REFERENCE = /\$\$(__[A-Za-z_][A-Za-z0-9_-]{0,199}__):value\$\$/gu;

/** Variables whose values a text takes, each once, in the order in which they stand. */
export function variablesIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(REFERENCE), (found) => found[1] ?? ''))];
}

class Fault extends Error {
  override readonly name = 'Fault';
}

/**
 * Puts values of variables where they are named. A value stays a value: in JSON it is escaped, in an address it is percent-encoded,
 * in a header nothing may begin another line. It is looked at once: what looks like a variable in a value is text.
 *
 * @example substitute('{"ip": "$$__source__:value$$"}', values, 'json') // { kind: 'text', text: '{"ip": "203.0.113.7"}' }
 */
export function substitute(text: string, values: Values, place: Place): Substituted {
  const quotes = place === 'json' ? quotesOf(text) : null;
  let length = text.length;
  try {
    const made = text.replaceAll(REFERENCE, (whole: string, name: string, at: number) => {
      const given = values.get(name);
      if (given === undefined) throw new Fault(`${name} is not declared`);
      const put = written(given, { name, place, isQuoted: quotes?.isInString(at) ?? false });
      length += put.length - whole.length;
      if (length > SUBSTITUTED_CHARS_MAX) throw new Fault(`longer than ${SUBSTITUTED_CHARS_MAX} characters with its variables`);
      return put;
    });
    return { kind: 'text', text: made };
  } catch (error) {
    if (error instanceof Fault) return { kind: 'fault', detail: error.message };
    throw error;
  }
}

interface Spot {
  readonly name: string;
  readonly place: Place;
  readonly isQuoted: boolean;
}

function written({ type, value }: TypedValue, { name, place, isQuoted }: Spot): string {
  switch (place) {
    case 'json':
      return isQuoted ? JSON.stringify(value ?? '').slice(1, -1) : bareJson(name, type, value);
    case 'path':
      return inPath(name, value);
    case 'header':
      if (value === null || !/^[\t\x20-\x7e]*$/u.test(value)) throw new Fault(`${name} cannot stand in a header`);
      return value;
    case 'raw':
      if (value === null || value === '') throw new Fault(`${name} has no value that could be looked for`);
      return value;
    case 'text':
      break;
  }
  // Whoever reads it sees no control characters and no change of direction.
  return (value ?? '(unknown)').replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
}

/** Outside of quotes only what is no text by its type. */
function bareJson(name: string, type: string, value: string | null): string {
  if (value === null) return 'null';
  if (type === 'bool' && (value === 'true' || value === 'false')) return value;
  if (isNumeric(type) && value !== '' && Number.isFinite(Number(value))) return JSON.stringify(Number(value));
  const dictionary = type === 'dictionary' ? dictionaryOf(value) : null;
  if (dictionary !== null) return JSON.stringify(dictionary);
  throw new Fault(`${name} is no number, no truth value and no dictionary: it stands in quotes`);
}

function inPath(name: string, value: string | null): string {
  // A segment of dots climbs (RFC 3986 §5.2.4), an empty one makes another path.
  if (value === null || value === '' || /^\.{1,2}$/u.test(value))
    throw new Fault(`${name} has no value that can stand in an address`);
  try {
    return encodeURIComponent(value);
  } catch {
    throw new Fault(`${name} is no text that can stand in an address`);
  }
}

/** Where strings of a JSON text begin and end, as its template is written. */
function quotesOf(text: string): { isInString(at: number): boolean } {
  let isInString = false;
  let index = 0;
  return {
    isInString(at) {
      for (; index < at; index += 1) {
        const char = text[index];
        if (char === '"') isInString = !isInString;
        else if (char === '\\' && isInString) index += 1;
      }
      return isInString;
    },
  };
}
