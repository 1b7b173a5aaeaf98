/** Stands for no text at all. */
export const NONE = 0;
/** There was no room for it. */
export const FULL = -1;

/** Texts as small numbers, for as long as they are seen; what was not seen for a while makes room. */
export class Interned {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [''];
  readonly #seen: number[] = [0];
  readonly #free: number[] = [];
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** One more than the largest number that is in use. */
  get end(): number {
    return this.#texts.length;
  }

  get size(): number {
    return this.#ids.size;
  }

  intern(text: string | null, minute: number): number {
    if (text === null || text === '') return NONE;
    const held = this.#ids.get(text);
    if (held !== undefined) {
      this.#seen[held] = minute;
      return held;
    }
    if (this.#ids.size >= this.#max) return FULL;
    const id = this.#free.pop() ?? this.#texts.length;
    this.#ids.set(text, id);
    this.#texts[id] = text;
    this.#seen[id] = minute;
    return id;
  }

  find(text: string): number {
    return this.#ids.get(text) ?? FULL;
  }

  textOf(id: number): string {
    return this.#texts[id] ?? '';
  }

  /** Forgets what was not seen since that minute; its numbers stand for others then. */
  forgetBefore(minute: number): void {
    for (const [text, id] of this.#ids) {
      if ((this.#seen[id] ?? 0) >= minute) continue;
      this.#ids.delete(text);
      this.#texts[id] = '';
      this.#free.push(id);
    }
  }
}
