import { expect, it } from 'vitest';
import { secretDataSchema } from './secrets.ts';

const nested = (levels: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

it('a secret holds named JSON values', () => {
  const data = { value: 'x', port: 5432, tls: true, none: null, hosts: ['a', { b: ['c'] }] };
  expect(secretDataSchema.parse(data)).toEqual(data);
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, () => 'x', 10n, Symbol('x')])
    expect(secretDataSchema.safeParse({ value }).success, String(value)).toBe(false);
});

it('a value that is nested without end is refused, not followed', () => {
  expect(secretDataSchema.safeParse({ value: nested(32) }).success).toBe(true);
  for (const levels of [33, 1000, 200_000]) expect(secretDataSchema.safeParse({ value: nested(levels) }).success).toBe(false);
});

it('there are limits to the fields and to all together', () => {
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, at]));
  expect(secretDataSchema.safeParse(fields(256)).success).toBe(true);
  expect(secretDataSchema.safeParse(fields(257)).success).toBe(false);
  expect(secretDataSchema.safeParse({ value: 'x'.repeat(262_144) }).success).toBe(false);
});
