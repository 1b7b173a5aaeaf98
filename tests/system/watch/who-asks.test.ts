import type { Answer, Ask, RequestCompleted } from '@holdfast/contract';
import { createServer, request as requestPlain, type RequestOptions, type Server } from 'node:http';
import { request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, testSnapshot, type TestGateway } from '../../support/test-gateway.ts';

const ACCOUNT = 'a1b2c3d4e5f60718';
const BEGUN = 'f'.repeat(32);
const ASKED = { path: '/orders/4711/note', headers: {} };

let upstream: Server;
let gateway: TestGateway;

/** An application with a login form whose cookie has a name that no framework gives. */
async function startApplication(): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    const cookies = ['theme=dark; Path=/', `kd7_q=${BEGUN}; Path=/; HttpOnly`];
    outgoing.writeHead(incoming.url === '/login' ? 303 : 200, incoming.url === '/login' ? { 'set-cookie': cookies } : {});
    outgoing.end();
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  return server;
}

function answer(ask: Ask): Answer {
  if (ask.kind === 'sign-in-try')
    return { kind: ask.kind, waitSeconds: 0, what: null, isNew: false, failures: 0, keys: [ACCOUNT], isKnown: false };
  return ask.kind === 'sign-in-success' ? { kind: ask.kind, device: null } : { kind: 'failed' };
}

beforeAll(async () => {
  upstream = await startApplication();
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const observers = [{ path: '/login', accountField: 'name', failure: { statuses: [401] } }];
  const application = { upstream: url, hosts: [], mode: 'monitor' as const, signIn: { observers } };
  const snapshot = testSnapshot(application, { visitorKey: 'ab'.repeat(32) });
  gateway = await startTestGateway(snapshot, { onAsk: (ask) => Promise.resolve(answer(ask)) });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  upstream.close();
});

interface Asked extends Omit<RequestOptions, 'headers'> {
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: string;
  readonly isTls?: boolean;
  readonly sigalgs?: string;
  readonly session?: Buffer;
}

/** Sends it and gives what the gateway recorded, with the TLS session to take up again. */
async function ask({ body, isTls = false, ...options }: Asked) {
  const agent = `asked ${gateway.messages.length} ${Math.random()}`;
  const headers = { 'user-agent': agent, ...options.headers };
  const target = { host: '127.0.0.1', agent: false as const, ...options, headers };
  let session: Buffer | undefined;
  await new Promise<void>((done, failed) => {
    const outgoing = isTls
      ? requestTls({ ...target, port: gateway.httpsPort, rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
      : requestPlain({ ...target, port: gateway.plainPort });
    outgoing.on('response', (incoming) => {
      if (isTls) session = (incoming.socket as TLSSocket).getSession();
      incoming.resume().on('end', done);
    });
    outgoing.on('error', failed);
    outgoing.end(body);
  });
  const find = () => gateway.events('request.completed').find(({ payload }) => payload['userAgent'] === agent);
  await expect.poll(find, { timeout: 15_000 }).toBeDefined();
  // Found a moment ago; the gateway makes the payload of this type.
  return { record: find()!.payload as RequestCompleted, session };
}

describe('a record tells who asks, and nothing that opens anything', () => {
  test('the session of the application by a keyed hash, the same for the same cookie', async () => {
    const cookie = 'a=1; PHPSESSID=0123456789abcdef0123; b=2';
    const first = (await ask({ ...ASKED, headers: { cookie } })).record;
    const second = (await ask({ path: '/', headers: { cookie: 'PHPSESSID=0123456789abcdef0123' } })).record;
    const other = (await ask({ ...ASKED, headers: { cookie: 'PHPSESSID=another-session-1234' } })).record;
    expect(first.session).toMatch(/^[0-9a-f]{16}$/u);
    expect(second.session).toBe(first.session);
    expect(other.session).not.toBe(first.session);
    expect(JSON.stringify(gateway.messages)).not.toContain('0123456789abcdef0123');
    expect((await ask({ ...ASKED, headers: { cookie: 'theme=dark; lang=en-GB-oxford' } })).record.session).toBeNull();
  });

  test('where from and with what, cut, and the route instead of the path', async () => {
    const referer = `http://shop.example/${'r'.repeat(600)}`;
    const headers = { referer, 'content-type': `text/plain; charset=${'c'.repeat(200)}`, 'content-length': 2 };
    const { record } = await ask({ ...ASKED, method: 'POST', headers, body: 'hi' });
    expect(record.referrer).toBe(referer.slice(0, 512));
    expect(record.contentType).toHaveLength(128);
    expect(record.route).toBe('/orders/{}/note');
    const plain = (await ask({ path: '/', headers: {} })).record;
    expect([plain.referrer, plain.contentType, plain.tlsKey, plain.account]).toEqual([null, null, null, null]);
  });

  test('a sign-in that was seen teaches which cookie it is, and whose session it began', async () => {
    const cookie = `theme=dark; kd7_q=${BEGUN}`;
    expect((await ask({ ...ASKED, headers: { cookie } })).record.session).toBeNull();
    const body = 'name=ada&password=x';
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
    await ask({ path: '/login', method: 'POST', headers, body });
    const [signedIn] = gateway.events('authentication.succeeded');
    const { record } = await ask({ ...ASKED, headers: { cookie } });
    expect(record).toMatchObject({ account: ACCOUNT, session: signedIn?.payload['session'] });
    expect(record.session).toMatch(/^[0-9a-f]{16}$/u);
  });

  test('what the client’s TLS offers is equal for one client and another for another', async () => {
    const first = await ask({ ...ASKED, isTls: true });
    const same = await ask({ ...ASKED, isTls: true });
    const other = await ask({ ...ASKED, isTls: true, sigalgs: 'ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256' });
    expect(first.record.tlsKey).toMatch(/^[0-9a-f]{16}$/u);
    expect(same.record.tlsKey).toBe(first.record.tlsKey);
    expect(other.record.tlsKey).not.toBe(first.record.tlsKey);
    // What takes up an earlier session is the same client.
    expect(first.session).toBeDefined();
    const again = await ask({ ...ASKED, isTls: true, ...(first.session === undefined ? {} : { session: first.session }) });
    expect(again.record.tlsKey).toBe(first.record.tlsKey);
  });
});
