import { hash } from 'node:crypto';
import type { LearnedElement } from './csp/learned.ts';
import type { Edit } from './csp/nonce-rewriter.ts';

/**
 * What was found out about a body the last time the same bytes passed. Templates and catalogue data repeat far more often
 * than they change, and a SHA-256 costs a fraction of reading them again. Only hashes and positions are kept, no content.
 */
const ENTRIES_MAX = 8192;

/** A map that forgets its oldest entry: enough for a cache whose misses cost microseconds. */
export class Remembered<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  put(key: string, value: Value): void {
    if (this.#entries.size >= ENTRIES_MAX) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(key, value);
  }
}

export const fingerprint = (bytes: Uint8Array): string => hash('sha256', bytes, 'base64');

/** Bodies in which no leak was found, by how they were read. */
export const cleanBodies = new Remembered<true>();

export interface NoncePlan {
  readonly edits: readonly Edit[];
  /** What learning took from the page; counted again each time the page comes again. */
  readonly learned: readonly LearnedElement[];
}

/** Where nonces go in a page, by policy and page. */
export const noncePlans = new Remembered<NoncePlan>();
