/** So long one stretch of reading or compiling takes at most: between two of them events are judged. */
const STRETCH_MS = 10;

/** Work until it is others' turn. */
export class Stretch {
  readonly #breathe: () => Promise<void>;
  #began = performance.now();

  constructor(breathe: () => Promise<void>) {
    this.#breathe = breathe;
  }

  get isOver(): boolean {
    return performance.now() - this.#began >= STRETCH_MS;
  }

  async end(): Promise<void> {
    await this.#breathe();
    this.#began = performance.now();
  }
}
