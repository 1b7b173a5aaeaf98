import type { Readable } from 'node:stream';
import type { Exchange } from '../exchange.ts';
import { outgoingOf } from './write-head.ts';

/**
 * Moves a body to the client with backpressure and counts it. Resolves when the response is out or either side has gone;
 * a body that breaks off takes the client's connection (h1) or stream (h2) with it, so that half a body never looks whole.
 */
export function pump(exchange: Exchange, body: Readable): Promise<void> {
  const { record } = exchange;
  const outgoing = outgoingOf(exchange);
  // oxlint-disable-next-line promise/avoid-new -- the two streams speak events only
  return new Promise((resolve) => {
    let ended = false;
    const breakOff = (): void => {
      if (ended) return;
      record.outcome = 'failed';
      record.reason ??= 'upstream-broke-off';
      outgoing.destroy();
      resolve();
    };
    if (outgoing.destroyed) {
      body.on('error', () => undefined);
      body.destroy();
      resolve();
      return;
    }
    body.on('data', (chunk: Uint8Array) => {
      record.responseBytes += chunk.byteLength;
      if (!outgoing.write(chunk)) body.pause();
    });
    outgoing.on('drain', () => body.resume());
    body.on('end', () => {
      ended = true;
      outgoing.end();
    });
    body.on('error', breakOff);
    body.on('close', breakOff);
    outgoing.on('finish', () => resolve());
    outgoing.on('close', () => {
      if (!ended) {
        ended = true;
        record.reason ??= 'client-gone';
        body.destroy();
      }
      resolve();
    });
  });
}
