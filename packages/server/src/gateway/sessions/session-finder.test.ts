import type { Answer, Ask, GatewaySession } from '@holdfast/contract';
import { beforeEach, describe, expect, test } from 'vitest';
import { SESSION_TTL_MS, SessionCache } from './session-cache.ts';
import { createSessionFinder, type SessionFinder } from './session-finder.ts';

const HASH = 'a'.repeat(64);
const session: GatewaySession = {
  hash: HASH,
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAX',
  person: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  name: 'Ann',
  email: null,
  role: null,
  groups: [],
  acr: 'aal2',
  amr: ['pwd', 'otp'],
  authTime: 0,
  expiresAt: 1_000_000,
  idleMs: 1_800_000,
};

let now = 0;
let asked: Ask[];
let answer: Answer;
let finder: SessionFinder;
beforeEach(() => {
  now = 0;
  asked = [];
  answer = { kind: 'session', session };
  finder = createSessionFinder({
    clock: { now: () => now, monotonicMs: () => now },
    ask: (ask) => {
      asked.push(ask);
      return Promise.resolve(answer);
    },
  });
});
const find = async (application = 'shop', hash = HASH) => {
  const found = await finder.find(hash, application);
  return found.kind === 'found' ? found.session : found.kind;
};

describe('what is known of a session', () => {
  test('holds for ten seconds, also when nobody tells of its end', async () => {
    expect(await find()).toEqual(session);
    answer = { kind: 'session', session: null };
    now = SESSION_TTL_MS - 1;
    expect(await find()).toEqual(session);
    now = SESSION_TTL_MS;
    expect(await find()).toBeNull();
    expect(SESSION_TTL_MS).toBeLessThanOrEqual(10_000);
  });

  test('is nothing when the control plane is gone: it is asked anew, and does not say', async () => {
    expect(await find()).toEqual(session);
    answer = { kind: 'failed' };
    now = SESSION_TTL_MS;
    expect(await find()).toBe('unknown');
    expect(await find()).toBe('unknown');
    expect(asked).toHaveLength(3);
  });

  test('ends with the session by its own time', async () => {
    expect(await find()).toEqual(session);
    now = session.expiresAt;
    expect(await find()).toBeNull();
  });

  test('ends at once when it is told', async () => {
    expect(await find()).toEqual(session);
    answer = { kind: 'session', session: null };
    finder.end([HASH]);
    expect(await find()).toBeNull();
  });

  test('is known for the application it was asked for', async () => {
    expect(await find('shop')).toEqual(session);
    answer = { kind: 'session', session: null };
    expect(await find('blog')).toBeNull();
    expect(asked).toHaveLength(2);
  });

  test('is asked for once by many at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => find()));
    expect(asked).toHaveLength(1);
  });

  test('is never another session than the one asked for', async () => {
    expect(await find('shop', 'b'.repeat(64))).toBe('unknown');
  });
});

test('tokens that nobody has do not push out people who are signed in, and nothing grows without end', () => {
  const cache = new SessionCache<GatewaySession>();
  cache.put(HASH, 'shop', { session, nowMono: 0 });
  for (let count = 0; count < 5000; count += 1) cache.put(`unknown ${count}`, 'shop', { session: null, nowMono: 0 });
  expect(cache.find(HASH, 'shop', 1)).toEqual(session);
  expect(cache.size).toBeLessThanOrEqual(2001);
  for (let count = 0; count < 25_000; count += 1) cache.put(`known ${count}`, 'shop', { session, nowMono: 0 });
  expect(cache.size).toBeLessThanOrEqual(22_000);
  expect(cache.find(HASH, 'shop', 1)).toBeUndefined();
});
