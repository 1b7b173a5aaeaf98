import type { Exchange, Refused } from '../exchange.ts';
import { watchArrival } from './arrival-watch.ts';

export type BodyRead =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  /** It does not fit; what was read stands at the front of the incoming stream again. */
  | { readonly kind: 'longer' }
  | Refused;

const clientGone: Refused = { kind: 'refused', code: 'request-malformed', reason: 'client-gone', closeConnection: true };

/** Reads a body of at most `bytesMax` into memory. */
export function readBody(exchange: Exchange, bytesMax: number): Promise<BodyRead> {
  const { incoming, outgoing, transport } = exchange;
  if (incoming.readableEnded) return Promise.resolve({ kind: 'whole', bytes: new Uint8Array(0) });
  // Only now that the head has passed every step may a waiting client send (RFC 9110 §10.1.1).
  if (transport?.expectsContinue === true && 'writeContinue' in outgoing) outgoing.writeContinue();
  // oxlint-disable-next-line promise/avoid-new -- the stream speaks events only
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const settle = (result: BodyRead): void => {
      watch[Symbol.dispose]();
      incoming.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      // An error after the verdict (reset while we answer) has nobody left to tell.
      incoming.on('error', () => undefined);
      resolve(result);
    };
    const onData = (chunk: Uint8Array): void => {
      chunks.push(chunk);
      bytes += chunk.length;
      watch.arrived(chunk.length);
      if (bytes <= bytesMax) return;
      incoming.pause();
      settle({ kind: 'longer' });
      incoming.unshift(Buffer.concat(chunks, bytes));
    };
    const onEnd = (): void => {
      const [first] = chunks;
      settle({ kind: 'whole', bytes: chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes) });
    };
    const onGone = (): void => settle(transport?.fault() ?? clientGone);
    const watch = watchArrival(exchange, settle);
    incoming.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}
