import type { StreamQuery } from '@holdfast/contract';
import type { Audit, Traffic } from '../../domains/audit/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/refusal.ts';
import { OpenStream, type EndReason, type Reader } from './open-stream.ts';

/** A browser opens six connections to one origin over HTTP/1.1: pages need the others. */
const PER_CALLER_MAX = 4;
const STREAMS_MAX = 64;
const SECOND_MS = 1000;

export interface StreamsParts {
  readonly audit: Pick<Audit, 'onRecorded' | 'after' | 'status'>;
  readonly traffic: Pick<Traffic, 'onTick'>;
  readonly clock: Clock;
  /** Told of ended sessions. */
  readonly onSessionsEnded: (listener: (hashes: readonly string[]) => void) => void;
}

/** Records as they come, and traffic by the second, for whoever watches. */
export interface Streams {
  /** `after` = index of the last record that this client has seen. Throws `streams-exhausted`. */
  open(reader: Reader, query: StreamQuery, after: number | null): ReadableStream<Uint8Array>;
  count(): number;
  /** Says goodbye to all of them. */
  close(): void;
}

export function createStreams(parts: StreamsParts): Streams {
  return new WatchedStreams(parts);
}

/** Listens only while somebody watches. */
class WatchedStreams implements Streams {
  readonly #parts: StreamsParts;
  readonly #all = new Set<OpenStream>();
  #stop: (() => void) | null = null;

  constructor(parts: StreamsParts) {
    this.#parts = parts;
    parts.onSessionsEnded((hashes) => {
      const ended = new Set(hashes);
      for (const stream of this.#all) {
        const { session } = stream.reader;
        if (session !== null && ended.has(session)) this.#end(stream, 'session-ended');
      }
    });
  }

  open(reader: Reader, query: StreamQuery, after: number | null): ReadableStream<Uint8Array> {
    const own = [...this.#all].filter((one) => one.reader.ref === reader.ref).length;
    if (this.#all.size >= STREAMS_MAX || own >= PER_CALLER_MAX) throw new Refusal('streams-exhausted');
    const { audit, clock } = this.#parts;
    const stream = new OpenStream({ reader, query, audit, clock, onLeft: (left) => this.#forget(left) });
    this.#all.add(stream);
    this.#stop ??= this.#watch();
    if (after !== null) void stream.resume(after);
    return stream.body;
  }

  count(): number {
    return this.#all.size;
  }

  close(): void {
    for (const stream of this.#all) this.#end(stream, 'closing');
  }

  #end(stream: OpenStream, reason: EndReason): void {
    if (!this.#all.has(stream)) return;
    stream.end(reason);
    this.#forget(stream);
  }

  #forget(stream: OpenStream): void {
    this.#all.delete(stream);
    if (this.#all.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }

  #watch(): () => void {
    const { audit, traffic } = this.#parts;
    const stops = [
      audit.onRecorded((event) => {
        for (const stream of this.#all) stream.take(event);
      }),
      traffic.onTick((tick) => {
        for (const stream of this.#all) stream.tick(tick);
      }),
    ];
    const timer = setInterval(() => {
      for (const stream of this.#all) void this.#look(stream);
    }, SECOND_MS).unref();
    return () => {
      clearInterval(timer);
      for (const stop of stops) stop();
    };
  }

  async #look(stream: OpenStream): Promise<void> {
    stream.beatIfDue();
    if (!(await stream.mayGoOn())) this.#end(stream, stream.reader.session === null ? 'token-refused' : 'session-ended');
  }
}
