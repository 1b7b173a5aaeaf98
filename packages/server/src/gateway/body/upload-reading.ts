import type { Exchange, Refused, StreamInspection } from '../exchange.ts';
import { watchArrival } from './arrival-watch.ts';
import type { ArrivalWatch } from './arrival-watch.ts';

const NOTHING: readonly Uint8Array[] = [];

export const CLIENT_GONE: Refused = { kind: 'refused', code: 'request-malformed', reason: 'client-gone', closeConnection: true };

/** What is looked at while the octets of an upload come, whoever takes them: counted, capped, watched, its form fields inspected. */
export class UploadReading implements Disposable {
  fault: Refused | null = null;
  readonly #exchange: Exchange;
  readonly #bytesMax: number;
  readonly #watch: ArrivalWatch;
  readonly #inspection: StreamInspection | null;
  readonly #onFault: (refused: Refused) => void;
  #isOver = false;

  // oxlint-disable-next-line max-params -- two callers, which have nothing else
  constructor(exchange: Exchange, bytesMax: number, onFault: (refused: Refused) => void) {
    this.#exchange = exchange;
    this.#bytesMax = bytesMax;
    this.#onFault = onFault;
    this.#inspection = exchange.body.kind === 'stream' ? exchange.body.inspection : null;
    this.#watch = watchArrival(exchange, (refused) => this.fail(refused));
  }

  /** What may be taken of it now; null = nothing more, `fault` says why. */
  read(chunk: Uint8Array): readonly Uint8Array[] | null {
    const { record } = this.#exchange;
    record.requestBytes += chunk.length;
    this.#watch.arrived(chunk.length);
    if (record.requestBytes > this.#bytesMax) {
      this.fail({ kind: 'refused', code: 'body-too-large', reason: 'upload-bytes', closeConnection: true });
      return null;
    }
    return this.#inspection === null ? [chunk] : this.#judged(() => this.#inspection?.push(chunk));
  }

  /** Nothing more comes. */
  end(): readonly Uint8Array[] | null {
    this.#watch[Symbol.dispose]();
    const last = this.#judged(() => this.#inspection?.end());
    if (this.fault === null) this.#isOver = true;
    return last;
  }

  fail(refused: Refused): void {
    if (this.fault !== null || this.#isOver) return;
    this.fault = refused;
    if (refused.code === 'request-blocked' || refused.code === 'schema-mismatch') {
      const { record } = this.#exchange;
      // Said here too: an application that answers before it has the whole upload leaves no other place to say it.
      record.outcome = refused.code === 'request-blocked' ? 'blocked' : 'refused';
      record.reason = refused.reason;
    }
    this.#onFault(refused);
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }

  /** An inspection that fails blocks, as its step does (STYLE.md: security decisions fail closed). */
  #judged(inspect: () => readonly Uint8Array[] | Refused | undefined): readonly Uint8Array[] | null {
    if (this.fault !== null) return null;
    let judged: readonly Uint8Array[] | Refused | undefined;
    try {
      judged = inspect();
    } catch {
      judged = { kind: 'refused', code: 'internal', reason: 'step-failed-inspect', closeConnection: true };
    }
    if (judged === undefined) return NOTHING;
    if (!('kind' in judged)) return judged;
    this.fail(judged);
    return null;
  }
}
