import { pipeline } from 'node:stream';
import type { Duplex, Readable } from 'node:stream';
import type { Exchange } from '../exchange.ts';
import { SlowReader } from '../slow-reader.ts';
import type { BodyHead } from './body-head.ts';
import { watchReader } from './reader-floor.ts';
import { isGone, outgoingOf } from './write-head.ts';

export interface PumpOptions {
  /** The client must keep reading; not so for event streams, whose readers may sleep. */
  readonly hasFloor?: boolean;
}

/**
 * Moves a body to the client with backpressure and counts it. Resolves when the response is out or either side has gone;
 * a body that breaks off takes the client's connection (h1) or stream (h2) with it, so that half a body never looks whole.
 */
export function pump(exchange: Exchange, body: Readable, { hasFloor = true }: PumpOptions = {}): Promise<void> {
  const { record } = exchange;
  const outgoing = outgoingOf(exchange);
  // oxlint-disable-next-line promise/avoid-new -- the two streams speak events only
  return new Promise((resolve) => {
    let ended = false;
    const breakOff = (cause?: unknown): void => {
      if (ended) return;
      ended = true;
      const isSlow = cause instanceof SlowReader;
      if (record.outcome !== 'blocked') record.outcome = isSlow ? 'refused' : 'failed';
      record.reason ??= isSlow ? cause.message : 'upstream-broke-off';
      outgoing.destroy();
      resolve();
    };
    if (isGone(exchange)) {
      record.reason ??= 'client-gone';
      body.on('error', () => undefined);
      body.destroy();
      resolve();
      return;
    }
    if (body.destroyed) {
      breakOff();
      return;
    }
    const cut = (): void => {
      if (!ended) body.destroy(new SlowReader('reader-slow'));
      else {
        // Only the last bytes are left, which the socket holds.
        record.reason ??= 'reader-slow';
        outgoing.destroy();
      }
    };
    const pace = hasFloor ? watchReader(exchange, cut) : null;
    body.on('data', (chunk: Uint8Array) => {
      record.responseBytes += chunk.byteLength;
      if (outgoing.write(chunk)) return;
      body.pause();
      pace?.wait();
    });
    outgoing.on('drain', () => {
      pace?.goOn();
      body.resume();
    });
    body.on('end', () => {
      ended = true;
      outgoing.end();
    });
    body.on('error', breakOff);
    body.on('close', breakOff);
    // Whoever read its head has left it paused.
    body.resume();
    outgoing.on('finish', () => resolve());
    outgoing.on('close', () => {
      pace?.[Symbol.dispose]();
      if (!ended) {
        ended = true;
        record.reason ??= 'client-gone';
        body.destroy();
      }
      resolve();
    });
  });
}

/** Up to here a body goes out as one text with its header: one write instead of a gathered one. */
const ONE_WRITE_BYTES_MAX = 16_384;

/** Sends a whole body and does not wait for it: nothing is left to do for it here, and the socket holds it. */
export function endNow(exchange: Exchange, bytes: Buffer | null): void {
  const outgoing = outgoingOf(exchange);
  if (isGone(exchange)) return;
  exchange.record.responseBytes += bytes?.byteLength ?? 0;
  if (bytes === null) outgoing.end();
  // Latin-1 maps every byte to itself, so header and body are one string for Node and one write for the system.
  else if (bytes.byteLength <= ONE_WRITE_BYTES_MAX) outgoing.end(bytes.toString('latin1'), 'latin1');
  else outgoing.end(bytes);
}

/** Sends a whole body at once; null = none. Resolves when it is out or the client has gone. */
export function endWith(exchange: Exchange, bytes: Uint8Array | null): Promise<void> {
  const outgoing = outgoingOf(exchange);
  if (isGone(exchange)) return Promise.resolve();
  exchange.record.responseBytes += bytes?.byteLength ?? 0;
  // oxlint-disable-next-line promise/avoid-new -- the response speaks events only
  return new Promise((resolve) => {
    outgoing.on('finish', resolve);
    outgoing.on('close', resolve);
    if (bytes === null) outgoing.end();
    else outgoing.end(bytes);
  });
}

/** Sends a body whose head has been read already, through stages that change it. */
export function pumpThrough(
  exchange: Exchange,
  body: { readonly source: Readable; readonly head: BodyHead },
  stages: readonly Duplex[],
): Promise<void> {
  const [first] = stages;
  if (body.head.complete) {
    if (first === undefined) return endWith(exchange, body.head.bytes);
    first.end(body.head.bytes);
    return pump(exchange, stages.length === 1 ? first : lastOf(stages));
  }
  body.source.unshift(body.head.bytes);
  return pump(exchange, first === undefined ? body.source : lastOf([body.source, ...stages]));
}

// The pump sees a failure as an early close. pipeline() returns the last stream it is given, but is typed for a writable; all of ours can be read.
const lastOf = (streams: readonly (Readable | Duplex)[]): Readable =>
  pipeline(streams as Duplex[], () => undefined) as unknown as Readable;
