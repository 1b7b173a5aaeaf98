/** Thrown inside this folder only, and caught where judging began: the work that was allowed is done. */
export class WorkSpent extends Error {
  override readonly name = 'WorkSpent';
}

/** Octets that may still be read or unpacked. A count and not a clock, so that the same file has the same verdict everywhere. */
export class Work {
  #left: number;

  constructor(octets: number) {
    this.#left = octets;
  }

  spend(octets: number): void {
    this.#left -= octets;
    if (this.#left < 0) throw new WorkSpent();
  }
}
