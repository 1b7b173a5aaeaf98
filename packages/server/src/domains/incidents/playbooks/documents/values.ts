import { isIP } from 'node:net';

/** A variable as a run has it; null = its value is not known (CACAO 2.0 §10.18). */
export interface TypedValue {
  readonly type: string;
  readonly value: string | null;
}

/** By their names, with both underscores. */
export type Values = ReadonlyMap<string, TypedValue>;

export const VALUE_CHARS_MAX = 4000;

const NUMBERS = new Set(['integer', 'long', 'float']);
const HEX = /^[0-9A-Fa-f]*$/u;
const UUID = /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/u;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/u;
const isHexOf =
  (digits: number) =>
  (value: string): boolean =>
    value.length === digits && HEX.test(value);

/** `variable-type-ov` (§10.18.4): what each type allows. Types that others define allow any text. */
const FORMS = new Map<string, (value: string) => boolean>([
  ['bool', (value) => value === 'true' || value === 'false'],
  ['integer', (value) => /^-?\d{1,15}$/u.test(value)],
  ['long', (value) => /^-?\d{1,15}$/u.test(value)],
  ['float', (value) => /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/u.test(value) && Number.isFinite(Number(value))],
  ['ipv4-addr', (value) => isIP(hostOf(value)) === 4],
  ['ipv6-addr', (value) => isIP(hostOf(value)) === 6],
  ['mac-addr', (value) => /^[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}$/u.test(value)],
  // What identifies something here is a ULID, which is the same 128 bits.
  ['uuid', (value) => UUID.test(value) || ULID.test(value)],
  ['uri', (value) => URL.canParse(value)],
  ['hexstring', (value) => value.length % 2 === 0 && HEX.test(value)],
  ['md5-hash', isHexOf(32)],
  ['sha256-hash', isHexOf(64)],
  ['dictionary', (value) => dictionaryOf(value) !== null],
]);

export const isNumeric = (type: string): boolean => NUMBERS.has(type);
export const isKnownType = (type: string): boolean => FORMS.has(type) || type === 'string' || type === 'hash';

/** Why a value cannot be of this type; null = it can. An empty text is known to be empty, and fits every type. */
export function whyNotOfType(type: string, value: string): string | null {
  if (value.length > VALUE_CHARS_MAX) return `longer than ${VALUE_CHARS_MAX} characters`;
  if (value === '') return null;
  return (FORMS.get(type) ?? (() => true))(value) ? null : `not of type ${type}`;
}

export function dictionaryOf(value: string): Readonly<Record<string, unknown>> | null {
  try {
    const read: unknown = JSON.parse(value);
    // An object that is no list has text for its keys.
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** STIX writes networks as addresses with a prefix length. */
function hostOf(value: string): string {
  const [host = '', length, ...rest] = value.split('/');
  if (length === undefined) return host;
  return rest.length === 0 && /^\d{1,3}$/u.test(length) && Number(length) <= (host.includes(':') ? 128 : 32) ? host : '';
}
