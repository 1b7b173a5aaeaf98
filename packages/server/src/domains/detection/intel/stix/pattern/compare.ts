import { MatchFault } from './fault.ts';
import { instantOf } from './instant.ts';
import type { Literal, Order } from './tree.ts';

/** A constant made ready: bytes are bytes, a time is its instant. */
export type Constant =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'bytes'; readonly value: Buffer }
  | { readonly kind: 'time'; readonly value: bigint };

export function constantOf(literal: Literal): Constant {
  switch (literal.kind) {
    case 'number':
    case 'string':
    case 'boolean':
      return literal;
    case 'bytes':
      return { kind: 'bytes', value: Buffer.from(literal.hex, 'hex') };
    case 'time':
      break;
  }
  const value = instantOf(literal.value);
  if (value === null) throw new MatchFault('a time of the pattern is no day of the calendar');
  return { kind: 'time', value };
}

export function holdsOrder(operator: Order, order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      break;
  }
  return order >= 0;
}

/**
 * How a value stands to a constant (STIX 2.1 §9.6): below, equal, above; `unequal` = of these two only that they differ can
 * be said; `alien` = of types that are never compared.
 */
export function orderOf(value: unknown, constant: Constant): number | 'unequal' | 'alien' {
  switch (constant.kind) {
    case 'number':
      return typeof value === 'number' ? value - constant.value : 'alien';
    case 'boolean':
      if (typeof value !== 'boolean') return 'alien';
      return value === constant.value ? 0 : 'unequal';
    case 'string':
      if (typeof value === 'string') return byCodePoint(value, constant.value);
      return Buffer.isBuffer(value) ? byBytes(value, latin1Of(constant.value)) : 'alien';
    case 'bytes':
      if (Buffer.isBuffer(value)) return Buffer.compare(value, constant.value);
      return typeof value === 'string' ? negated(byBytes(constant.value, latin1Of(value))) : 'alien';
    case 'time':
      break;
  }
  return typeof value === 'string' ? orderOfTime(value, constant.value) : 'alien';
}

function orderOfTime(value: string, constant: bigint): number {
  const instant = instantOf(value);
  // To say that they differ would pass over what was only written wrongly.
  if (instant === null) throw new MatchFault('a value that is compared with a time is none');
  return instant === constant ? 0 : instant < constant ? -1 : 1;
}

export function isEqual(value: unknown, constant: Constant): boolean {
  return orderOf(value, constant) === 0;
}

function negated(order: number | 'unequal'): number | 'unequal' {
  return order === 'unequal' ? order : -order;
}

/** A string is compared with bytes only when each of its characters is one (§9.6). */
function latin1Of(text: string): Buffer | null {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 255) return null;
  return Buffer.from(text, 'latin1');
}

function byBytes(value: Buffer, other: Buffer | null): number | 'unequal' {
  return other === null ? 'unequal' : Buffer.compare(value, other);
}

/** By code point, not by UTF-16 unit: characters beyond the first plane come last. */
function byCodePoint(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index += 1) {
    const one = a.charCodeAt(index);
    const other = b.charCodeAt(index);
    if (one === other) continue;
    const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    return isHigh(one) === isHigh(other) ? one - other : isHigh(one) ? 1 : -1;
  }
  return a.length - b.length;
}
