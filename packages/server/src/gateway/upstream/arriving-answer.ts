import type { Readable } from 'node:stream';
import { UpstreamBody } from './upstream-body.ts';
import type { UpstreamBodyParts } from './upstream-body.ts';

/** Bytes held before anybody has asked for the body as a stream; one read of a socket brings about as much. */
const HELD_BYTES_MAX = 65_536;

type Pairs = readonly (readonly [string, string])[];

export interface ArrivingParts extends UpstreamBodyParts {
  readonly status: number;
  readonly headers: Pairs;
}

/**
 * An answer of the application whose body may still be on its way. Most answers come in one packet: then `whole` has all of
 * it by the time anybody looks, and no stream is ever made, which is most of the price of a small answer.
 */
export class ArrivingAnswer {
  readonly kind = 'response';
  readonly status: number;
  readonly headers: Pairs;
  readonly #parts: ArrivingParts;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isWhole = false;
  #fault: Error | null = null;
  #stream: UpstreamBody | null = null;

  constructor(parts: ArrivingParts) {
    this.status = parts.status;
    this.headers = parts.headers;
    this.#parts = parts;
  }

  /** The body when all of it is here and nobody has opened it; null = read `body`. */
  get whole(): Uint8Array | null {
    if (!this.#isWhole || this.#stream !== null) return null;
    const [first] = this.#held;
    return this.#held.length === 1 && first !== undefined ? first : Buffer.concat(this.#held, this.#heldBytes);
  }

  /** The body as a stream, from its first byte; made when it is first asked for. */
  get body(): Readable {
    this.#stream ??= this.#open();
    return this.#stream;
  }

  arrive(chunk: Uint8Array): void {
    if (this.#stream !== null) {
      this.#stream.arrive(chunk);
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    // The stream takes its reading up again.
    if (this.#heldBytes >= HELD_BYTES_MAX) this.#parts.source.pause();
  }

  finish(): void {
    this.#isWhole = true;
    this.#stream?.finish();
  }

  fail(cause: Error): void {
    this.#fault = cause;
    this.#stream?.destroy(cause);
  }

  #open(): UpstreamBody {
    const stream = new UpstreamBody(this.#isWhole ? { ...this.#parts, idleMs: 0 } : this.#parts);
    for (const chunk of this.#held) stream.arrive(chunk);
    this.#held = [];
    if (this.#isWhole) stream.finish();
    else if (this.#fault !== null) stream.destroy(this.#fault);
    return stream;
  }
}
