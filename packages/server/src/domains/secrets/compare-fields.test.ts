import { expect, it } from 'vitest';
import { compareFields } from './compare-fields.ts';

it('tells which fields are others, by name', () => {
  const from = { user: 'shop', password: 'one', port: 5432, options: { tls: true, hosts: ['a', 'b'] } };
  const to = { user: 'shop', password: 'two', options: { hosts: ['a', 'b'], tls: true }, region: 'north' };
  expect(compareFields(from, to)).toEqual([
    { name: 'options', change: 'same' },
    { name: 'password', change: 'changed' },
    { name: 'port', change: 'removed' },
    { name: 'region', change: 'added' },
    { name: 'user', change: 'same' },
  ]);
  expect(JSON.stringify(compareFields(from, to))).not.toMatch(/one|two|5432|north/u);
});

it('knows fields that are called like properties of every object', () => {
  const odd = Object.fromEntries([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  expect(compareFields({}, odd)).toEqual([
    { name: '__proto__', change: 'added' },
    { name: 'constructor', change: 'added' },
  ]);
  expect(compareFields(odd, odd).every(({ change }) => change === 'same')).toBe(true);
});
