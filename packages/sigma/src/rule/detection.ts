import type { Place } from '../diagnostic.ts';
import type { Value } from '../value/value.ts';

/** One comparison of a field, or of the whole message where there is none, with values. */
export interface Item {
  readonly kind: 'item';
  readonly field: string | null;
  readonly modifiers: readonly string[];
  readonly values: readonly Value[];
  /** All values must match (`all`), not any. */
  readonly isAll: boolean;
  readonly isNegated: boolean;
  readonly place: Place;
}

export interface Group {
  readonly kind: 'all' | 'any';
  readonly parts: readonly Detection[];
  readonly place: Place;
}

export type Detection = Item | Group;

export type Condition =
  | { readonly kind: 'identifier'; readonly name: string }
  | { readonly kind: 'selector'; readonly quantity: 'all' | 'any'; readonly pattern: string }
  | { readonly kind: 'all'; readonly parts: readonly Condition[] }
  | { readonly kind: 'any'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition };

export interface Detections {
  readonly identifiers: ReadonlyMap<string, Detection>;
  /** Linked with OR when there are several. */
  readonly conditions: readonly Condition[];
}

/** Every item of a detection, in the order of the text. */
export function* itemsOf(detection: Detection): Generator<Item> {
  if (detection.kind === 'item') yield detection;
  else for (const part of detection.parts) yield* itemsOf(part);
}

/** A copy in which every item is replaced; null removes it, and a group that is left with nothing goes too. */
export function mapItems(detection: Detection, replace: (item: Item) => Detection | null): Detection | null {
  if (detection.kind === 'item') return replace(detection);
  const parts = detection.parts.flatMap((part) => mapItems(part, replace) ?? []);
  return parts.length === 0 ? null : { ...detection, parts };
}
