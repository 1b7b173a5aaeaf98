import type { Writable } from 'node:stream';

export interface WatchedStream {
  /** What went wrong in writing to it; null = nothing so far. */
  failure(): Error | null;
  /** The same, once all that was written is with the system. */
  settled(): Promise<Error | null>;
}

/** Without a listener a stream that fails ends the process with a stack: for a `| head`, a full disk, a log collector that stopped. */
export function watchStream(stream: Writable): WatchedStream {
  let failure: Error | null = null;
  stream.on('error', (error) => (failure ??= error));
  return {
    failure: () => failure,
    settled: () => new Promise((done) => stream.write('', (error) => done(failure ?? error ?? null))),
  };
}

/** Whoever read had enough: as for other programs no failure. */
export const isReaderGone = (error: Error): boolean => 'code' in error && error.code === 'EPIPE';
