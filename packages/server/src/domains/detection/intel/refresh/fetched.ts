import type { SourceRow } from '../store/tables.ts';

/** What one visit at a source gave. */
export type Fetched =
  /** It is as it was: what is kept came again. */
  | { readonly kind: 'same' }
  | {
      readonly kind: 'content';
      readonly text: string;
      readonly etag: string | null;
      readonly lastModified: string | null;
      /** Where an incremental source goes on next time. */
      readonly position: string | null;
    };

export type Visited = Pick<SourceRow, 'url' | 'etag' | 'last_modified' | 'position' | 'pinned' | 'collection' | 'credential'>;

/** One per way of asking. Rejects with `UnreadableSource` in words that may be shown. */
export type FetchSource = (source: Visited, place: FetchPlace) => Promise<Fetched>;

export interface FetchPlace {
  /** `file:` names without a slash in front lie below it. */
  readonly dataDir: string;
  /** The value that a credential names. */
  readonly secret: (reference: string) => string;
}
