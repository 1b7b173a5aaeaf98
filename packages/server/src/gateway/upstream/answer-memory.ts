/** Bytes of answers that this process holds for clients slower than the application. */
const HELD_BYTES_MAX = 67_108_864;
/** Of one answer: nearly every page and script fits, and its connection to the application is free at once. */
export const ANSWER_HELD_BYTES_MAX = 1_048_576;

/** What may be held in memory so that a slow client does not hold a connection to the application. */
export class AnswerMemory {
  #left: number;

  constructor(bytesMax: number = HELD_BYTES_MAX) {
    this.#left = bytesMax;
  }

  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}
