import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../exchange.ts';
import { receive } from './arrival.ts';
import type { Arrived } from './arrived.ts';

/** Memory of its own, as a socket gives it. */
const chunkOf = (bytes: number, octet: number): Buffer => Buffer.alloc(bytes, octet);

function exchangeOf(incoming: PassThrough): Exchange {
  // What the reading of a body that is one file looks at.
  return {
    incoming,
    body: { kind: 'stream', lengthBytes: null, inspection: null },
    record: { requestBytes: 0 },
    snapshot: { source: { limits: { requestTimeoutMs: 60_000, bodyBytesPerSecondMin: 0 } } },
  } as unknown as Exchange;
}

describe('the arrival of an upload', () => {
  it('gives what comes in order, one piece after the other, and waits when it is asked to', async () => {
    const incoming = new PassThrough();
    const taken: number[] = [];
    let open: (() => void) | null = null;
    const over = receive(exchangeOf(incoming), 1000, ({ bytes }) => {
      taken.push(bytes[0] ?? -1);
      return taken.length === 1 ? new Promise((resolve) => (open = resolve)) : null;
    });
    incoming.write(chunkOf(10, 1));
    incoming.write(chunkOf(10, 2));
    incoming.end(chunkOf(10, 3));
    await expect.poll(() => taken).toEqual([1]);
    expect(incoming.isPaused()).toBe(true);
    (open as (() => void) | null)?.();
    await expect(over).resolves.toBeNull();
    expect(taken).toEqual([1, 2, 3]);
  });

  it('ends with what is over its limit, and gives nothing of it', async () => {
    const incoming = new PassThrough();
    const taken: Arrived[] = [];
    const over = receive(exchangeOf(incoming), 15, (arrived) => {
      taken.push(arrived);
      return null;
    });
    incoming.write(chunkOf(10, 1));
    incoming.write(chunkOf(10, 2));
    await expect(over).resolves.toMatchObject({ code: 'body-too-large', reason: 'upload-bytes' });
    expect(taken).toHaveLength(1);
  });

  it('ends when the sender goes, and not when all of it has come', async () => {
    const gone = new PassThrough();
    const over = receive(exchangeOf(gone), 1000, () => null);
    gone.write(chunkOf(10, 1));
    gone.destroy();
    await expect(over).resolves.toMatchObject({ reason: 'client-gone' });
    const whole = new PassThrough();
    const well = receive(exchangeOf(whole), 1000, () => null);
    whole.end(chunkOf(10, 1));
    await expect(well).resolves.toBeNull();
  });

  it('tells what the taking throws, now or later', async () => {
    for (const take of [
      (): null => {
        throw new RangeError('now');
      },
      (): Promise<void> => Promise.reject(new RangeError('later')),
    ]) {
      const incoming = new PassThrough();
      const over = receive(exchangeOf(incoming), 1000, take);
      incoming.write(chunkOf(10, 1));
      await expect(over).rejects.toBeInstanceOf(RangeError);
    }
  });

  it('calls memory its own only where nothing else stands in it', async () => {
    const incoming = new PassThrough();
    const owned: boolean[] = [];
    const over = receive(exchangeOf(incoming), 1_000_000, ({ isOwn }) => {
      owned.push(isOwn);
      return null;
    });
    incoming.write(Buffer.from(new ArrayBuffer(100)));
    // The end of one body and the beginning of the next request share memory.
    incoming.end(Buffer.from(new ArrayBuffer(100), 0, 60));
    await over;
    expect(owned).toEqual([true, false]);
  });
});
