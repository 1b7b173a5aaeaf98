import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { CLIENT_GONE, UploadReading } from '../body/upload-reading.ts';
import type { Exchange, Refused } from '../exchange.ts';

const CONTENT_CODES: ReadonlySet<string> = new Set(['request-blocked', 'schema-mismatch', 'request-ambiguous', 'body-too-large']);

/** The connection is well: who sent it may finish, and reads the answer then. */
export const isRefusedForContent = (fault: Refused | null | undefined): boolean => CONTENT_CODES.has(fault?.code ?? '');

/** An upload that nobody holds, on its way through. A fault breaks the upstream request off, so that it never ends whole. */
export class UploadStream extends Transform {
  readonly #exchange: Exchange;
  readonly #reading: UploadReading;

  constructor(exchange: Exchange, bytesMax: number) {
    super();
    this.#exchange = exchange;
    this.#reading = new UploadReading(exchange, bytesMax, ({ reason }) => this.destroy(new Error(reason)));
    const { incoming } = exchange;
    const onGone = (): void => {
      if (!incoming.readableEnded && !this.writableFinished) this.#reading.fail(CLIENT_GONE);
    };
    incoming.on('close', onGone).on('error', onGone);
    incoming.pipe(this);
  }

  get fault(): Refused | null {
    return this.#reading.fault;
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#pass(this.#reading.read(chunk), done);
  }

  override _flush(done: TransformCallback): void {
    this.#pass(this.#reading.end(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#reading[Symbol.dispose]();
    this.#exchange.incoming.unpipe(this);
    done(error);
  }

  #pass(pieces: readonly Uint8Array[] | null, done: TransformCallback): void {
    if (pieces === null) return;
    for (const bytes of pieces) if (bytes.length > 0) this.push(bytes);
    done();
  }
}
