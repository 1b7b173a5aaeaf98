import type { EventRecord } from '@holdfast/contract';
import { parsePublic } from '../../../../platform/geo/is-public.ts';
import type { Place, Places } from '../../../../platform/geo/places.ts';
import { textOf } from '../fields/payload.ts';

/**
 * The databases of places cost a second and a hundred megabytes: they are read when the first address comes that can stand in
 * one, which in a laboratory is never. What came with it waits for them, and everything after it, so that the order stays.
 */
export class PlacesWhenNeeded implements Places {
  readonly #open: () => Promise<Places>;
  readonly #words = new Uint32Array(4);
  #opening: Promise<void> | null = null;
  #places: Places | null = null;
  #isSettled = false;

  constructor(open: () => Promise<Places>) {
    this.#open = open;
  }

  find(address: string): Place | null {
    return this.#places?.find(address) ?? null;
  }

  /** Runs it now where nothing has to be read for these events, else once that is done. */
  whenReadyFor(events: readonly EventRecord[], run: () => void): void {
    if (this.#isSettled) run();
    else if (this.#opening !== null) this.#opening = this.#opening.then(run);
    else if (events.some((event) => this.#isPublic(event))) this.#opening = this.#openThen(run);
    else run();
  }

  async #openThen(run: () => void): Promise<void> {
    try {
      this.#places = await this.#open();
    } catch {
      // Without them nobody has a place, which detectors know how to take.
    }
    run();
    this.#isSettled = true;
  }

  #isPublic({ payload }: EventRecord): boolean {
    const address = textOf(payload, 'address');
    return address !== null && parsePublic(address, this.#words) !== 0;
  }
}
