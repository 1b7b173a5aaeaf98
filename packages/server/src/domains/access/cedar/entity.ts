import type { PolicyScope } from '@holdfast/contract';
import type { CedarValueJson, EntityJson } from '@cedar-policy/cedar-wasm/nodejs';

export interface Uid {
  readonly type: string;
  readonly id: string;
}

/** One thing that a decision is about, with everything it is in: nothing else is handed to the evaluation. */
export interface Entity extends Uid {
  readonly parents: readonly Uid[];
  readonly attrs?: Readonly<Record<string, CedarValueJson>>;
}

/** `Person::01J…`. Types hold no `::`, so two entities never have one key. */
export const keyOf = ({ type, id }: Uid): string => `${type}::${id}`;

export interface KeyedEntity {
  readonly entity: Entity;
  readonly key: string;
  readonly parents: ReadonlySet<string>;
}

export const keyed = (entity: Entity): KeyedEntity => ({
  entity,
  key: keyOf(entity),
  parents: new Set(entity.parents.map(keyOf)),
});

/** Whether the head of a policy takes this entity: as Cedar judges it, and never narrower (a test compares them). */
export function takes({ type, entities, isExact }: PolicyScope, { entity, key, parents }: KeyedEntity): boolean {
  if (type !== null && type !== entity.type) return false;
  if (entities === null) return true;
  return entities.some((each) => each === key || (!isExact && parents.has(each)));
}

export const toEntityJson = ({ type, id, parents, attrs }: Entity): EntityJson => ({
  uid: { type, id },
  attrs: attrs ?? {},
  parents: parents.map((parent) => ({ type: parent.type, id: parent.id })),
});
