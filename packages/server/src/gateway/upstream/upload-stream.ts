import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { watchArrival } from '../body/arrival-watch.ts';
import type { ArrivalWatch } from '../body/arrival-watch.ts';
import type { Exchange, Refused } from '../exchange.ts';

/** An upload on its way through: counted, capped, watched. A fault breaks the upstream request off, so that it never ends whole. */
export class UploadStream extends Transform {
  fault: Refused | null = null;
  readonly #exchange: Exchange;
  readonly #bytesMax: number;
  readonly #watch: ArrivalWatch;

  constructor(exchange: Exchange, bytesMax: number) {
    super();
    this.#exchange = exchange;
    this.#bytesMax = bytesMax;
    this.#watch = watchArrival(exchange, (refused) => this.#break(refused));
    const { incoming } = exchange;
    const onGone = (): void => {
      if (incoming.readableEnded) return;
      this.#break({ kind: 'refused', code: 'request-malformed', reason: 'client-gone', closeConnection: true });
    };
    incoming.on('close', onGone).on('error', onGone);
    incoming.pipe(this);
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    const { record } = this.#exchange;
    record.requestBytes += chunk.length;
    this.#watch.arrived(chunk.length);
    if (record.requestBytes > this.#bytesMax) {
      this.#break({ kind: 'refused', code: 'body-too-large', reason: 'upload-bytes', closeConnection: true });
      return;
    }
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.#watch[Symbol.dispose]();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#watch[Symbol.dispose]();
    this.#exchange.incoming.unpipe(this);
    done(error);
  }

  #break(refused: Refused): void {
    if (this.fault !== null || this.writableFinished) return;
    this.fault = refused;
    this.destroy(new Error(refused.reason));
  }
}
