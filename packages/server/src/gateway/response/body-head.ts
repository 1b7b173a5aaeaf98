import type { Readable } from 'node:stream';

/** How long the beginning of a body may be held back when the upstream pauses: longer would break pages that stream. */
const HOLD_MS_MAX = 1000;

export class BodyBrokeOff extends Error {}

export interface BodyHead {
  readonly bytes: Buffer;
  /** The body ended within the head: there is nothing more to come. */
  readonly complete: boolean;
}

/** Reads up to `bytesMax` of a body and leaves it paused behind them. Rejects when the body breaks off before. */
export function takeHead(body: Readable, bytesMax: number): Promise<BodyHead> {
  // oxlint-disable-next-line promise/avoid-new -- the stream speaks events only
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let held = 0;
    const settle = (complete: boolean): void => {
      stop();
      resolve({ bytes: Buffer.concat(chunks), complete });
    };
    let timer: NodeJS.Timeout | null = null;
    const onData = (chunk: Uint8Array): void => {
      timer ??= setTimeout(() => {
        body.pause();
        settle(false);
      }, HOLD_MS_MAX);
      chunks.push(chunk);
      held += chunk.byteLength;
      if (held < bytesMax) return;
      body.pause();
      settle(false);
    };
    const onEnd = (): void => settle(true);
    const onError = (cause: unknown): void => {
      stop();
      reject(cause instanceof Error ? cause : new BodyBrokeOff('the upstream body broke off'));
    };
    const onClose = (): void => onError(null);
    const stop = (): void => {
      if (timer !== null) clearTimeout(timer);
      body.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    };
    body.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}
