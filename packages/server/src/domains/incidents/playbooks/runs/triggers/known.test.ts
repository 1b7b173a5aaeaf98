import type { Entity } from '@holdfast/contract';
import { expect, it } from 'vitest';
import { knownOfEntities } from './known.ts';

const address = (value: string): Entity => ({ kind: 'address', value });
const PERSON: Entity = { kind: 'user', value: '01J8Z3K4M5N6P7Q8R9S0T1V2W3' };

it('names whoever did it only when nobody else can be meant', () => {
  const source = (...entities: readonly Entity[]): string | undefined => knownOfEntities(entities).get('__source__');
  expect(source(PERSON, address('203.0.113.9'))).toBe('203.0.113.9');
  expect(source(address('203.0.113.9'), address('203.0.113.9'))).toBe('203.0.113.9');
  // A session in two hands: one of them is its owner.
  expect(source(address('203.0.113.9'), address('198.51.100.7'))).toBeUndefined();
  expect(source(address('203.0.113.9'), { kind: 'network', value: '198.51.100.0/24' })).toBeUndefined();
  expect(source(PERSON)).toBeUndefined();
});

it('names the first of every other kind', () => {
  const known = knownOfEntities([address('203.0.113.9'), address('198.51.100.7'), PERSON, { kind: 'route', value: '/a' }]);
  expect(known.get('__address__')).toBe('203.0.113.9');
  expect(known.get('__person__')).toBe(PERSON.value);
  expect(known.get('__route__')).toBe('/a');
});
