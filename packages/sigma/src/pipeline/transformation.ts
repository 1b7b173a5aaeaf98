import type { Detection, Item } from '../rule/detection.ts';
import type { Value } from '../value/value.ts';
import type { Draft, Progress } from './draft.ts';

/** What a pipeline item does to a rule, once its conditions hold. */
export type Transformation =
  | { readonly level: 'rule'; readonly apply: (rule: Draft, progress: Progress) => Draft }
  /** Null drops the item, the same item leaves it alone. */
  | { readonly level: 'item'; readonly apply: (item: Item, progress: Progress) => Detection | null }
  /** Null leaves a value alone. */
  | { readonly level: 'value'; readonly apply: (value: Value, progress: Progress, item: Item) => readonly Value[] | null }
  /** Null leaves a field alone; several names are tried one or another. */
  | { readonly level: 'field'; readonly apply: (field: string | null) => readonly string[] | null };
