import { instantOf } from './instant.ts';
import { MatchFault } from './fault.ts';

export type StixObject = Readonly<Record<string, unknown>>;

/** What was seen, from when to when, and how often: one observed-data object and what it refers to. */
export interface Observation {
  readonly objects: ReadonlyMap<string, StixObject>;
  readonly byType: ReadonlyMap<string, readonly StixObject[]>;
  readonly firstAt: bigint;
  readonly lastAt: bigint;
  readonly times: number;
}

export function isObject(value: unknown): value is StixObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property; what a prototype has is nobody's property. */
export function propertyOf(object: StixObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export interface Seen {
  readonly firstAt: bigint;
  readonly lastAt: bigint;
  readonly times: number;
}

export function observationOf(objects: ReadonlyMap<string, StixObject>, seen: Seen): Observation {
  const byType = new Map<string, StixObject[]>();
  for (const object of objects.values()) {
    const type = propertyOf(object, 'type');
    if (typeof type !== 'string') continue;
    const alike = byType.get(type);
    if (alike === undefined) byType.set(type, [object]);
    else alike.push(object);
  }
  return { objects, byType, ...seen };
}

/**
 * The observed-data objects of bundles (STIX 2.1 §4.14) with what they refer to; the deprecated `objects` is read as well.
 * Throws {@link MatchFault} where one says no time or no count.
 */
export function observationsOf(bundles: readonly StixObject[]): readonly Observation[] {
  const all = bundles.flatMap((bundle) => {
    const objects = propertyOf(bundle, 'type') === 'bundle' ? propertyOf(bundle, 'objects') : [bundle];
    return Array.isArray(objects) ? objects.filter((object) => isObject(object)) : [];
  });
  const byId = new Map<string, StixObject>();
  for (const object of all) {
    const id = propertyOf(object, 'id');
    if (typeof id === 'string' && propertyOf(object, 'type') !== 'observed-data') byId.set(id, object);
  }
  return all.filter((object) => propertyOf(object, 'type') === 'observed-data').map((object) => observed(object, byId));
}

function observed(data: StixObject, byId: ReadonlyMap<string, StixObject>): Observation {
  const firstAt = timeOf(data, 'first_observed');
  const lastAt = timeOf(data, 'last_observed');
  const times = propertyOf(data, 'number_observed');
  if (firstAt === null || lastAt === null || lastAt < firstAt)
    throw new MatchFault('an observed-data object says no first and last time');
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1)
    throw new MatchFault('an observed-data object says no number of times');
  const objects = new Map<string, StixObject>();
  const inner = propertyOf(data, 'objects');
  if (isObject(inner)) for (const [id, object] of Object.entries(inner)) if (isObject(object)) objects.set(id, object);
  const refs = propertyOf(data, 'object_refs');
  for (const ref of Array.isArray(refs) ? refs : []) {
    const object = typeof ref === 'string' ? byId.get(ref) : undefined;
    if (object !== undefined) objects.set(ref, object);
  }
  return observationOf(objects, { firstAt, lastAt, times });
}

function timeOf(data: StixObject, key: string): bigint | null {
  const text = propertyOf(data, key);
  return typeof text === 'string' ? instantOf(text) : null;
}
