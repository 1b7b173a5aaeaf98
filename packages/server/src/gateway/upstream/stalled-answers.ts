/** Shorter stalls are the rhythm of every download. */
const STALLED_MS_MIN = 1000;
const CHECK_MS = 250;

export interface Sheddable {
  /** Ends the answer and leaves its connection to the application, before this returns. */
  shed(): void;
}

/**
 * Answers of one application that wait for their clients. When more requests ask than there are connections, those that have
 * waited longest go: a few hundred clients that hardly read would otherwise keep everybody else out.
 */
export class StalledAnswers {
  readonly #excess: () => number;
  readonly #now: () => number;
  /** Since when; the longest first, because a map keeps the order of insertion. */
  readonly #since = new Map<Sheddable, number>();
  #timer: NodeJS.Timeout | null = null;

  /** `excess`: how many more requests there are than connections. */
  constructor(excess: () => number, now: () => number = () => performance.now()) {
    this.#excess = excess;
    this.#now = now;
  }

  add(answer: Sheddable): void {
    if (!this.#since.has(answer)) this.#since.set(answer, this.#now());
  }

  delete(answer: Sheddable): void {
    this.#since.delete(answer);
  }

  /** Sheds now what may be shed, and looks again until nobody waits for a connection any more. */
  makeRoom(): void {
    const before = this.#now() - STALLED_MS_MIN;
    for (const [answer, since] of this.#since) {
      if (this.#excess() <= 0 || since > before) break;
      this.#since.delete(answer);
      answer.shed();
    }
    if (this.#excess() > 0) this.#timer ??= setInterval(() => this.makeRoom(), CHECK_MS).unref();
    else this.close();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
