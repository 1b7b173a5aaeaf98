import { isObject, propertyOf, type StixObject } from '../pattern/observation.ts';

/** What objects of every type may say (STIX 2.1 §3.2); null = it does not. */
export interface Common {
  readonly type: string;
  readonly id: string;
  readonly specVersion: string | null;
  readonly created: string | null;
  readonly modified: string | null;
  readonly createdBy: string | null;
  readonly isRevoked: boolean | null;
  readonly confidence: number | null;
  readonly labels: readonly string[] | null;
  readonly markings: readonly string[] | null;
}

/** One object: what every type has, read, and what is its own or somebody's extension, as it came. */
export interface StixRecord {
  readonly common: Common;
  readonly own: ReadonlyMap<string, unknown>;
}

/** What may hang on one object of a feed. */
const PROPERTIES_MAX = 500;
const TEXT_MAX = 1_048_576;

const text = (value: unknown): string | null => (typeof value === 'string' && value.length <= TEXT_MAX ? value : null);
const list = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : null;
const flag = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);
/** §3.2: a whole number from 0 to 100. */
const share = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 100 ? value : null;

/** Written name, read name, and how it is read. What reads as null stays among what is the object's own. */
const COMMON = [
  ['spec_version', 'specVersion', text],
  ['created', 'created', text],
  ['modified', 'modified', text],
  ['created_by_ref', 'createdBy', text],
  ['revoked', 'isRevoked', flag],
  ['confidence', 'confidence', share],
  ['labels', 'labels', list],
  ['object_marking_refs', 'markings', list],
] as const;

/** Null for what has no type or no id: nothing could be said of it. */
export function readObject(raw: unknown): StixRecord | null {
  if (!isObject(raw)) return null;
  const type = text(propertyOf(raw, 'type'));
  const id = text(propertyOf(raw, 'id'));
  const properties = Object.entries(raw);
  if (type === null || id === null || properties.length > PROPERTIES_MAX) return null;
  const own = new Map(properties);
  own.delete('type');
  own.delete('id');
  const read = new Map<string, unknown>();
  for (const [written, name, as] of COMMON) {
    const value = as(own.get(written));
    read.set(name, value);
    if (value !== null) own.delete(written);
  }
  // Each name of the table was read by the function beside it.
  return { common: { type, id, ...Object.fromEntries(read) } as unknown as Common, own };
}

/** The object as it came, up to the order of its properties. */
export function writeObject({ common, own }: StixRecord): StixObject {
  const written = COMMON.map(([name, read]) => [name, common[read]] as const).filter(([, value]) => value !== null);
  return Object.fromEntries([['type', common.type], ['id', common.id], ...written, ...own]);
}
