import { createWordFinder, scanOf } from '@holdfast/inspect';
import type { FileBytes, WordFinder, WordSearch } from '@holdfast/inspect';
import { HEAD_BYTES } from '../../../platform/yara/rule-gates.ts';
import type { GatesInForce } from '../../../platform/yara/rule-sources.ts';

const PIECE_BYTES = 131_072;
const finders = new WeakMap<readonly string[], WordFinder>();

/** Looks, while a file comes, for what rules cannot do without. One that has none of it need not be shown to them. */
export class Clearance {
  readonly #inForce: GatesInForce | null;
  #search: WordSearch | null = null;
  #state: 'begin' | 'searching' | 'cleared' | 'refused';

  constructor(inForce: GatesInForce | null) {
    this.#inForce = inForce;
    this.#state = inForce === null ? 'refused' : 'begin';
  }

  /** In order; the first piece has at least the octets by which gates tell files apart, or is all of the file. */
  take(bytes: Uint8Array): void {
    if (this.#state === 'begin') this.#begin(bytes.subarray(0, HEAD_BYTES));
    if (this.#state === 'searching' && this.#search?.take(bytes) === true) this.#state = 'refused';
  }

  /** Of the whole file, once all of it was taken. */
  get clearedBy(): string | null {
    return this.#state === 'searching' || this.#state === 'cleared' ? (this.#inForce?.version ?? null) : null;
  }

  get isRefused(): boolean {
    return this.#state === 'refused';
  }

  #begin(head: Uint8Array): void {
    const words = this.#inForce?.gates.wordsFor(head) ?? null;
    if (words === null) this.#state = 'refused';
    else if (words.length === 0) this.#state = 'cleared';
    else this.#searchFor(words);
  }

  /** Where there is no memory for a finder the rules look at the file: nobody has to be refused. */
  #searchFor(words: readonly string[]): void {
    try {
      this.#search = finderOf(words).search();
      this.#state = 'searching';
    } catch {
      this.#state = 'refused';
    }
  }
}

function finderOf(words: readonly string[]): WordFinder {
  const held = finders.get(words);
  if (held !== undefined) return held;
  const made = createWordFinder(words);
  finders.set(words, made);
  return made;
}

/** Of a file that is here: whether rules of this version need not look at it as a whole. */
export function isCleared(content: FileBytes, inForce: GatesInForce): boolean {
  const clearance = new Clearance(inForce);
  const read = scanOf(content);
  for (let at = 0; at < content.size && !clearance.isRefused; at += PIECE_BYTES) clearance.take(read(at, PIECE_BYTES));
  return clearance.clearedBy !== null;
}
