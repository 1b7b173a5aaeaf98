import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { watchArrival } from '../body/arrival-watch.ts';
import type { ArrivalWatch } from '../body/arrival-watch.ts';
import type { Exchange, Refused, StreamInspection } from '../exchange.ts';

const CONTENT_CODES: ReadonlySet<string> = new Set(['request-blocked', 'schema-mismatch', 'request-ambiguous', 'body-too-large']);

/** The connection is well: who sent it may finish, and reads the answer then. */
export const isRefusedForContent = (fault: Refused | null | undefined): boolean => CONTENT_CODES.has(fault?.code ?? '');

/** An upload on its way through: counted, capped, watched, its form fields inspected. A fault breaks the upstream request off, so that it never ends whole. */
export class UploadStream extends Transform {
  fault: Refused | null = null;
  readonly #exchange: Exchange;
  readonly #bytesMax: number;
  readonly #watch: ArrivalWatch;
  readonly #inspection: StreamInspection | null;

  constructor(exchange: Exchange, bytesMax: number) {
    super();
    this.#exchange = exchange;
    this.#bytesMax = bytesMax;
    this.#inspection = exchange.body.kind === 'stream' ? exchange.body.inspection : null;
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
    this.#pass(this.#inspection === null ? [chunk] : this.#judged(() => this.#inspection?.push(chunk)), done);
  }

  override _flush(done: TransformCallback): void {
    this.#watch[Symbol.dispose]();
    this.#pass(
      this.#judged(() => this.#inspection?.end()),
      done,
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#watch[Symbol.dispose]();
    this.#exchange.incoming.unpipe(this);
    done(error);
  }

  /** An inspection that fails blocks, as its step does (STYLE.md: security decisions fail closed). */
  #judged(inspect: () => readonly Uint8Array[] | Refused | undefined): readonly Uint8Array[] | Refused | undefined {
    try {
      return inspect();
    } catch {
      return { kind: 'refused', code: 'internal', reason: 'step-failed-inspect', closeConnection: true };
    }
  }

  #pass(judged: readonly Uint8Array[] | Refused | undefined, done: TransformCallback): void {
    if (judged !== undefined && 'kind' in judged) {
      this.#break(judged);
      return;
    }
    for (const bytes of judged ?? []) if (bytes.length > 0) this.push(bytes);
    done();
  }

  #break(refused: Refused): void {
    if (this.fault !== null || this.writableFinished) return;
    this.fault = refused;
    if (refused.code === 'request-blocked' || refused.code === 'schema-mismatch') {
      const { record } = this.#exchange;
      // Said here too: an application that answers before it has the whole upload leaves no other place to say it.
      record.outcome = refused.code === 'request-blocked' ? 'blocked' : 'refused';
      record.reason = refused.reason;
    }
    this.destroy(new Error(refused.reason));
  }
}
