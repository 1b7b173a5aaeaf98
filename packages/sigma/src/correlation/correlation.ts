import type { Place } from '../diagnostic.ts';
import type { Metadata } from '../document/metadata.ts';
import type { Condition } from '../rule/detection.ts';

export const CORRELATION_TYPES = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
] as const;
export type CorrelationType = (typeof CORRELATION_TYPES)[number];

export const BOUND_OPERATORS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;

/** No count over more events than this can be asked for. */
export const COUNT_MAX = 1_000_000;

export interface Bound {
  readonly op: (typeof BOUND_OPERATORS)[number];
  readonly number: number;
}

export type CorrelationCondition =
  /** All bounds hold: two make a range. */
  | {
      readonly kind: 'bounds';
      readonly bounds: readonly Bound[];
      readonly fields: readonly string[];
      readonly percentile: number | null;
    }
  /** Rules by name, joined by and, or, not (temporal types). */
  | { readonly kind: 'expression'; readonly condition: Condition };

/** A correlation as it was read. */
export interface SigmaCorrelation {
  readonly kind: 'correlation';
  readonly metadata: Metadata;
  readonly type: CorrelationType;
  /** Ids or names of rules and of other correlations. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** Alias to field, by the rule as it is referred to. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly condition: CorrelationCondition;
  /** The rules referred to also raise matches of their own. */
  readonly generate: boolean;
  readonly source: string;
  readonly place: Place;
}
