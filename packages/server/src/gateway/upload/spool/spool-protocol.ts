/** To the thread that writes files down. Every `write` is answered once, in order; the memory of its pieces goes over. */
export type SpoolOrder =
  | {
      readonly kind: 'write';
      readonly id: number;
      readonly fd: number;
      readonly position: number;
      readonly pieces: readonly Uint8Array<ArrayBuffer>[];
    }
  | { readonly kind: 'end'; readonly id: number }
  /** Nobody wants to know of this file any more. */
  | { readonly kind: 'drop'; readonly id: number };

export type SpoolReport =
  | { readonly kind: 'written'; readonly id: number }
  /** `code` of the system (errno(3)). */
  | { readonly kind: 'failed'; readonly id: number; readonly code: string }
  | { readonly kind: 'whole'; readonly id: number; readonly whole: WrittenWhole };

export interface WrittenWhole {
  /** SHA-256, hex. */
  readonly hash: string;
  /** The version of rules none of which can match this file as a whole; null = they have to look. */
  readonly clearedBy: string | null;
}
