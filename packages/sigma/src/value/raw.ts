import type { Place } from '../diagnostic.ts';

export interface RawValue {
  readonly value: string | number | boolean | null;
  readonly source: string;
  readonly place: Place;
}

export interface RawItem {
  readonly field: string | null;
  readonly modifiers: readonly string[];
  readonly values: readonly RawValue[];
  readonly place: Place;
}
