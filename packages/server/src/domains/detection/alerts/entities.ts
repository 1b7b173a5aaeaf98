import { ENTITY_KINDS, type Entity, type EntityKind } from '@holdfast/contract';

/**
 * Shared by alerts that belong together. A whole application, or a network operator with a million customers, says nothing
 * about that.
 */
const GROUPING: ReadonlySet<EntityKind> = new Set(['address', 'network', 'user', 'session', 'key', 'route', 'indicator']);
/** Who can gather risk: not the route that everybody uses. */
const RISKY: ReadonlySet<EntityKind> = new Set(['address', 'network', 'user', 'session', 'key', 'indicator']);

export const isGrouping = ({ kind }: Entity): boolean => GROUPING.has(kind);
export const isRisky = ({ kind }: Entity): boolean => RISKY.has(kind);

/** Under whose key the ledger writes of it: an address and a person are the same one everywhere, so that erasing finds them. */
export function subjectOf({ kind, value }: Entity): string {
  if (kind === 'address' || kind === 'network') return value;
  return kind === 'user' ? `person:${value}` : `${kind}:${value}`;
}

/** A value that was looked for without its kind. */
export const subjectsOf = (value: string): string[] => [...new Set(ENTITY_KINDS.map((kind) => subjectOf({ kind, value })))];

/** What stands where somebody was erased. */
export const ERASED = 'erased';
