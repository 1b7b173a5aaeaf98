import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { sendRaw, type RawAnswer } from '../../support/raw-client.ts';
import {
  hashOf,
  newIdentityKey,
  newToken,
  PERSON,
  startIdentityStand,
  type IdentityStand,
} from '../../support/identity-stand.ts';
import { verifyAssertion, type KeyList } from '../../support/verify-assertion.ts';

const HTML = { accept: 'text/html' };
const ASSERTION = 'x-holdfast-jwt-assertion';

let stand: IdentityStand;
beforeAll(async () => {
  stand = await startIdentityStand();
});
afterAll(() => stand[Symbol.asyncDispose]());
beforeEach(() => {
  stand.upstream.reset();
  stand.control.asked.length = 0;
  stand.control.pages.length = 0;
  stand.control.before = () => Promise.resolve();
});

const headerOf = (name: string): string | undefined => stand.last()?.headers.find(([held]) => held === name)?.[1];
const cookieOf = (token: string): string => `holdfast=${token}`;

describe('where sign-in is required', () => {
  // `fetch` writes Sec-Fetch-Mode by itself: what a browser says of a navigation has to be written by hand.
  const navigate = async (start: string, more = ''): Promise<RawAnswer | undefined> => {
    const head = `Host: 127.0.0.1\r\nAccept: text/html,application/xhtml+xml\r\nSec-Fetch-Mode: navigate\r\n`;
    const bytes = `${start} HTTP/1.1\r\n${head}${more}\r\n`;
    return (await sendRaw({ port: stand.gateway.plainPort, bytes, answersMax: 1 })).answers[0];
  };
  const locationOf = (answer: RawAnswer | undefined): string | undefined =>
    answer?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];

  test('a page leads to the sign-in, with the way back, and nothing reaches the application', async () => {
    const answer = await navigate('GET /a/b?c=d&e=%20f');
    expect(answer?.status).toBe(302);
    expect(locationOf(answer)).toBe(`/.holdfast/login?next=${encodeURIComponent('/a/b?c=d&e=%20f')}`);
    const form = await navigate('POST /a', 'Content-Length: 0\r\n');
    expect([form?.status, locationOf(form)]).toEqual([303, '/.holdfast/login']);
    const long = await navigate(`GET /a?b=${'c'.repeat(3000)}`);
    expect([long?.status, locationOf(long)]).toEqual([302, '/.holdfast/login']);
    expect(stand.upstream.seen).toEqual([]);
  });

  test.each(['//evil.test/x', '/\\evil.test', '/%2fevil.test'])('the way back from %s stays on this host', async (path) => {
    const next = URL.parse(locationOf(await navigate(`GET ${path}`)) ?? '', stand.plain)?.searchParams.get('next') ?? '/';
    expect(new URL(next, stand.plain).origin).toBe(stand.plain);
  });

  test.each([
    ['a program', {}],
    ['a script of a page', { accept: 'text/html', 'sec-fetch-mode': 'cors' }],
  ])('%s gets 401 and a problem document', async (_who, headers) => {
    const answer = await stand.fetch('/api', { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Holdfast');
    expect(await answer.json()).toMatchObject({ code: 'sign-in-required' });
    expect(stand.upstream.seen).toEqual([]);
  });

  test('every refusal is on record, without the token', async () => {
    const token = newToken();
    const answer = await stand.fetch('/on-record', { cookie: cookieOf(token) });
    const id = answer.headers.get('x-request-id');
    await expect.poll(() => stand.gateway.events('request.completed').some((event) => event.requestId === id)).toBe(true);
    const record = stand.gateway.events('request.completed').find((event) => event.requestId === id);
    expect(record).toMatchObject({ outcome: 'refused', reason: 'sign-in-required' });
    expect(JSON.stringify(stand.gateway.messages)).not.toContain(token);
  });

  test('a record of what a signed-in person was refused says who, by an id', async () => {
    const cookie = cookieOf(stand.control.signIn());
    const answer = await stand.fetch('/', { method: 'POST', cookie, headers: { 'sec-fetch-site': 'cross-site' } });
    const id = answer.headers.get('x-request-id');
    const find = () => stand.gateway.events('request.completed').find((event) => event.requestId === id);
    await expect.poll(find).toBeDefined();
    expect(find()?.payload['steps']).toContainEqual({
      step: 'session',
      verdict: 'passed',
      detail: `person ${PERSON} session 01ARZ3NDEKTSV4RRFFQ69G5FAX aal2`,
    });
  });

  test('a session is let in and asked for once', async () => {
    const cookie = cookieOf(stand.control.signIn());
    const answers = await Promise.all(Array.from({ length: 20 }, () => stand.fetch('/', { cookie })));
    // A cache in front of us would hand it to others.
    expect(answers[0]?.headers.get('cache-control')).toBe('private');
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(stand.control.asked).toHaveLength(1);
  });

  test.each([
    ['no token', 'holdfast='],
    ['a short one', 'holdfast=abc'],
    ['one with a foreign character', `holdfast=${'a'.repeat(42)}%`],
    ['two of them', `holdfast=${'a'.repeat(43)}; holdfast=${'b'.repeat(43)}`],
    ['one under the name of HTTPS', `__Host-holdfast=${'a'.repeat(43)}`],
  ])('%s is nobody, and the control plane is not asked', async (_name, cookie) => {
    expect((await stand.fetch('/', { cookie })).status).toBe(401);
    expect(stand.control.asked).toEqual([]);
  });

  test('a token that opens nothing is asked for once', async () => {
    const cookie = cookieOf(newToken());
    for (let count = 0; count < 3; count += 1) expect((await stand.fetch('/', { cookie })).status).toBe(401);
    expect(stand.control.asked).toHaveLength(1);
  });

  test('one factor is not enough where two are asked for', async () => {
    const cookie = cookieOf(stand.control.signIn({ acr: 'aal1', amr: ['pwd'] }));
    expect((await stand.fetch('/', { cookie })).status).toBe(401);
    await stand.fetch('/.holdfast/login', { cookie });
    expect(stand.control.pages.at(-1)?.session).toBeNull();
  });

  test('a session that is over by its own time is nobody', async () => {
    const cookie = cookieOf(stand.control.signIn({ expiresAt: Date.now() - 1 }));
    expect((await stand.fetch('/', { cookie })).status).toBe(401);
  });

  test('over HTTPS only the name with the prefix counts', async () => {
    const token = stand.control.signIn();
    const over = (name: string) =>
      sendRaw({
        port: stand.gateway.httpsPort,
        tls: true,
        bytes: `GET / HTTP/1.1\r\nHost: hf.test\r\nCookie: ${name}=${token}\r\n\r\n`,
        answersMax: 1,
      });
    expect((await over('__Host-holdfast')).answers[0]?.status).toBe(200);
    expect((await over('holdfast')).answers[0]?.status).toBe(401);
    expect((await over('__host-holdfast')).answers[0]?.status).toBe(401);
  });
});

describe('the identity header', () => {
  const verify = async (token: string, audience = 'echo') => {
    const answer = await fetch(`${stand.plain}/.well-known/holdfast/jwks.json`);
    expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/u);
    const keys = (await answer.json()) as KeyList;
    expect(JSON.stringify(keys)).not.toContain('"d"');
    return verifyAssertion(token, keys, { audience, issuer: stand.plain });
  };

  test('says who it is, signed, for a minute', async () => {
    await stand.fetch('/', { cookie: cookieOf(stand.control.signIn()) });
    const { payload, header } = await verify(headerOf(ASSERTION) ?? '');
    expect(header).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'first' });
    expect(payload).toMatchObject({
      sub: PERSON,
      name: 'Ann Example',
      email: 'ann@example.test',
      groups: ['staff'],
      role: null,
      sid: '01ARZ3NDEKTSV4RRFFQ69G5FAX',
      acr: 'aal2',
      amr: ['pwd', 'otp'],
    });
    expect(payload.exp - payload.iat).toBe(60);
    expect(payload['auth_time']).toBeLessThan(payload.iat);
  });

  test('holds neither with another name in it, nor under another key, nor for another application', async () => {
    await stand.fetch('/', { cookie: cookieOf(stand.control.signIn()) });
    const token = headerOf(ASSERTION) ?? '';
    const [head = '', body = '', signature = ''] = token.split('.');
    const renamed = Buffer.from(body, 'base64url').toString().replace('Ann', 'Eve');
    await expect(verify(`${head}.${Buffer.from(renamed).toString('base64url')}.${signature}`)).rejects.toThrow('signature');
    const unsigned = Buffer.from('{"alg":"none","kid":"first"}').toString('base64url');
    await expect(verify(`${unsigned}.${body}.`)).rejects.toThrow('no such key');
    await expect(verify(token, 'shop')).rejects.toThrow('somebody else');
    await expect(verify(token)).resolves.toMatchObject({ payload: { sub: PERSON } });
  });

  test('is ours alone, whatever a client sends, and our cookies stay here', async () => {
    const token = stand.control.signIn();
    const forged = {
      'x-holdfast-jwt-assertion': 'forged',
      'x-holdfast-user': 'forged',
      'x-pomerium-jwt-assertion': 'forged',
      'x-pomerium-claim-email': 'forged',
      'cf-access-jwt-assertion': 'forged',
      'cf-access-authenticated-user-email': 'forged',
      'x-goog-iap-jwt-assertion': 'forged',
      'x-auth-request-email': 'forged',
      'x-forwarded-user': 'forged',
      'remote-user': 'forged',
      connection: 'keep-alive, X-Holdfast-Jwt-Assertion',
    };
    const lines = Object.entries(forged).map(([name, value]) => `${name}: ${value}\r\n`);
    const cookie = `a=1; holdfast=${token}; holdfast-device=x; __Host-holdfast-flow=y; __Host-holdfast=${token}; b=2`;
    await sendRaw({
      port: stand.gateway.plainPort,
      bytes: `GET / HTTP/1.1\r\nHost: 127.0.0.1:${stand.gateway.plainPort}\r\n${lines.join('')}Cookie: ${cookie}\r\n\r\n`,
      answersMax: 1,
    });
    expect(JSON.stringify(stand.last())).not.toContain('forged');
    expect(JSON.stringify(stand.last())).not.toContain(token);
    expect(stand.last()?.headers.filter(([name]) => name === ASSERTION)).toHaveLength(1);
    expect(headerOf('cookie')).toBe('a=1; b=2');
    await verify(headerOf(ASSERTION) ?? '');
  });

  test.each(['x_holdfast_jwt_assertion', 'X_Holdfast_Jwt_Assertion', 'x-holdfast_jwt-assertion'])(
    '%s is refused at the gate',
    async (name) => {
      const bytes = `GET / HTTP/1.1\r\nHost: a.test\r\n${name}: forged\r\n\r\n`;
      const { answers } = await sendRaw({ port: stand.gateway.plainPort, bytes, answersMax: 1 });
      expect(answers[0]?.status).toBe(400);
      expect(stand.upstream.seen).toEqual([]);
    },
  );

  test('without a key to sign with a person is not passed off as a stranger', async () => {
    const cookie = cookieOf(stand.control.signIn());
    const { identityKeys } = { identityKeys: [newIdentityKey('first', 0)] };
    stand.gateway.push({ identityKeys: [newIdentityKey('later', Date.now() + 60_000)] });
    expect((await stand.fetch('/', { cookie })).status).toBe(503);
    expect(stand.upstream.seen).toEqual([]);
    stand.gateway.push({ identityKeys });
    expect((await stand.fetch('/', { cookie })).status).toBe(200);
  });
});

