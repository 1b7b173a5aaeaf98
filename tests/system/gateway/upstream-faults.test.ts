import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sendRaw } from '../../support/raw-client.ts';
import { UPSTREAM_SECRET } from './odd-application.ts';
import { startStand } from './stand.ts';
import type { Stand } from './stand.ts';

/** A port on which nobody listens: taken once and given back. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('assertion: a TCP server has a port');
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return address.port;
}

let stand: Stand;
beforeAll(async () => {
  const dead = {
    id: 'dead',
    name: 'Dead',
    hosts: ['dead.test'],
    upstream: `http://127.0.0.1:${await freePort()}`,
    mode: 'enforce',
  };
  stand = await startStand({ change: { hosts: ['odd.test'] } });
  const added = await stand.server.cli('app', 'add', dead.id, '--to', dead.upstream, '--host', 'dead.test');
  expect(added.code, added.stderr + added.stdout).toBe(0);
  await vi.waitFor(async () => expect((await ask('/', { host: 'dead.test' })).status).toBe(502));
});
afterAll(() => stand[Symbol.asyncDispose]());

const INTERNALS = [UPSTREAM_SECRET, 'undici', 'ECONN', 'UND_ERR', 'HPE_', 'node:', '127.0.0.1', 'socket hang up'];
const ask = (path: string, options: { method?: string; host?: string; headers?: Record<string, string>; body?: string } = {}) =>
  stand.server.fetch(path, {
    method: options.method ?? 'GET',
    headers: { host: options.host ?? 'odd.test', ...options.headers },
    ...(options.body === undefined ? {} : { body: options.body }),
  });

describe('an application that', () => {
  test.each([
    { what: 'refuses connections', host: 'dead.test', path: '/', status: 502, code: 'upstream-failed' },
    { what: 'resets at once', host: 'odd.test', path: '/reset', status: 502, code: 'upstream-failed' },
    { what: 'never answers', host: 'odd.test', path: '/hang', status: 504, code: 'upstream-timeout' },
    { what: 'sends a name with a space', host: 'odd.test', path: '/bad-header', status: 502, code: 'upstream-failed' },
    { what: 'splits a header', host: 'odd.test', path: '/split-header', status: 502, code: 'upstream-failed' },
    { what: 'speaks another protocol', host: 'odd.test', path: '/no-http', status: 502, code: 'upstream-failed' },
    { what: 'states two lengths', host: 'odd.test', path: '/two-lengths', status: 502, code: 'upstream-failed' },
    { what: 'breaks off inside a page', host: 'odd.test', path: '/reset-in-page', status: 502, code: 'upstream-failed' },
  ])('$what: a clean answer with a request id that explain knows', async ({ host, path, status, code }) => {
    const program = await ask(path, { host });
    expect([program.status, program.headers['content-type']]).toEqual([status, 'application/problem+json']);
    const id = String(program.headers['x-request-id']);
    expect(JSON.parse(program.body)).toMatchObject({ code, status, request_id: id });
    const page = await ask(path, { host, headers: { accept: 'text/html' } });
    expect([page.status, page.body.includes('<code>')]).toEqual([status, true]);
    const all = [program, page].map(({ headers, body }) => JSON.stringify(headers) + body).join();
    expect(INTERNALS.filter((text) => all.includes(text))).toEqual([]);
    const { data } = await stand.server.cli<{ outcome: string; request: { problem: string } }>('explain', id);
    expect(data).toMatchObject({ outcome: 'failed', request: { problem: code } });
  });

  test('breaks off inside a download cuts the client off, so that half a file never looks whole', async () => {
    await expect(ask('/reset-in-body')).rejects.toThrow(/aborted|hang up|ECONNRESET/u);
  });

  test('fails is asked again for a safe method once at most, and never for an unsafe one', async () => {
    const { application } = stand;
    for (const [method, most] of [
      ['GET', 2],
      ['POST', 1],
      ['PUT', 1],
      ['PATCH', 1],
      ['DELETE', 1],
    ] as const) {
      const path = `/reset?${method}`;
      const before = application.seen.filter(({ url }) => url === path).length;
      const answer = await ask(path, { method, ...(method === 'GET' || method === 'DELETE' ? {} : { body: 'a=1' }) });
      expect(answer.status).toBe(502);
      const count = application.seen.filter(({ url }) => url === path).length - before;
      expect(count, method).toBeGreaterThanOrEqual(1);
      expect(count, method).toBeLessThanOrEqual(most);
    }
  });

  test('failed does not spoil the next request', async () => {
    for (const path of ['/reset', '/bad-header', '/two-lengths', '/reset']) await ask(path);
    const after = await Promise.all(Array.from({ length: 20 }, (_, at) => ask(`/fine/${at}`)));
    expect(after.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  });
});

describe('a host name that nobody serves', () => {
  test('gets 421 from HTTPS and from plain HTTP, and the application never hears of it', async () => {
    const before = stand.application.seen.length;
    for (const host of ['other.test', 'odd.test.evil.test', '127.0.0.1']) {
      const { status, body } = await ask('/', { host });
      expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([421, 'host-unknown']);
    }
    const port = Number(new URL(stand.server.http).port);
    const { answers } = await sendRaw({ port, bytes: 'GET / HTTP/1.1\r\nHost: other.test\r\n\r\n', answersMax: 1 });
    expect(answers[0]?.status).toBe(421);
    expect(stand.application.seen.length).toBe(before);
    expect((await ask('/', { host: 'ODD.test' })).status).toBe(200);
  });
});
