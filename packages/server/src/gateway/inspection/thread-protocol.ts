import type { Decoded, Inspection, RawRequest, RuleGroup } from '@holdfast/inspect';

/** What an inspection thread is asked: one request with a large body, to be taken apart and judged. */
export interface ThreadJob {
  readonly id: number;
  readonly raw: RawRequest;
  /** Canonical path of the request. */
  readonly path: string;
  readonly groups: readonly RuleGroup[];
}

/** What it answers; `inspection` is null when the request has no reading. */
export interface ThreadAnswer {
  readonly id: number;
  readonly decoded: Decoded;
  readonly inspection: Inspection | null;
}
