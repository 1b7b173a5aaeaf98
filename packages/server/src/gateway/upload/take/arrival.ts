import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { isWhole } from '../../body/give-back.ts';
import { CLIENT_GONE, UploadReading } from '../../body/upload-reading.ts';
import type { Exchange, Refused } from '../../exchange.ts';
import { joined } from './arrived.ts';
import type { Arrived } from './arrived.ts';

/** Called in the turn in which octets come; a promise = no more of them until it is settled. */
export type Taker = (arrived: Arrived) => Promise<void> | null;

interface Settling {
  readonly resolve: (fault: Refused | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gives a body to `take` as it comes, without a stream in between: an iterator over a stream joins what waits in it, which is a copy of
 * nearly everything. Resolves with the fault that ended it, or null; rejects with what `take` throws.
 */
export function receive(exchange: Exchange, bytesMax: number, take: Taker): Promise<Refused | null> {
  // oxlint-disable-next-line promise/avoid-new -- the stream speaks events only
  return new Promise((resolve, reject) => {
    new Arrival(exchange, bytesMax, take).begin({ resolve, reject });
  });
}

class Arrival {
  readonly #incoming: IncomingMessage | Http2ServerRequest;
  readonly #reading: UploadReading;
  readonly #take: Taker;
  #settling: Settling | null = null;
  #pending: Promise<void> | null = null;

  // oxlint-disable-next-line max-params -- one private caller
  constructor(exchange: Exchange, bytesMax: number, take: Taker) {
    this.#incoming = exchange.incoming;
    this.#take = take;
    this.#reading = new UploadReading(exchange, bytesMax, (fault) => this.#leave(({ resolve }) => resolve(fault)));
  }

  begin(settling: Settling): void {
    this.#settling = settling;
    const incoming = this.#incoming;
    incoming.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onGone).on('error', this.#onGone);
    if (incoming.destroyed) this.#onGone();
    else incoming.resume();
  }

  readonly #onData = (chunk: Uint8Array): void => {
    const waiting = this.#give(this.#reading.read(chunk), chunk);
    if (waiting === null || this.#settling === null) return;
    this.#incoming.pause();
    this.#follow(waiting, () => this.#incoming.resume());
  };

  readonly #onEnd = (): void => {
    const waiting = this.#give(this.#reading.end(), null);
    if (waiting === null) this.#leave(({ resolve }) => resolve(null));
    else this.#follow(waiting, () => this.#leave(({ resolve }) => resolve(null)));
  };

  readonly #onGone = (): void => {
    if (!this.#incoming.readableEnded) this.#reading.fail(CLIENT_GONE);
  };

  #give(pieces: readonly Uint8Array[] | null, chunk: Uint8Array | null): Promise<void> | null {
    if (pieces === null) return null;
    const isAlone = chunk !== null && isWhole(chunk) && pieces.filter(({ buffer }) => buffer === chunk.buffer).length === 1;
    let waiting: Promise<void> | null = null;
    try {
      for (const bytes of pieces) {
        if (bytes.length === 0) continue;
        waiting = joined(waiting, this.#take({ bytes, isOwn: isAlone && bytes.buffer === chunk.buffer }));
      }
    } catch (error) {
      this.#leave(({ reject }) => reject(error));
    }
    return waiting;
  }

  #follow(waiting: Promise<void>, then: () => void): void {
    this.#pending = this.#settle(waiting, then);
  }

  async #settle(waiting: Promise<void>, then: () => void): Promise<void> {
    try {
      await waiting;
    } catch (error) {
      this.#pending = null;
      this.#leave(({ reject }) => reject(error));
      return;
    }
    this.#pending = null;
    if (this.#settling !== null) then();
  }

  #leave(settle: (settling: Settling) => void): void {
    const settling = this.#settling;
    if (settling === null) return;
    this.#settling = null;
    this.#reading[Symbol.dispose]();
    const incoming = this.#incoming;
    incoming.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onGone).off('error', this.#onGone);
    // An error after the verdict (reset while we answer) has nobody left to tell.
    incoming.on('error', () => undefined);
    incoming.pause();
    // Whoever is told closes what may still be written to.
    if (this.#pending === null) settle(settling);
    else void this.#pending.then(() => settle(settling));
  }
}
