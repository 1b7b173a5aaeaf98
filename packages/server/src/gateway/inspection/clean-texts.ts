import type { CleanTexts as Memory } from '@holdfast/inspect';

/** Texts of each place, in two generations; a browser sends the same few with every request. */
const GENERATION_MAX = 512;

/**
 * Texts in which the attack rules found nothing, so that they need not be read again. Rules are pure: the same text at the
 * same place has the same verdict for as long as the same groups run. Attackers can only push texts out, never one in that
 * was not found clean.
 */
export class CleanTexts implements Memory {
  #young = new Map<string, Set<string>>();
  #old = new Map<string, Set<string>>();
  #count = 0;

  has(place: string, text: string): boolean {
    if (this.#young.get(place)?.has(text) === true) return true;
    if (this.#old.get(place)?.has(text) !== true) return false;
    this.#put(place, text);
    return true;
  }

  add(place: string, text: string): void {
    // A copy: a piece cut out of a large body would keep all of that body in memory. What Latin-1 cannot say is not kept.
    const copy = Buffer.from(text, 'latin1').toString('latin1');
    if (copy === text) this.#put(place, copy);
  }

  #put(place: string, text: string): void {
    if (this.#count >= GENERATION_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#count = 0;
    }
    const texts = this.#young.get(place) ?? new Set();
    if (texts.size === 0) this.#young.set(place, texts);
    texts.add(text);
    this.#count += 1;
  }
}
