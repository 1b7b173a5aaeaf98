import { Readable } from 'node:stream';
import { SlowReader } from '../slow-reader.ts';
import { ANSWER_HELD_BYTES_MAX } from './answer-memory.ts';
import type { AnswerMemory } from './answer-memory.ts';
import type { AnswerSource } from './direct/answer-source.ts';
import type { Sheddable, StalledAnswers } from './stalled-answers.ts';

/** Filled only while the client is the slower side; one read of a socket brings up to 64 KiB on top. */
const BUFFER_BYTES = 16_384;

export interface UpstreamBodyParts {
  readonly source: AnswerSource;
  /** 0 = the answer may pause as long as it likes (event streams). */
  readonly idleMs: number;
  /** As announced; null = not told. */
  readonly lengthBytes: number | null;
  readonly memory: AnswerMemory;
  readonly stalled: StalledAnswers;
}

/**
 * The body of an answer as it arrives. A small one is read to its end whatever the pace of the client, so that its connection
 * goes back to the pool; of a larger one, what the client does not take yet is not read from the application either.
 */
export class UpstreamBody extends Readable implements Sheddable {
  readonly #parts: UpstreamBodyParts;
  readonly #idle: NodeJS.Timeout | null;
  readonly #heldBytesMax: number;
  /** Taken from the memory of all answers, beyond the ordinary buffer. */
  #taken = 0;
  #isWhole = false;

  constructor(parts: UpstreamBodyParts) {
    super({ highWaterMark: BUFFER_BYTES });
    this.#parts = parts;
    this.#idle = parts.idleMs === 0 ? null : setTimeout(() => this.#stalled(), parts.idleMs).unref();
    // A large one cannot be held to its end, so holding more of it would free nothing.
    this.#heldBytesMax = (parts.lengthBytes ?? 0) > ANSWER_HELD_BYTES_MAX ? BUFFER_BYTES : ANSWER_HELD_BYTES_MAX;
  }

  arrive(chunk: Uint8Array): void {
    this.#idle?.refresh();
    const hasRoom = this.push(chunk);
    // Of a large one nothing more is read once the client has asked for a pause: each chunk counts when hundreds are stalled.
    if (hasRoom && !(this.#heldBytesMax === BUFFER_BYTES && this.isPaused())) return;
    if (!hasRoom && this.#mayHold()) return;
    this.#parts.source.pause();
    this.#parts.stalled.add(this);
  }

  finish(): void {
    this.#isWhole = true;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#parts.stalled.delete(this);
    this.push(null);
  }

  shed(): void {
    this.destroy(new SlowReader('reader-shed'));
  }

  override _read(): void {
    this.#giveBack();
    this.#parts.stalled.delete(this);
    if (this.#parts.source.paused) this.#parts.source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#giveBack();
    this.#parts.stalled.delete(this);
    if (!this.#isWhole) this.#parts.source.abort(error ?? new Error('response no longer wanted'));
    done(error);
  }

  #mayHold(): boolean {
    const held = this.readableLength;
    if (held > this.#heldBytesMax) return false;
    const more = held - BUFFER_BYTES - this.#taken;
    if (more <= 0) return true;
    if (!this.#parts.memory.take(more)) return false;
    this.#taken += more;
    return true;
  }

  /** Called when the buffer has run low, not chunk by chunk: what is counted is never less than what is held. */
  #giveBack(): void {
    this.#parts.memory.give(this.#taken);
    this.#taken = 0;
  }

  #stalled(): void {
    // While we hold the application back ourselves, the client is the slow one; its own limits judge it.
    if (this.#parts.source.paused) this.#idle?.refresh();
    else this.destroy(new Error('upstream stalled'));
  }
}
