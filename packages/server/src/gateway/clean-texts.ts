import type { CleanTexts as Memory, Location } from '@holdfast/inspect';

/** Texts of each place, in two generations; a browser sends the same few with every request. */
const GENERATION_MAX = 512;

/**
 * Texts in which the attack rules found nothing, so that they need not be read again. Rules are pure: the same text at the
 * same place has the same verdict for as long as the same groups run. Attackers can only push texts out, never one in that
 * was not found clean.
 */
export class CleanTexts implements Memory {
  #young = new Map<Location, Set<string>>();
  #old = new Map<Location, Set<string>>();
  #count = 0;

  has(location: Location, text: string): boolean {
    if (this.#young.get(location)?.has(text) === true) return true;
    if (this.#old.get(location)?.has(text) !== true) return false;
    this.#put(location, text);
    return true;
  }

  add(location: Location, text: string): void {
    // A copy: a piece cut out of a large body would keep all of that body in memory. What Latin-1 cannot say is not kept.
    const copy = Buffer.from(text, 'latin1').toString('latin1');
    if (copy === text) this.#put(location, copy);
  }

  #put(location: Location, text: string): void {
    if (this.#count >= GENERATION_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#count = 0;
    }
    const texts = this.#young.get(location) ?? new Set();
    if (texts.size === 0) this.#young.set(location, texts);
    texts.add(text);
    this.#count += 1;
  }
}
