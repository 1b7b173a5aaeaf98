import type { UpMessage } from '@holdfast/contract';
import { describe, expect, test } from 'vitest';
import { createAnswering, endedMessages } from './answering.ts';
import { createAsks } from './asks.ts';

const ask = { kind: 'session', hash: 'a'.repeat(64), application: 'shop' } as const;
const FAILED = { kind: 'failed' } as const;
const NOBODY = { kind: 'session', session: null } as const;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('a question of a gateway', () => {
  test('is answered by its own number', async () => {
    const sent: UpMessage[] = [];
    const asks = createAsks({ send: (message) => void sent.push(message) });
    const [first, second] = [asks.ask(ask), asks.ask(ask)];
    expect(sent.map((message) => (message.kind === 'ask' ? message.id : null))).toEqual([1, 2]);
    asks.settle(2, NOBODY);
    asks.settle(2, FAILED);
    asks.settle(99, NOBODY);
    expect(await second).toEqual(NOBODY);
    asks.settle(1, { kind: 'page', response: { status: 200, headers: [], body: '' } });
    expect(await first).toEqual(FAILED);
  });

  test('fails when no answer comes in time, when too many wait, and when the gateway closes', async () => {
    const asks = createAsks({ send: () => undefined, sessionAnswerMs: 5 });
    expect(await asks.ask(ask)).toEqual(FAILED);
    const patient = createAsks({ send: () => undefined, sessionAnswerMs: 60_000 });
    const waiting = Array.from({ length: 1024 }, () => patient.ask(ask));
    expect(await patient.ask(ask)).toEqual(FAILED);
    patient.close();
    expect(new Set((await Promise.all(waiting)).map(({ kind }) => kind))).toEqual(new Set(['failed']));
    expect(await patient.ask(ask)).toEqual(FAILED);
  });
});

test('pages that wait do not keep sessions from being asked for', async () => {
  const request = {
    method: 'GET',
    path: '/.holdfast/login',
    query: '',
    headers: [],
    body: '',
    address: '192.0.2.1',
    host: 'shop.test',
    secure: true,
    application: 'shop',
    session: null,
  };
  const asks = createAsks({ send: () => undefined, sessionAnswerMs: 60_000 });
  const pages = Array.from({ length: 200 }, () => asks.ask({ kind: 'page', request }));
  expect(await pages[199]).toEqual(FAILED);
  const session = asks.ask(ask);
  asks.settle(129, NOBODY);
  expect(await session).toEqual(NOBODY);
  asks.close();
  expect((await Promise.all(pages)).every(({ kind }) => kind === 'failed')).toBe(true);
});

describe('a control plane', () => {
  const answerOf = (answering: ReturnType<typeof createAnswering>) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answering.take(ask, resolve);
    return promise;
  };

  test('that knows nobody who answers, or whose handler fails, says so', async () => {
    const answering = createAnswering(silent);
    expect(await answerOf(answering)).toEqual(FAILED);
    answering.onAsk(() => Promise.reject(new Error('away')));
    expect(await answerOf(answering)).toEqual(FAILED);
    answering.onAsk(() => {
      throw new Error('at once');
    });
    expect(await answerOf(answering)).toEqual(FAILED);
    answering.onAsk(() => Promise.resolve(NOBODY));
    expect(await answerOf(answering)).toEqual(NOBODY);
  });

  test('answers so many at a time', async () => {
    const answering = createAnswering(silent);
    const { promise: isReady, resolve: go } = Promise.withResolvers<void>();
    answering.onAsk(async () => {
      await isReady;
      return NOBODY;
    });
    const held = Array.from({ length: 4096 }, () => answerOf(answering));
    expect(await answerOf(answering)).toEqual(FAILED);
    go();
    expect((await Promise.all(held)).every((answer) => answer === NOBODY)).toBe(true);
  });
});

test('ended sessions are told in messages of a bounded size', () => {
  const messages = endedMessages(Array.from({ length: 2500 }, (_, index) => String(index)));
  expect(messages.map((message) => (message.kind === 'sessions-ended' ? message.hashes.length : 0))).toEqual([1000, 1000, 500]);
  expect(endedMessages([])).toEqual([]);
});
