import { isObject, propertyOf, type StixObject } from './observation.ts';
import type { ObjectPath } from './tree.ts';

/** Values one path may come to in one object: through lists of references there is no other end. */
const VALUES_MAX = 4096;

interface Place {
  readonly value: unknown;
  /** Whether it stands under `…_ref` or `…_refs`: stepping on means stepping into what it names (STIX 2.1 §9.4). */
  readonly isReference: boolean;
}

/** All values to which a path leads from one object; through references to objects of the same observation. */
export function valuesAt(root: StixObject, path: ObjectPath, objects: ReadonlyMap<string, StixObject>): readonly unknown[] {
  let places: Place[] = [{ value: root, isReference: false }];
  for (const step of path.steps) {
    const next: Place[] = [];
    for (const place of places) {
      if ('key' in step) stepInto(place, { key: step.key, objects, next });
      else if (!Array.isArray(place.value)) continue;
      else if ('index' in step) {
        if (step.index >= 0 && step.index < place.value.length)
          next.push({ value: place.value[step.index], isReference: place.isReference });
      } else for (const value of place.value) next.push({ value, isReference: place.isReference });
      if (next.length > VALUES_MAX) break;
    }
    places = next.slice(0, VALUES_MAX);
  }
  return places.map((place) => place.value);
}

interface Into {
  readonly key: string;
  readonly objects: ReadonlyMap<string, StixObject>;
  readonly next: Place[];
}

function stepInto({ value, isReference }: Place, { key, objects, next }: Into): void {
  const target = isReference && typeof value === 'string' ? objects.get(value) : value;
  if (!isObject(target)) return;
  const found = propertyOf(target, key);
  if (found === undefined) return;
  const read = typeof found === 'string' ? binaryOf(key, found) : found;
  if (read !== undefined) next.push({ value: read, isReference: key.endsWith('_ref') || key.endsWith('_refs') });
}

/** By their names, properties are binary in hexadecimal or Base64 (§2.1, §2.7); undefined = what is there is neither. */
function binaryOf(key: string, text: string): unknown {
  if (key.endsWith('_hex')) return /^(?:[0-9A-Fa-f]{2})*$/u.test(text) ? Buffer.from(text, 'hex') : undefined;
  if (key.endsWith('_bin')) return /^[A-Za-z0-9+/]*={0,2}$/u.test(text) ? Buffer.from(text, 'base64') : undefined;
  return text;
}
