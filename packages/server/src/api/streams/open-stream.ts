import { SEVERITIES, type EventView, type STREAM_ENDS, type StreamQuery, type TrafficTick } from '@holdfast/contract';
import type { Audit } from '../../domains/audit/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { FrameQueue } from './frame-queue.ts';

/** Records told again to a client that was away; beyond it the list is the place to look. */
const RESUMED_MAX = 250;
const HEARTBEAT_MS = 15_000;

export type EndReason = (typeof STREAM_ENDS)[number];

/** Who reads, and whether they still may. */
export interface Reader {
  /** Streams are counted by it. */
  readonly ref: string;
  /** Hash of the session that the stream ends with; null = none. */
  readonly session: string | null;
  /** Asked each second. */
  readonly mayStillRead: () => Promise<boolean>;
}

export interface OpenStreamParts {
  readonly reader: Reader;
  readonly query: StreamQuery;
  readonly audit: Pick<Audit, 'after' | 'status'>;
  readonly clock: Clock;
  /** The client has left. */
  readonly onLeft: (stream: OpenStream) => void;
}

/** One client that watches. */
export class OpenStream {
  readonly reader: Reader;
  readonly #parts: OpenStreamParts;
  readonly #queue: FrameQueue;
  readonly #wants: (event: EventView) => boolean;
  /** Records that came while earlier ones are still being read; null = told at once. */
  #held: EventView[] | null = null;
  #beatAt: number;
  #isAsking = false;

  constructor(parts: OpenStreamParts) {
    this.reader = parts.reader;
    this.#parts = parts;
    this.#queue = new FrameQueue(() => parts.onLeft(this));
    this.#wants = filterOf(parts.query);
    this.#beatAt = parts.clock.monotonicMs() + HEARTBEAT_MS;
    // At once: the first bytes tell the client that it is connected.
    this.#queue.beat();
  }

  get body(): ReadableStream<Uint8Array> {
    return this.#queue.body;
  }

  take(event: EventView): void {
    if (!this.#wants(event)) return;
    if (this.#held === null) this.#queue.put({ event: 'record', data: event });
    else if (this.#held.length < RESUMED_MAX) this.#held.push(event);
    else this.#queue.lose(1);
  }

  tick(data: TrafficTick): void {
    this.#queue.put({ event: 'tick', data });
  }

  end(reason: EndReason): void {
    this.#queue.put({ event: 'end', data: { reason, at: this.#parts.clock.now() } });
  }

  beatIfDue(): void {
    const now = this.#parts.clock.monotonicMs();
    if (now < this.#beatAt) return;
    this.#beatAt = now + HEARTBEAT_MS;
    this.#queue.beat();
  }

  /** Whoever cannot be asked about may not go on: the client comes back, and is asked who it is. */
  async mayGoOn(): Promise<boolean> {
    if (this.#isAsking) return true;
    this.#isAsking = true;
    const isGood = await this.reader.mayStillRead().catch(() => false);
    this.#isAsking = false;
    return isGood;
  }

  /** Tells first what came after the record `last`, as far as that is not too much. */
  async resume(last: number): Promise<void> {
    const { audit } = this.#parts;
    this.#held = [];
    const { size } = audit.status();
    const from = Math.max(last, size - 1 - RESUMED_MAX);
    if (from > last) this.#queue.lose(from - last);
    const missed = await audit.after(from, RESUMED_MAX).catch(() => null);
    if (missed === null) this.#queue.lose(Math.max(1, size - 1 - from));
    const known = missed?.at(-1)?.index ?? from;
    const late = this.#held.filter(({ index }) => index === null || index > known);
    this.#held = null;
    for (const event of [...(missed ?? []), ...late]) this.take(event);
  }
}

function filterOf({ application, severity }: StreamQuery): (event: EventView) => boolean {
  const least = severity === undefined ? 0 : SEVERITIES.indexOf(severity);
  return (event) =>
    (application === undefined || event.application === application) && SEVERITIES.indexOf(event.severity) >= least;
}