describe('revocation', () => {
  test('reaches the gateway at once', async () => {
    const token = stand.control.signIn();
    const cookie = cookieOf(token);
    expect((await stand.fetch('/', { cookie })).status).toBe(200);
    stand.control.sessions.delete(hashOf(token));
    stand.gateway.link.endSessions([hashOf(token)]);
    expect((await stand.fetch('/', { cookie })).status).toBe(401);
  });

  test('beats an answer that was on its way', async () => {
    const token = stand.control.signIn();
    const { promise: isReady, resolve: go } = Promise.withResolvers<void>();
    stand.control.before = () => isReady;
    const answer = stand.fetch('/', { cookie: cookieOf(token) });
    await expect.poll(() => stand.control.asked.length).toBe(1);
    stand.control.sessions.delete(hashOf(token));
    stand.gateway.link.endSessions([hashOf(token)]);
    go();
    expect((await answer).status).toBe(401);
    expect((await stand.fetch('/', { cookie: cookieOf(token) })).status).toBe(401);
  });

  test('closes a WebSocket that was opened with the session, and no other', async () => {
    const application = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(application, 'listening');
    // A TCP server that listens has an address object.
    const { port } = application.address() as AddressInfo;
    await using live = await startIdentityStand({ upstream: `http://127.0.0.1:${port}` });
    const open = (cookie?: string) =>
      new WebSocket(live.plain.replace('http', 'ws'), {
        origin: live.plain,
        ...(cookie === undefined ? {} : { headers: { cookie } }),
      });
    // The third argument of the event is the answer.
    const [, answer] = (await once(open(), 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(answer.statusCode).toBe(401);
    const [token, other] = [live.control.signIn(), live.control.signIn()];
    const [mine, theirs] = [open(cookieOf(token)), open(cookieOf(other))];
    await Promise.all([once(mine, 'open'), once(theirs, 'open')]);
    const closed = once(mine, 'close');
    live.gateway.link.endSessions([hashOf(token)]);
    expect((await closed)[0]).toBe(1008);
    expect(theirs.readyState).toBe(WebSocket.OPEN);
    theirs.terminate();
    application.close();
  });
});

describe('a control plane that does not answer', () => {
  const failing = () => Promise.reject(new Error('the database of this test is away'));

  test('lets nobody in and takes nobody for a stranger', async () => {
    stand.control.before = failing;
    const answer = await stand.fetch('/', { cookie: cookieOf(stand.control.signIn()), headers: HTML });
    expect(answer.status).toBe(503);
    expect((await stand.fetch('/.holdfast/login', { headers: HTML })).status).toBe(503);
    expect(stand.upstream.seen).toEqual([]);
  });

  test('is asked again as soon as it may be back', async () => {
    const cookie = cookieOf(stand.control.signIn());
    stand.control.before = failing;
    expect((await stand.fetch('/', { cookie })).status).toBe(503);
    stand.control.before = () => Promise.resolve();
    expect((await stand.fetch('/', { cookie })).status).toBe(200);
  });

  test('is given up after two seconds', async () => {
    const { promise: never } = Promise.withResolvers<void>();
    stand.control.before = () => never;
    expect((await stand.fetch('/', { cookie: cookieOf(stand.control.signIn()) })).status).toBe(503);
    expect(stand.upstream.seen).toEqual([]);
  });
});

describe('requests of other sites', () => {
  const own = (): string => stand.plain;
  const cases: readonly (readonly [name: string, headers: () => Record<string, string>, status: number])[] = [
    ['says same-origin', () => ({ 'sec-fetch-site': 'same-origin' }), 200],
    ['was sent again by the person', () => ({ 'sec-fetch-site': 'none', origin: own() }), 200],
    ['was begun by the person, from nowhere', () => ({ 'sec-fetch-site': 'none' }), 403],
    ['was begun by the person, from elsewhere', () => ({ 'sec-fetch-site': 'none', origin: 'https://evil.test' }), 403],
    ['says cross-site', () => ({ 'sec-fetch-site': 'cross-site', origin: own() }), 403],
    ['comes from a sibling host', () => ({ 'sec-fetch-site': 'same-site' }), 403],
    ['has our Origin', () => ({ origin: own() }), 200],
    ['has another Origin', () => ({ origin: 'https://evil.test' }), 403],
    ['has another port', () => ({ origin: 'http://127.0.0.1:1' }), 403],
    ['has no origin', () => ({ origin: 'null' }), 403],
    ['has our Referer', () => ({ referer: `${own()}/form` }), 200],
    ['has another Referer', () => ({ referer: `https://evil.test/?${own()}` }), 403],
    ['has nothing', () => ({}), 403],
  ];
  test.each(cases)('a change that %s', async (_name, headers, status) => {
    const cookie = cookieOf(stand.control.signIn());
    const bytes = Object.entries(headers()).map(([name, value]) => `${name}: ${value}\r\n`);
    const { answers } = await sendRaw({
      port: stand.gateway.plainPort,
      bytes: `POST /change HTTP/1.1\r\nHost: ${new URL(own()).host}\r\nCookie: ${cookie}\r\n${bytes.join('')}Content-Length: 0\r\n\r\n`,
      answersMax: 1,
    });
    expect(answers[0]?.status).toBe(status);
    expect(stand.upstream.seen).toHaveLength(status === 200 ? 1 : 0);
  });

  test('reading is left alone', async () => {
    const cookie = cookieOf(stand.control.signIn());
    expect((await stand.fetch('/', { cookie, headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
  });
});

describe('pages of ours', () => {
  test('are made by the control plane, from our own fields only', async () => {
    const token = stand.control.signIn();
    const answer = await stand.fetch('/.holdfast/login?next=%2Fa&secret=s3cr3t', {
      method: 'POST',
      body: 'name=ann&password=correct+horse',
      cookie: `app=1; holdfast=${token}; holdfast-device=dev`,
      headers: {
        origin: stand.plain,
        'user-agent': 'test',
        authorization: 'Bearer x',
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect([answer.status, await answer.text()]).toEqual([200, 'page /.holdfast/login']);
    expect(answer.headers.getSetCookie()).toHaveLength(2);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const [page] = stand.control.pages;
    expect(page).toMatchObject({
      method: 'POST',
      path: '/.holdfast/login',
      query: 'next=%2Fa&secret=s3cr3t',
      application: 'echo',
      secure: false,
      address: '127.0.0.1',
      host: new URL(stand.plain).host,
      session: { hash: hashOf(token), person: PERSON },
    });
    expect(Buffer.from(page?.body ?? '', 'base64').toString()).toBe('name=ann&password=correct+horse');
    const headers = new Map(page?.headers);
    expect(headers.get('cookie')).toBe('holdfast-device=dev');
    expect([headers.has('authorization'), headers.has('host')]).toEqual([false, false]);
    const id = answer.headers.get('x-request-id');
    await expect.poll(() => stand.gateway.events('request.completed').some((event) => event.requestId === id)).toBe(true);
    const told = JSON.stringify(stand.gateway.messages);
    for (const secret of ['s3cr3t', 'correct', token]) expect(told).not.toContain(secret);
    expect(stand.upstream.seen).toEqual([]);
  });

  test('are inspected for nothing: a password may look like anything', async () => {
    const body = `password=${encodeURIComponent("' OR 1=1 -- <script>alert(1)</script>")}`;
    const answer = await stand.fetch('/.holdfast/login', { method: 'POST', body, headers: { origin: stand.plain } });
    expect(answer.status).toBe(200);
  });

  test.each([
    ['of another site', { origin: 'https://evil.test' }],
    ['without any origin', {}],
  ])('a form %s is refused, signed in or not', async (_name, headers) => {
    expect((await stand.fetch('/.holdfast/login', { method: 'POST', body: 'a=b', headers })).status).toBe(403);
    expect(stand.control.pages).toEqual([]);
  });

  test('take 64 KiB and no byte more, no coding, and three methods', async () => {
    const post = async (body: string, headers: Record<string, string> = {}) =>
      (await stand.fetch('/.holdfast/login', { method: 'POST', body, headers: { origin: stand.plain, ...headers } })).status;
    expect(await post('a'.repeat(65_536))).toBe(200);
    expect(Buffer.from(stand.control.pages[0]?.body ?? '', 'base64')).toHaveLength(65_536);
    expect(await post('a'.repeat(65_537))).toBe(413);
    expect(await post('a', { 'content-encoding': 'gzip' })).toBe(415);
    expect((await stand.fetch('/.holdfast/login', { method: 'PUT', body: 'a' })).status).toBe(405);
    expect(stand.control.pages).toHaveLength(1);
  });

  test.each([
    '/.HOLDFAST/login',
    '/.holdfast',
    '/.holdfast/',
    '/x/../.holdfast/account',
    '/.well-known/holdfast/other',
    '/.well-known/HOLDFAST/jwks.json',
  ])('%s never reaches the application', async (path) => {
    const bytes = `GET ${path} HTTP/1.1\r\nHost: a.test\r\nCookie: ${cookieOf(stand.control.signIn())}\r\n\r\n`;
    await sendRaw({ port: stand.gateway.plainPort, bytes, answersMax: 1 });
    expect(stand.upstream.seen).toEqual([]);
  });
});

describe('what password managers ask for', () => {
  test('is answered where sign-in is ours', async () => {
    const change = await stand.fetch('/.well-known/change-password');
    expect([change.status, change.headers.get('location')]).toEqual([302, '/.holdfast/account/password']);
    const endpoints = await stand.fetch('/.well-known/passkey-endpoints');
    expect(endpoints.headers.get('content-type')).toBe('application/json');
    const page = `${stand.plain}/.holdfast/account`;
    expect(await endpoints.json()).toEqual({ enroll: page, manage: page });
    expect(stand.upstream.seen).toEqual([]);
    expect((await stand.fetch('/.well-known/security.txt')).status).toBe(401);
  });
});

describe('where sign-in is optional', () => {
  let optional: IdentityStand;
  beforeAll(async () => {
    optional = await startIdentityStand({ login: { mode: 'optional', mfa: false } });
  });
  afterAll(() => optional[Symbol.asyncDispose]());

  test('strangers pass without a name, people with theirs', async () => {
    const forged = {
      'x-holdfast-jwt-assertion': 'forged',
      'cf-access-jwt-assertion': 'forged',
      'x-pomerium-jwt-assertion': 'forged',
    };
    expect((await optional.fetch('/', { headers: forged })).status).toBe(200);
    expect(JSON.stringify(optional.last())).not.toMatch(/forged|assertion/u);
    const cookie = cookieOf(optional.control.signIn({ acr: 'aal1', amr: ['pwd'] }));
    expect((await optional.fetch('/', { cookie })).status).toBe(200);
    expect(optional.last()?.headers.map(([name]) => name)).toContain(ASSERTION);
  });

  test('a person is not passed off as a stranger when the control plane does not answer, and strangers still pass', async () => {
    const cookie = cookieOf(optional.control.signIn());
    optional.control.before = () => Promise.reject(new Error('away'));
    expect((await optional.fetch('/', { cookie })).status).toBe(503);
    expect((await optional.fetch('/')).status).toBe(200);
  });
});

describe('where sign-in is off', () => {
  test('the application answers for its own passwords', async () => {
    await using off = await startIdentityStand({ login: { mode: 'off' } });
    for (const path of ['/.well-known/change-password', '/.well-known/passkey-endpoints']) {
      expect((await off.fetch(path)).status).toBe(200);
      expect(off.last()?.url).toBe(path);
    }
  });

  test('nobody is asked, no page answers, and our cookies still stay here', async () => {
    await using off = await startIdentityStand({ login: { mode: 'off' } });
    const cookie = `a=1; ${cookieOf(off.control.signIn())}`;
    expect((await off.fetch('/', { cookie })).status).toBe(200);
    expect(off.last()?.headers.filter(([name]) => name === 'cookie' || name === ASSERTION)).toEqual([['cookie', 'a=1']]);
    expect((await off.fetch('/.holdfast/login', { cookie })).status).toBe(404);
    expect(off.control.asked).toEqual([]);
  });
});
