import type { EventRecord } from '@holdfast/contract';
import { EventWindow } from '../state/event-window.ts';

const STEPS_MAX = 512;

/** One id that was asked for; small, because every request for one thing of many makes one. */
export interface Step {
  readonly time: number;
  readonly id: string;
  readonly status: number;
  /** By a policy, or by the application with 403. */
  readonly isDenied: boolean;
  readonly event: string;
  readonly requestId: string | null;
  readonly outcome: EventRecord['outcome'];
}

/** The ids of one route that one asker asked for lately. */
export class Walk {
  readonly #window: EventWindow<Step>;
  readonly #ids = new Map<string, { asked: number; denied: number }>();
  #missed = 0;
  deniedIds = 0;
  firedAt = 0;

  constructor(widthMs: number) {
    this.#window = new EventWindow({ widthMs, entriesMax: STEPS_MAX, onGone: (step) => this.#count(step, -1) });
  }

  add(step: Step): void {
    this.#count(step, 1);
    if (!this.#window.add(step)) this.#count(step, -1);
  }

  #count({ id, status, isDenied }: Step, by: 1 | -1): void {
    if (isDenied || status === 404) this.#missed += by;
    const held = this.#ids.get(id) ?? { asked: 0, denied: 0 };
    const wasDenied = held.denied > 0;
    held.asked += by;
    if (isDenied) held.denied += by;
    this.deniedIds += Number(held.denied > 0) - Number(wasDenied);
    if (held.asked <= 0) this.#ids.delete(id);
    else this.#ids.set(id, held);
  }

  /** Different ones. */
  get ids(): number {
    return this.#ids.size;
  }

  /** Requests that were refused (403) or for what is not there (404). */
  get missed(): number {
    return this.#missed;
  }

  get missedShare(): number {
    return this.steps.length === 0 ? 0 : this.#missed / this.steps.length;
  }

  /** Oldest first. */
  get steps(): readonly Step[] {
    return this.#window.entries;
  }

  get cut(): number {
    return this.#window.cut;
  }

  get newest(): number {
    return this.#window.newest;
  }
}
