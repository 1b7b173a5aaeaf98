import { plainAddress } from '../../platform/address.ts';

const WINDOW_MS = 60_000;
const CUTS_MAX = 3;
const ADDRESSES_MAX = 4096;

/**
 * Addresses whose HTTP/2 sessions had to be cut. One that is cut and comes back at once costs a handshake and a hundred streams
 * each time; after three cuts within a minute its connections are closed as they are accepted, until a minute has passed.
 */
export class RepeatOffenders {
  /** Times of the last cuts, oldest first. Oldest address first too: a full table forgets who has been quiet longest. */
  readonly #cuts = new Map<string, readonly number[]>();

  /** True when the address is refused from now on. */
  note(peerAddress: string, nowMs: number): boolean {
    const address = plainAddress(peerAddress);
    const cuts = [...(this.#cuts.get(address) ?? []), nowMs].slice(-CUTS_MAX);
    this.#cuts.delete(address);
    const [oldest] = this.#cuts.keys();
    if (this.#cuts.size >= ADDRESSES_MAX && oldest !== undefined) this.#cuts.delete(oldest);
    this.#cuts.set(address, cuts);
    return isOver(cuts, nowMs);
  }

  isRefused(peerAddress: string, nowMs: number): boolean {
    // Nearly always: nobody has been cut, and no connection pays for that.
    if (this.#cuts.size === 0) return false;
    const cuts = this.#cuts.get(plainAddress(peerAddress));
    return cuts !== undefined && isOver(cuts, nowMs);
  }

  get size(): number {
    return this.#cuts.size;
  }
}

function isOver(cuts: readonly number[], nowMs: number): boolean {
  const [first = 0] = cuts;
  return cuts.length >= CUTS_MAX && nowMs - first < WINDOW_MS;
}
