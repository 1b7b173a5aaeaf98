import { isObject, propertyOf, type StixObject } from '../pattern/observation.ts';
import { readObject, writeObject, type StixRecord } from './stix-object.ts';

export interface StixBundle {
  /** Null = the objects came without a bundle: as a list, alone, or in an envelope of TAXII. */
  readonly id: string | null;
  readonly objects: readonly StixRecord[];
  /** What else the bundle says. */
  readonly own: ReadonlyMap<string, unknown>;
  /** Objects that could not be read. */
  readonly unreadable: number;
}

export const OBJECTS_MAX = 2_000_000;

/** Reads a bundle (STIX 2.1 §8), an envelope of TAXII, a list of objects or one object. Null when the text is none of them. */
export function readBundle(text: string): StixBundle | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const list = listIn(raw);
  if (list === null || list.length > OBJECTS_MAX) return null;
  const objects = list.map((one) => readObject(one)).filter((one) => one !== null);
  const own = new Map<string, unknown>();
  const bundle = isObject(raw) && propertyOf(raw, 'type') === 'bundle' ? raw : {};
  for (const [key, value] of Object.entries(bundle)) if (!['type', 'id', 'objects'].includes(key)) own.set(key, value);
  const id = propertyOf(bundle, 'id');
  return { id: typeof id === 'string' ? id : null, objects, own, unreadable: list.length - objects.length };
}

function listIn(raw: unknown): readonly unknown[] | null {
  if (Array.isArray(raw)) return raw;
  if (!isObject(raw)) return null;
  const objects = propertyOf(raw, 'objects');
  const type = propertyOf(raw, 'type');
  if (type === 'bundle' || type === undefined) {
    if (objects === undefined)
      return type === 'bundle' || Object.keys(raw).every((key) => key === 'more' || key === 'next') ? [] : null;
    return Array.isArray(objects) ? objects : null;
  }
  return [raw];
}

export function writeBundle(bundle: StixBundle & { readonly id: string }): StixObject {
  const { id, objects, own } = bundle;
  return { type: 'bundle', id, ...Object.fromEntries(own), objects: objects.map((one) => writeObject(one)) };
}
