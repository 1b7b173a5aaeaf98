import { isDeepStrictEqual } from 'node:util';
import type { SecretComparison, SecretData } from '@holdfast/contract';

type FieldChange = SecretComparison['fields'][number];

/**
 * What became of each field, by its name and without its value. A field may be called like a property that every object has:
 * only own ones count.
 *
 * @example compareFields({ user: 'a', password: 'x' }, { user: 'a', token: 'y' })
 */
export function compareFields(from: SecretData, to: SecretData): readonly FieldChange[] {
  const before = new Map(Object.entries(from));
  const after = new Map(Object.entries(to));
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return names.map((name) => ({ name, change: changeOf(name, before, after) }));
}

type Fields = ReadonlyMap<string, SecretData[string]>;

function changeOf(name: string, before: Fields, after: Fields): FieldChange['change'] {
  if (!before.has(name)) return 'added';
  if (!after.has(name)) return 'removed';
  return isDeepStrictEqual(before.get(name), after.get(name)) ? 'same' : 'changed';
}
