import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AdminBrowser } from '../../support/admin-browser.ts';
import { verifyAssertion, type KeyList } from '../../support/verify-assertion.ts';
import { PASSWORD, startProxyStand, type ProxyProgram, type ProxyStand } from './stand.ts';

const NAVIGATE = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
const ASSERTION = 'x-holdfast-jwt-assertion';
/** What clients might hope that somebody on the way believes. */
const FORGED = [
  'X-Holdfast-Jwt-Assertion: forged',
  'X-Holdfast-User: forged',
  'X-Holdfast-Email: forged@example.test',
  'X-Holdfast-Groups: forged',
];
const MISLEADING = [
  'X-Forwarded-Uri: /open',
  'X-Forwarded-Method: GET',
  'X-Forwarded-Host: open.localhost',
  'X-Forwarded-Proto: http',
  'X-Forwarded-For: 203.0.113.9',
  'X-Original-URL: https://open.localhost/open',
  'X-Original-Method: GET',
  'X-HTTP-Method-Override: GET',
];

/** One proxy with the text of the guide, in front of an application that believes its headers. */
export function describeProxy(name: string, program: ProxyProgram, isPresent: boolean): void {
  describe.skipIf(!isPresent)(`${name} asks Holdfast`, () => {
    let stand: ProxyStand;
    let ada: AdminBrowser;
    beforeAll(async () => {
      stand = await startProxyStand(program);
      ada = await stand.signIn('ada');
    }, 120_000);
    afterAll(() => stand[Symbol.asyncDispose]());
    beforeEach(() => stand.echo.reset());

    const seen = (header: string): string | undefined => stand.echo.seen.at(-1)?.headers.find(([held]) => held === header)?.[1];
    const cookieOf = (browser: AdminBrowser): string =>
      [...browser.cookies].map(([cookie, value]) => `${cookie}=${value}`).join('; ');
    const send = (first: string, lines: readonly string[] = []) =>
      stand.send(
        `${first} HTTP/1.1\r\nHost: localhost:${stand.port}\r\n${lines.map((line) => `${line}\r\n`).join('')}Connection: close\r\n\r\n`,
      );

    test('a stranger is led to the sign-in and nothing reaches the application', async () => {
      const page = await stand.browser().send('GET', '/orders?page=2', { headers: NAVIGATE });
      const next = encodeURIComponent('/orders?page=2');
      expect([page.status, page.headers['location']]).toEqual([
        302,
        `https://localhost:${stand.port}/.holdfast/login?next=${next}`,
      ]);
      expect((await stand.browser().send('GET', '/api', { headers: { accept: 'application/json' } })).status).toBe(401);
      expect(stand.echo.seen).toEqual([]);
    });

    test('the pages work behind it: signed in, the person is named to the application by a signature', async () => {
      const answer = await ada.send('GET', '/orders?page=2', { headers: NAVIGATE });
      expect(answer.status).toBe(200);
      expect(stand.echo.seen.at(-1)).toMatchObject({ method: 'GET', url: '/orders?page=2' });
      // The cookie has the prefix because Holdfast believes the listed proxy that the visitor's side is HTTPS.
      expect([...ada.cookies.keys()]).toContain('__Host-holdfast');
      const keys = JSON.parse((await ada.send('GET', '/.well-known/holdfast/jwks.json')).body) as KeyList;
      const { payload } = verifyAssertion(seen(ASSERTION) ?? '', keys, {
        issuer: `https://localhost:${stand.port}`,
        audience: 'shop',
      });
      expect(payload).toMatchObject({ name: 'ada', sub: seen('x-holdfast-user') });
      expect(seen('x-holdfast-name')).toBe('ada');
    });

    test('a form with a body arrives whole, from a page of this origin only', async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      expect((await ada.send('POST', '/orders', { body: 'a=1&b=2', headers })).status).toBe(200);
      expect(stand.echo.seen.at(-1)).toMatchObject({ method: 'POST', body: 'a=1&b=2' });
      const foreign = { ...headers, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' };
      expect((await ada.send('POST', '/orders', { body: 'a=1', headers: foreign })).status).toBe(403);
      expect(stand.echo.seen).toHaveLength(1);
    });

    test('a body of unknown length, and one that waits to be asked for, arrive whole', async () => {
      const own = ['Sec-Fetch-Site: same-origin', 'Content-Type: text/plain', `Cookie: ${cookieOf(ada)}`, 'Connection: close'];
      const head = `POST /notes HTTP/1.1\r\nHost: localhost:${stand.port}\r\n${own.join('\r\n')}\r\n`;
      expect((await stand.send(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`))?.status).toBe(200);
      expect(stand.echo.seen.at(-1)).toMatchObject({ url: '/notes', body: 'hello' });
      expect((await stand.send(`${head}Expect: 100-continue\r\nContent-Length: 5\r\n\r\nagain`))?.status).toBe(200);
      expect(stand.echo.seen.at(-1)).toMatchObject({ url: '/notes', body: 'again' });
    });

    test('a WebSocket of a stranger is not opened, one of somebody who signed in reaches the application', async () => {
      const handshake = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
      const open = (lines: readonly string[]) =>
        stand.send(`GET /live HTTP/1.1\r\nHost: localhost:${stand.port}\r\nConnection: Upgrade\r\n${lines.join('\r\n')}\r\n\r\n`);
      expect((await open(handshake))?.status).toBe(401);
      expect([stand.echo.seen.length, stand.echo.upgrades]).toEqual([0, 0]);
      await open([...handshake, `Cookie: ${cookieOf(ada)}`]);
      // As a handshake or, where the proxy was not told to pass such on, as the plain request it also is.
      expect(stand.echo.seen.length + stand.echo.upgrades).toBe(1);
    });

    test('who signs out at Holdfast is a stranger to the proxy', async () => {
      const bob = await stand.signIn('bob');
      expect((await bob.send('GET', '/')).status).toBe(200);
      const { code } = await stand.holdfast.cli('session', 'revoke', '--user', 'bob');
      expect(code).toBe(0);
      await expect.poll(async () => (await bob.send('GET', '/')).status, { timeout: 15_000 }).toBe(401);
    });

    test('what a client says of itself reaches the application never, signed in or not', async () => {
      expect((await send('GET /', [...FORGED, `Cookie: ${cookieOf(ada)}`]))?.status).toBe(200);
      expect(JSON.stringify(stand.echo.seen)).not.toContain('forged');
      expect(seen('x-holdfast-name')).toBe('ada');
      expect((await send('GET /', FORGED))?.status).toBe(401);
      // Nobody signed in, and nobody has to: here an absent header is the whole answer.
      const open = `GET / HTTP/1.1\r\nHost: open.localhost\r\n${FORGED.join('\r\n')}\r\nConnection: close\r\n\r\n`;
      expect((await stand.send(open))?.status).toBe(200);
      expect(stand.echo.seen).toHaveLength(2);
      expect(JSON.stringify(stand.echo.seen)).not.toContain('forged');
    });

    test('underscores do not make other headers of them', async () => {
      const lines = ['x_holdfast_jwt_assertion: forged', 'X-Holdfast_Jwt_Assertion: forged', 'X_Forwarded_Uri: /open'];
      const answer = await send('GET /', [...lines, `Cookie: ${cookieOf(ada)}`]);
      expect(JSON.stringify(stand.echo.seen)).not.toContain('forged');
      // Either dropped on the way or refused by us; the twin without them passes above.
      expect([200, 400, 403]).toContain(answer?.status);
    });

    test('what a client says of the question is not what is asked', async () => {
      expect((await send('GET /secret', MISLEADING))?.status).toBe(401);
      expect((await send('POST /secret', [...MISLEADING, 'Content-Length: 0', `Cookie: ${cookieOf(ada)}`]))?.status).toBe(403);
      expect(stand.echo.seen).toEqual([]);
      // The same person, the same page, in a browser's way.
      expect((await send('GET /secret', [...MISLEADING, `Cookie: ${cookieOf(ada)}`]))?.status).toBe(200);
      expect(stand.echo.seen.at(-1)?.url).toBe('/secret');
    });

    test('a second host in the first line is not the one that is decided about', async () => {
      const answer = await stand.send(
        `GET https://localhost:${stand.port}/secret HTTP/1.1\r\nHost: open.localhost\r\nConnection: close\r\n\r\n`,
      );
      expect(answer?.status).toBeGreaterThanOrEqual(400);
      expect(stand.echo.seen.filter(({ url }) => url.includes('secret'))).toEqual([]);
    });

    test.each([
      '/open/../secret',
      '/open/..%2fsecret',
      '/%2e%2e/secret',
      '/secret%0d%0aX-Holdfast-User:%20forged',
      '//evil.test/',
    ])('%s is refused: the application would read it in its own way', async (path) => {
      const answer = await send(`GET ${path}`, [`Cookie: ${cookieOf(ada)}`]);
      expect([400, 403]).toContain(answer?.status);
      expect(stand.echo.seen).toEqual([]);
    });

    test('attack rules hold for what is shown, and the twin passes', async () => {
      const attack = await ada.send('GET', `/search?q=${encodeURIComponent("' OR 1=1 UNION SELECT password FROM users--")}`);
      expect(attack.status).toBe(403);
      expect((await ada.send('GET', '/search?q=select%20a%20cup')).status).toBe(200);
      expect(stand.echo.seen).toHaveLength(1);
    });

    test('nobody asks from outside', async () => {
      for (const path of [
        '/.holdfast/forward-auth/nginx',
        '/.holdfast/forward-auth/caddy',
        '/.holdfast//forward-auth/caddy',
        '/.holdfast/%66orward-auth/nginx',
        '/holdfast-asks',
      ]) {
        const answer = await send(`GET ${path}`, [...MISLEADING, `Cookie: ${cookieOf(ada)}`]);
        expect(
          answer?.headers.some(([header]) => header === ASSERTION),
          path,
        ).toBe(false);
      }
    });

    test('a listed proxy that is taken off the list is told so, and everybody waits outside', async () => {
      expect((await stand.holdfast.cli('app', 'forward-auth', 'shop', '--proxy', '192.0.2.1')).code).toBe(0);
      await expect.poll(async () => (await ada.send('GET', '/')).status, { timeout: 15_000 }).toBe(403);
      expect((await stand.holdfast.cli('app', 'forward-auth', 'shop', '--proxy', '127.0.0.1')).code).toBe(0);
      await expect.poll(async () => (await ada.send('GET', '/')).status, { timeout: 15_000 }).toBe(200);
    });

    test('no password is in the log or the ledger', async () => {
      const { data } = await stand.holdfast.cli('audit', 'tail', '--lines', '200');
      expect(JSON.stringify(data)).not.toContain(PASSWORD);
      expect(stand.holdfast.stderr).not.toContain(PASSWORD);
    });
  });
}
