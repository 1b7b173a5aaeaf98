import type { EventView, TrafficTick } from '@holdfast/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Reader } from './open-stream.ts';
import { createStreams, type Streams } from './streams.ts';

let listeners: Set<(event: EventView) => void>;
let tickers: Set<(tick: TrafficTick) => void>;
let endSessions: (hashes: readonly string[]) => void;
let stored: EventView[];
let streams: Streams;

const event = (index: number, fields: Partial<EventView> = {}): EventView => ({
  id: `0${String(index).padStart(25, '0')}`,
  type: 'ban.added',
  version: 1,
  time: 1,
  node: 'test',
  tenant: 'default',
  severity: 'medium',
  actor: { kind: 'system', ref: 'test' },
  application: 'shop',
  target: null,
  outcome: 'ok',
  reason: null,
  requestId: null,
  trace: null,
  subject: null,
  payload: {},
  index,
  ...fields,
});
const reader = (fields: Partial<Reader> = {}): Reader => ({ ref: 'a', session: 'h', mayStillRead: async () => true, ...fields });
const tell = (...events: EventView[]): void => {
  for (const one of events) for (const listener of listeners) listener(one);
};

beforeEach(() => {
  vi.useFakeTimers();
  listeners = new Set();
  tickers = new Set();
  stored = [];
  streams = createStreams({
    audit: {
      onRecorded(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      after: async (index, limit) => stored.filter((one) => (one.index ?? 0) > index && (one.index ?? 0) <= index + limit),
      status: () => ({ size: stored.length, state: 'open', published: 0, projected: 0, lost: 0, origin: 'o' }),
    },
    traffic: {
      onTick(listener) {
        tickers.add(listener);
        return () => void tickers.delete(listener);
      },
    },
    clock: { now: () => Date.now(), monotonicMs: () => Date.now() },
    onSessionsEnded: (listener) => {
      endSessions = listener;
    },
  });
});
afterEach(() => {
  streams.close();
  vi.useRealTimers();
});

class Client {
  readonly #reader;
  readonly #decoder = new TextDecoder();
  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }
  /** The next chunk; null = it is over. */
  async read(): Promise<string | null> {
    const { done, value } = await this.#reader.read();
    return done ? null : this.#decoder.decode(value);
  }
  leave(): Promise<void> {
    return this.#reader.cancel();
  }
}
const open = (fields: Partial<Reader> = {}, query: Parameters<Streams['open']>[1] = {}, after: number | null = null): Client =>
  new Client(streams.open(reader(fields), query, after));

describe('a stream', () => {
  it('begins at once, tells records with their index as id, and the newest tick only', async () => {
    const client = open();
    expect(await client.read()).toBe(': \n\n');
    tell(event(4));
    const counts = { allowed: 1, recorded: 0, blocked: 0, refused: 0, failed: 0 };
    for (const time of [1, 2]) for (const ticker of tickers) ticker({ time, counts });
    const text = (await client.read()) ?? '';
    expect(text).toMatch(/^id: 4\nevent: record\ndata: \{.*\}\n\nevent: tick\ndata: \{"time":2,.*\}\n\n$/u);
  });

  it('tells of one application, and of what is severe enough', async () => {
    const client = open({}, { application: 'shop', severity: 'high' });
    await client.read();
    tell(event(1), event(2, { severity: 'critical', application: 'blog' }), event(3, { severity: 'critical' }));
    expect(await client.read()).toMatch(/^id: 3\n/u);
  });

  it('of a client that does not read, records are dropped and counted, and memory stays bounded', async () => {
    const client = open();
    await client.read();
    tell(...Array.from({ length: 5000 }, (_, index) => event(index)));
    const text = (await client.read()) ?? '';
    expect(text.match(/event: record/gu)).toHaveLength(500);
    expect(text).toContain('event: gap\ndata: {"lost":4500}');
    tell(event(6000));
    expect(await client.read()).toContain('id: 6000\n');
  });

  it('beats every fifteen seconds', async () => {
    const client = open();
    await client.read();
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await client.read()).toBe(': \n\n');
  });

  it('costs nothing after its client left', async () => {
    const client = open();
    await client.read();
    expect([streams.count(), listeners.size, tickers.size]).toEqual([1, 1, 1]);
    await client.leave();
    expect([streams.count(), listeners.size, tickers.size]).toEqual([0, 0, 0]);
  });
});

describe('coming back', () => {
  it('goes on after the last record that was seen, once each', async () => {
    stored = Array.from({ length: 10 }, (_, index) => event(index));
    const client = open({}, {}, 6);
    tell(event(9), event(10));
    let text = '';
    while (!text.includes('id: 10\n')) text += await client.read();
    expect([...text.matchAll(/id: (\d+)/gu)].map(([, id]) => id)).toEqual(['7', '8', '9', '10']);
  });

  it('says how much is missing when too much came meanwhile', async () => {
    stored = Array.from({ length: 1000 }, (_, index) => event(index));
    const client = open({}, {}, 9);
    let text = '';
    while (!text.includes('gap')) text += await client.read();
    expect(text).toContain('{"lost":740}');
  });
});

describe('the right to read', () => {
  it('ends with the session, at once and with a reason', async () => {
    const client = open({ session: 'mine' });
    const other = open({ session: 'theirs', ref: 'b' });
    await client.read();
    await other.read();
    endSessions(['mine']);
    expect(await client.read()).toMatch(/event: end\ndata: \{"reason":"session-ended"/u);
    expect(await client.read()).toBeNull();
    expect(streams.count()).toBe(1);
  });

  it('ends within a second when it is taken away, or nobody can say', async () => {
    const refused = open({ session: null, mayStillRead: async () => false });
    const unknown = open({ ref: 'b', mayStillRead: () => Promise.reject(new RangeError('away')) });
    await refused.read();
    await unknown.read();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await refused.read()).toContain('"token-refused"');
    expect(await unknown.read()).toContain('"session-ended"');
    expect(streams.count()).toBe(0);
  });

  it('is bounded for each caller and for all', () => {
    for (let count = 0; count < 4; count += 1) open();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'streams-exhausted' }));
    for (let count = 0; count < 60; count += 1) open({ ref: `other-${count}` });
    expect(() => open({ ref: 'one more' })).toThrow(expect.objectContaining({ code: 'streams-exhausted' }));
    streams.close();
    expect(streams.count()).toBe(0);
  });
});
