import type { PartHead } from '@holdfast/inspect';
import { hash } from 'node:crypto';
import { inMemory } from '../content.ts';
import type { Content } from '../content.ts';
import type { Spool } from '../spool/spool.ts';

/** One file of a request, held. */
export interface TakenFile {
  readonly content: Content;
  readonly hash: string;
  /** As it came; empty for a raw body. */
  readonly name: string;
  readonly declaredType: string | null;
  /** Of the form or of the document; empty for a raw body. */
  readonly field: string;
  /**
   * declared = sent as a file; found = a value that turned out to be one; text = a value that is text in base64, or a body that could
   * not be read as a form: looked at by scanners, and of no type that an allow-list could name.
   */
  readonly origin: 'declared' | 'found' | 'text';
  /** Null when it stands in memory that others hold as well. */
  readonly spool: Spool | null;
}

/** The pieces of a body in their order, for handing on: what stands around the files, and the files. */
export type Segment =
  | { readonly kind: 'frame'; readonly from: number; readonly to: number }
  /** A header block of a part, with the file that it names. */
  | { readonly kind: 'head'; readonly from: number; readonly to: number; readonly file: TakenFile; readonly head: PartHead }
  | { readonly kind: 'file'; readonly file: TakenFile };

export interface TakenBody {
  readonly files: readonly TakenFile[];
  /** What is not in the files; null for a body that is one file, or that stays as it came. */
  readonly frame: { readonly content: Content; readonly spool: Spool | null } | null;
  readonly segments: readonly Segment[];
  /** Gives back disk and memory. */
  close(): void;
}

/** A file that stands in a body held in memory. Most values that could be one turn out to be none: nobody asks for their hash. */
export function memoryFile(bytes: Buffer, claim: Pick<TakenFile, 'name' | 'field' | 'declaredType' | 'origin'>): TakenFile {
  let digest: string | null = null;
  return {
    ...claim,
    content: inMemory(bytes),
    get hash() {
      return (digest ??= hash('sha256', bytes, 'hex'));
    },
    spool: null,
  };
}
