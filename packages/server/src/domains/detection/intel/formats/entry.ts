import type { IndicatorKind } from '@holdfast/contract';

/** What a source says is bad, as it is read: the value in the one spelling of `normaliseIndicator`. */
export interface ReadEntry {
  readonly kind: IndicatorKind;
  readonly value: string;
  /** 0 to 100; null = the source as a whole says. */
  readonly confidence: number | null;
  /** Milliseconds since the epoch; null = it does not say: since it was read first. */
  readonly firstSeenAt: number | null;
  /** Null = it does not say: as long as entries of this source are good. */
  readonly expiresAt: number | null;
  /** Names, labels, families, in one line; at most {@link DETAIL_CHARS_MAX}. */
  readonly detail: string | null;
}

/** A pattern of STIX that says more than that one of a few values is seen: it is watched for in requests. */
export interface ReadPattern {
  readonly id: string;
  readonly pattern: string;
  readonly confidence: number | null;
  readonly firstSeenAt: number | null;
  readonly expiresAt: number | null;
  readonly detail: string | null;
}

/** An entry that could not be used, and why, in words that are the same for all of their kind. */
export interface RefusedEntry {
  readonly value: string;
  readonly why: string;
}

export interface ReadOptions {
  /** What the source says its entries are; null = each by its looks. */
  readonly kind: IndicatorKind | null;
  /** Of columns: name or number (from 1) of the one that holds the indicator. */
  readonly column: string | null;
}

/**
 * What one reading gave. `isWhole`: what is no longer there is withdrawn (lists, feeds, bundles); otherwise entries that are not
 * named stay until they end (TAXII tells additions), save those in `withdrawn`.
 */
export interface ReadResult {
  readonly entries: readonly ReadEntry[];
  readonly refused: readonly RefusedEntry[];
  readonly isWhole: boolean;
  readonly withdrawn: readonly Pick<ReadEntry, 'kind' | 'value'>[];
  readonly patterns?: readonly ReadPattern[];
  /** By their ids. */
  readonly withdrawnPatterns?: readonly string[];
}

/** One per format. Never throws on what it reads: a text that is none of this format rejects with `UnreadableSource`. */
export type ReadFormat = (text: string, options: ReadOptions) => ReadResult;

/** The text as a whole is not what it should be: what was read before stays. */
export class UnreadableSource extends Error {
  override readonly name = 'UnreadableSource';
}

export const NOT_READABLE = 'not readable as an indicator';
export const ENTRIES_MAX = 2_000_000;
export const VALUE_CHARS_MAX = 2048;
export const DETAIL_CHARS_MAX = 300;
