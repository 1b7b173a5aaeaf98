import { Distinct, type SketchBudget } from '../state/distinct.ts';

const DAY_MS = 86_400_000;
/** With fewer askers nobody knows whether a thing is for one or for all. */
const ASKERS_MIN = 5;

/** Whether the things behind one route are for everybody, like products, or each for one person, like orders. */
export class RouteAudience {
  readonly #ids: Distinct;
  readonly #pairs: Distinct;
  readonly #askers: Distinct;

  constructor(budget: SketchBudget) {
    this.#ids = new Distinct(DAY_MS, budget);
    this.#pairs = new Distinct(DAY_MS, budget);
    this.#askers = new Distinct(DAY_MS, budget);
  }

  add(time: number, asker: string, id: string): void {
    this.#ids.add(time, id);
    this.#pairs.add(time, `${asker} ${id}`);
    this.#askers.add(time, asker);
  }

  get isKnown(): boolean {
    return this.#askers.count >= ASKERS_MIN;
  }

  /** How many ask for one and the same thing, on average. */
  get askersPerId(): number {
    return this.#ids.count === 0 ? 0 : this.#pairs.count / this.#ids.count;
  }

  release(): void {
    for (const counter of [this.#ids, this.#pairs, this.#askers]) counter.release();
  }

  save(): unknown {
    return [this.#ids.save(), this.#pairs.save(), this.#askers.save()];
  }

  load(state: unknown): this {
    if (!Array.isArray(state)) return this;
    for (const [index, counter] of [this.#ids, this.#pairs, this.#askers].entries()) counter.load(state[index]);
    return this;
  }
}
