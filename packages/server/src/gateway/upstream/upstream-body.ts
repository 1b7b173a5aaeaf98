import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

const BUFFER_BYTES = 65_536;

/** The body of an answer as it arrives: what the client does not take yet is not read from the application either. */
export class UpstreamBody extends Readable {
  readonly #controller: Dispatcher.DispatchController;
  readonly #idle: NodeJS.Timeout | null;
  #isWhole = false;

  /** `idleMs` 0 = the answer may pause as long as it likes (event streams). */
  constructor(controller: Dispatcher.DispatchController, idleMs: number) {
    super({ highWaterMark: BUFFER_BYTES });
    this.#controller = controller;
    this.#idle = idleMs === 0 ? null : setTimeout(() => this.#stalled(), idleMs).unref();
  }

  arrive(chunk: Uint8Array): void {
    this.#idle?.refresh();
    if (!this.push(chunk)) this.#controller.pause();
  }

  finish(): void {
    this.#isWhole = true;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.push(null);
  }

  override _read(): void {
    if (this.#controller.paused) this.#controller.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    if (!this.#isWhole) this.#controller.abort(error ?? new Error('response no longer wanted'));
    done(error);
  }

  #stalled(): void {
    // While we hold the application back ourselves, the client is the slow one; its own limits judge it.
    if (this.#controller.paused) this.#idle?.refresh();
    else this.destroy(new Error('upstream stalled'));
  }
}
