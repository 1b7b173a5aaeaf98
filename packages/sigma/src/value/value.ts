import type { Network } from './cidr.ts';
import type { TimePart } from './time-part.ts';
import type { Token } from './tokens.ts';

export const COMPARISONS = ['lt', 'lte', 'gt', 'gte'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface RegexFlags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

/** What one value of a rule asks of a field, after its modifiers. */
export type Value =
  | { readonly kind: 'text'; readonly tokens: readonly Token[]; readonly cased: boolean }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'boolean'; readonly boolean: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; readonly exists: boolean }
  | {
      readonly kind: 'regex';
      readonly source: string;
      readonly flags: RegexFlags;
      /** `%name%` in it is a placeholder (modifier `expand`). */
      readonly expands: boolean;
    }
  | { readonly kind: 'cidr'; readonly text: string; readonly network: Network }
  | { readonly kind: 'compare'; readonly op: Comparison; readonly number: number }
  | { readonly kind: 'time'; readonly part: TimePart; readonly op: Comparison | 'eq'; readonly number: number }
  | {
      readonly kind: 'field';
      readonly field: string;
      readonly place: 'whole' | 'start' | 'end' | 'anywhere';
      readonly cased: boolean;
    };

export function compare(left: number, op: Comparison | 'eq' | 'neq', right: number): boolean {
  switch (op) {
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'eq':
      return left === right;
    case 'neq':
      break;
  }
  return left !== right;
}

/** A number as logs write it: digits, sign, fraction, exponent. Hexadecimal text is text. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.length > 40 || !/^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/u.test(value))
    return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
