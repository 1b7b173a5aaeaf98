import { PatternFault } from './fault.ts';
import type { Token } from './tokens.ts';
import type { Literal } from './tree.ts';

/** The constant that a token is; null when it is none. */
export function literalOf(token: Token): Literal | null {
  switch (token.kind) {
    case 'integer':
    case 'float':
      return { kind: 'number', value: numberOf(token) };
    case 'string':
      return { kind: 'string', value: token.text };
    case 'hex':
      return { kind: 'bytes', hex: token.text.toLowerCase() };
    case 'base64':
      return { kind: 'bytes', hex: Buffer.from(token.text, 'base64').toString('hex') };
    case 'time':
      return { kind: 'time', value: token.text };
    case 'keyword':
      return token.text === 'true' || token.text === 'false' ? { kind: 'boolean', value: token.text === 'true' } : null;
    case 'word':
    case 'hyphenated':
    case 'sign':
      break;
  }
  return null;
}

export function numberOf(token: Token): number {
  const value = Number(token.text);
  if (!Number.isFinite(value)) throw new PatternFault('limit', token.offset, 'a number too large to compare');
  // `-0` is 0 for every comparison.
  return value === 0 ? 0 : value;
}

/** Length in hexadecimal digits of the hashes of `hash-algorithm-ov` (STIX 2.1 §10.9), by name without hyphens. */
const HASH_DIGITS = new Map([
  ['MD5', 32],
  ['RIPEMD160', 40],
  ['SHA1', 40],
  ['SHA224', 56],
  ['SHA256', 64],
  ['SHA384', 96],
  ['SHA512', 128],
  ['SHA3224', 56],
  ['SHA3256', 64],
  ['SHA3384', 96],
  ['SHA3512', 128],
  ['WHIRLPOOL', 128],
]);

/** Whether a value can be a hash of this algorithm; those that are not known here may look like anything. */
export function isHashOf(algorithm: string, value: string): boolean {
  const digits = HASH_DIGITS.get(algorithm.toUpperCase().replaceAll('-', ''));
  return digits === undefined || (value.length === digits && /^[0-9A-Fa-f]+$/u.test(value));
}
