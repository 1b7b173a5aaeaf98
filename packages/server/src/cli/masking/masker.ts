import { Transform } from 'node:stream';
import { Patterns } from './patterns.ts';

export const MASK = '***';
const MASK_BYTES = Buffer.from(MASK);
const EMPTY = Buffer.alloc(0);

/**
 * Puts `***` in the place of values in a stream, wherever its chunks are cut: every byte that belongs to a value in any form is
 * gone, also where two values overlap. What may be the beginning of a value waits for what follows.
 */
export class Masker {
  #patterns: Patterns;
  /** Not decided yet. */
  #held: Buffer = EMPTY;
  /** As many bytes of it belong to a value that was replaced already. */
  #covered = 0;

  constructor(values: Iterable<string>) {
    this.#patterns = new Patterns(values);
  }

  /** From now on these are looked for. */
  learn(values: Iterable<string>): void {
    this.#patterns = new Patterns(values);
  }

  push(chunk: Buffer): Buffer {
    return this.#mask(chunk, false);
  }

  end(): Buffer {
    return this.#mask(EMPTY, true);
  }

  #mask(chunk: Buffer, isEnd: boolean): Buffer {
    const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const written: Buffer[] = [];
    let until = this.#covered;
    let clearFrom = until;
    let at = 0;
    for (; at < data.length; at += 1) {
      const match = this.#patterns.matchAt(data, at, isEnd);
      if (match.kind === 'undecided') break;
      if (match.kind === 'none') continue;
      if (at >= until) written.push(data.subarray(clearFrom, at), MASK_BYTES);
      until = Math.max(until, at + match.length);
      clearFrom = until;
    }
    if (clearFrom < at) written.push(data.subarray(clearFrom, at));
    // A copy: a slice would keep the whole chunk in memory.
    this.#held = Buffer.from(data.subarray(at));
    this.#covered = Math.max(0, until - at);
    return Buffer.concat(written);
  }
}

export interface MaskStream {
  readonly stream: Transform;
  readonly learn: (values: Iterable<string>) => void;
}

export function createMaskStream(values: Iterable<string>): MaskStream {
  const masker = new Masker(values);
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, masker.push(chunk));
    },
    flush(done) {
      done(null, masker.end());
    },
  });
  return { stream, learn: (next) => masker.learn(next) };
}
