import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { inlineHashesOf } from '../../../packages/server/src/gateway/response/csp/inline-hash.ts';
import { navigate, startStand } from './stand.ts';
import type { Stand, StandOptions } from './stand.ts';

const PAGE = '<!doctype html><html><head><style>b{}</style></head><body><script>own()</script><p>grüße</p></body></html>';
const HASHES = inlineHashesOf(PAGE);
const INJECTED = '<script>alert(document.domain)</script>';

let stand: Stand;
const start = async (options: StandOptions): Promise<Stand> => {
  stand = await startStand(options);
  return stand;
};
afterEach(() => stand.close());

const send =
  (
    body: string | Buffer,
    headers: Record<string, string | string[]> = { 'content-type': 'text/html' },
    status = 200,
  ): RequestListener =>
  (_incoming, outgoing) => {
    outgoing.writeHead(status, headers).end(body);
  };

const enforcing = { csp: { mode: 'enforce' as const, inlineHashes: HASHES } };
const nonceOf = (policy: string | null): string => /'nonce-([^']+)'/u.exec(policy ?? '')?.[1] ?? 'none';

describe('headers', () => {
  test('a page gets the whole set, and nothing tells what runs behind', async () => {
    const upstream = send(PAGE, {
      'content-type': 'text/html',
      server: 'Apache/2.4',
      'x-powered-by': 'PHP/8',
      via: '1.1 x',
      'x-aspnet-version': '4',
      connection: 'x-secret',
      'x-secret': 'hop',
      'set-cookie': ['sid=1', 'theme=a; Path=/'],
    });
    const { url } = await start({ upstream, secure: true });
    const { headers } = await fetch(url);
    expect(Object.fromEntries([...headers].filter(([name]) => name !== 'date'))).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
      'cache-control': 'private',
      'x-request-id': '0123456789AB',
      'content-security-policy': "frame-ancestors 'self'",
    });
    for (const name of ['server', 'x-powered-by', 'via', 'x-aspnet-version', 'x-secret']) expect(headers.has(name)).toBe(false);
    expect(headers.getSetCookie()).toEqual([
      'sid=1; Secure; HttpOnly; SameSite=Lax',
      'theme=a; Path=/; Secure; HttpOnly; SameSite=Lax',
    ]);
  });

  test.each([
    [true, 'localhost'],
    [true, '192.0.2.1'],
    [true, '[2001:db8::1]'],
    [true, 'shop.test'],
    [false, 'shop.hf.dev'],
  ])('no HSTS with TLS %s on %s', async (secure, host) => {
    const { url } = await start({ upstream: send(PAGE), secure, host });
    expect((await fetch(url)).headers.has('strict-transport-security')).toBe(false);
  });

  test('what the upstream says is kept where it is stricter, and not where it is weaker', async () => {
    const upstream = send(PAGE, {
      'content-type': 'text/html',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'permissions-policy': 'payment=(self)',
      'cross-origin-opener-policy': 'unsafe-none',
      'content-security-policy': "connect-src 'none'",
    });
    const { url } = await start({ upstream });
    const { headers } = await fetch(url);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('permissions-policy')).toMatch(/payment=\(\), .*payment=\(self\)$/u);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toBe("connect-src 'none', frame-ancestors 'self'");
  });

  test('static files keep their caching, their bytes and their length', async () => {
    const body = Buffer.from([0, 255, 1, 2]);
    const upstream = send(body, {
      'content-type': 'image/png',
      'cache-control': 'public, max-age=600',
      etag: '"a"',
      'content-length': '4',
    });
    const { url } = await start({ upstream, application: enforcing });
    const response = await fetch(url);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
    expect(response.headers.get('cache-control')).toBe('public, max-age=600');
    expect(response.headers.get('etag')).toBe('"a"');
    expect(response.headers.get('content-length')).toBe('4');
    expect(response.headers.has('content-security-policy')).toBe(false);
  });

  test.each([
    ['a line feed', 'x-a', 'b\nset-cookie: evil=1'],
    ['a carriage return', 'x-a', 'b\rc'],
    ['a NUL', 'x-a', 'b\0c'],
    ['a bad name', 'x a', 'b'],
  ])('an upstream header with %s is refused whole', async (_why, name, value) => {
    const { url, records } = await start({ upstream: send(PAGE), extraHeaders: [[name, value]] });
    const response = await fetch(url);
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: 'upstream-failed', request_id: '0123456789AB' });
    expect(records[0]).toMatchObject({ outcome: 'failed', problem: 'upstream-failed', reason: 'upstream-header' });
  });

  test('HEAD, 204 and 304 have no body; a 304 brings no policy that would not fit the stored page', async () => {
    const upstream: RequestListener = (incoming, outgoing) => {
      const status = Number(incoming.url?.slice(1)) || 200;
      outgoing
        .writeHead(status, { 'content-type': 'text/html', etag: '"a"' })
        .end(incoming.method === 'HEAD' || status !== 200 ? undefined : PAGE);
    };
    const { url } = await start({ upstream, application: enforcing });
    expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('');
    expect((await fetch(`${url}/204`)).status).toBe(204);
    const notModified = await fetch(`${url}/304`);
    expect(notModified.status).toBe(304);
    expect(notModified.headers.has('content-security-policy')).toBe(false);
    expect(notModified.headers.get('etag')).toBe('W/"a"');
  });
});

describe('content security policy', () => {
  test("enforced: the application's own inline elements get the nonce, an injected one does not", async () => {
    const { url } = await start({ upstream: send(PAGE + INJECTED), application: enforcing });
    const response = await fetch(url);
    const policy = response.headers.get('content-security-policy');
    const nonce = nonceOf(policy);
    const html = await response.text();
    expect(html).toBe(
      `${PAGE.replace('<style>', `<style nonce="${nonce}">`).replace('<script>', `<script nonce="${nonce}">`)}${INJECTED}`,
    );
    expect(policy).not.toMatch(/unsafe-|strict-dynamic|\*/u);
    for (const part of [
      "default-src 'none'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'self'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(policy).toMatch(/; report-uri \/\.holdfast\/csp-report$/u);
  });

  test('every response has its own nonce', async () => {
    const { url } = await start({ upstream: send(PAGE), application: enforcing });
    const nonces = new Set<string>();
    for (let round = 0; round < 70; round += 1) {
      const response = await fetch(url);
      await response.text();
      nonces.add(nonceOf(response.headers.get('content-security-policy')));
    }
    expect(nonces.size).toBe(70);
  });

  test('reporting only: the policy is announced, inline elements are learned by hash, reflected ones are not', async () => {
    const { url, events } = await start({
      upstream: send(PAGE + INJECTED),
      application: { id: 'learning' },
      fields: [{ location: 'query', name: 'q', value: INJECTED }],
    });
    const response = await fetch(`${url}/page`);
    expect(response.headers.get('content-security-policy')).toBe("frame-ancestors 'self'");
    expect(response.headers.get('content-security-policy-report-only')).toContain("script-src 'self' 'nonce-");
    expect(await response.text()).toBe(PAGE + INJECTED);
    expect(events.map(({ type, payload }) => [type, payload['hash'], payload['path']])).toEqual(
      HASHES.map((hash) => ['gateway.csp.inline-seen', hash, '/page']),
    );
    expect(JSON.stringify(events)).not.toContain('alert');
    for (let round = 2; round <= 10; round += 1) await (await fetch(`${url}/page`)).text();
    expect(events.slice(2).map(({ payload }) => payload['count'])).toEqual([10, 10]);
  });

  test("the upstream's own fresh nonce counts, a fixed one does not", async () => {
    let nonce = 'first-nonce-1';
    const upstream: RequestListener = (_incoming, outgoing) => {
      outgoing
        .writeHead(200, { 'content-type': 'text/html', 'content-security-policy': `script-src 'nonce-${nonce}'` })
        .end(`<script nonce="${nonce}">made${Math.random()}()</script>`);
    };
    const { url } = await start({ upstream, application: { ...enforcing, id: 'own-nonce' } });
    const first = await fetch(url);
    const ours = nonceOf(first.headers.get('content-security-policy'));
    expect(ours).not.toBe(nonce);
    expect(await first.text()).toContain(`nonce="${ours}"`);
    const fixed = await fetch(url);
    expect(await fixed.text()).toContain(`nonce="${nonce}"`);
    expect(fixed.headers.get('content-security-policy')).not.toContain(nonce);
    nonce = 'second-nonce-2';
    expect(await (await fetch(url)).text()).not.toContain(nonce);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('a page compressed with %s is rewritten and stays compressed for who takes it', async (coding, compress) => {
    const large = PAGE + '<p>tea</p>'.repeat(20_000);
    for (const page of [PAGE, large]) {
      const upstream = send(compress(page), { 'content-type': 'text/html', 'content-encoding': coding, etag: '"e"' });
      const { url } = await start({ upstream, application: enforcing });
      const response = await fetch(url, { headers: { 'accept-encoding': 'gzip', 'sec-fetch-site': 'same-origin' } });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      // A page that somebody else's page asks for is never compressed (BREACH).
      const foreign = await fetch(url, { headers: { 'accept-encoding': 'gzip', 'sec-fetch-site': 'cross-site' } });
      expect(foreign.headers.has('content-encoding')).toBe(false);
      expect(await foreign.text()).toContain('<script nonce="');
      expect(response.headers.get('vary')).toBe('Accept-Encoding, Sec-Fetch-Site');
      expect(response.headers.get('etag')).toBe('W/"e"');
      const nonce = nonceOf(response.headers.get('content-security-policy'));
      expect((await response.text()).replaceAll(` nonce="${nonce}"`, '') === page).toBe(true);
      const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
      expect(plain.headers.has('content-encoding')).toBe(false);
      expect(await plain.text()).toContain('<script nonce="');
      if (page === PAGE) await stand.close();
    }
  });

  test('a page that expands like a bomb is cut off', async () => {
    const upstream = send(gzipSync(Buffer.alloc(40_000_000, 32)), { 'content-type': 'text/html', 'content-encoding': 'gzip' });
    const { url, records } = await start({ upstream, application: enforcing });
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
    expect(records[0]?.responseBytes).toBeLessThan(30_000_000);
  });

  test.each([
    ['a page for shared caches', 'text/html', { 'cache-control': 'public, max-age=60' }],
    ['a charset that is not ASCII-based', 'text/html; charset=utf-16', {}],
    ['an SVG document', 'image/svg+xml', {}],
  ])('%s is not rewritten: its policy names the hashes', async (_why, type, more) => {
    const { url } = await start({ upstream: send(PAGE, { 'content-type': type, ...more }), application: enforcing });
    const response = await fetch(url);
    expect(await response.text()).toBe(PAGE);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).not.toContain('nonce');
    for (const hash of HASHES) expect(policy).toContain(`'${hash}'`);
  });

  test('UTF-16 that only its byte order mark announces passes unread and unblessed', async () => {
    const page = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(PAGE, 'utf16le')]);
    const { url } = await start({ upstream: send(page), application: enforcing });
    const response = await fetch(url);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(page);
    expect(response.headers.get('content-security-policy')).not.toContain('nonce-');
  });

  test("an operator's policy is used, with the nonce where it says so", async () => {
    const policy = "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic'\r\nX: y; report-to holdfast";
    const page =
      '<script src="/a.js"></script><script src="//evil.test/b.js"></script><script src="/q?reflected-value"></script>';
    const { url } = await start({
      upstream: send(page),
      application: { csp: { mode: 'enforce', policy } },
      fields: [{ location: 'query', name: 'q', value: 'reflected-value' }],
    });
    const response = await fetch(url);
    const sent = response.headers.get('content-security-policy') ?? '';
    const nonce = nonceOf(sent);
    expect(sent).toMatch(
      /^default-src 'self'; script-src 'nonce-[^']+' 'strict-dynamic' {2}X: y; report-to holdfast; frame-ancestors 'self'; report-uri/u,
    );
    expect(response.headers.get('reporting-endpoints')).toBe('holdfast="/.holdfast/csp-report"');
    expect(await response.text()).toBe(page.replace('<script src="/a.js">', `<script nonce="${nonce}" src="/a.js">`));
  });
});

const TRACE = 'Error: near "x": syntax error\n    at load (/srv/shop/db.js:10:11) for bob@shop.example';

describe('error masking', () => {
  test('a 5xx keeps its status and loses its words; the operator gets them scrubbed', async () => {
    const { url, records } = await start({
      upstream: send(
        `<pre>${TRACE}</pre>`,
        { 'content-type': 'text/html', 'retry-after': '7', 'x-debug': TRACE.slice(0, 10) },
        503,
      ),
    });
    const response = await fetch(url, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.has('x-debug')).toBe(false);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const page = await response.text();
    expect(page).toContain('0123456789AB');
    expect(page).not.toMatch(/srv|syntax|bob/u);
    expect(records[0]?.masked).toContain('/srv/shop/db.js:10:11) for [email]');
    expect(records[0]).toMatchObject({ status: 503, problem: 'application-error' });
  });

  test.each([
    ['JSON', 'application/json', JSON.stringify({ error: TRACE })],
    ['HTML', 'text/html; charset=utf-8', `<h1>Oops</h1><pre>${TRACE}</pre>`],
    ['plain text', 'text/plain', TRACE],
  ])('a 200 in %s with a trace becomes a clean 500', async (_why, type, body) => {
    for (const coding of ['identity', 'gzip']) {
      const bytes = coding === 'gzip' ? gzipSync(body) : Buffer.from(body);
      const { url, records } = await start({ upstream: send(bytes, { 'content-type': type, 'content-encoding': coding }) });
      const response = await fetch(url);
      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({ code: 'application-error', status: 500 });
      expect(records[0]?.reason).toMatch(/^leak-(?:stack|sql)-/u);
      if (coding === 'identity') await stand.close();
    }
  });

  test('its twins pass byte for byte: data, articles, attachments, script', async () => {
    const twins: readonly (readonly [string, string, string?])[] = [
      ['application/json', '{"message":"no such luck at line 5"}'],
      ['text/html', '<p>You see <code>at load (/srv/db.js:10:11)</code> in the log.</p>'],
      ['text/plain', TRACE, 'attachment; filename=trace.txt'],
      ['text/javascript', `// ${TRACE}`],
      ['text/csv', TRACE],
    ];
    const upstream: RequestListener = (incoming, outgoing) => {
      const [type, body, disposition] = twins[Number(incoming.url?.slice(1))]!;
      outgoing
        .writeHead(200, { 'content-type': type, ...(disposition === undefined ? {} : { 'content-disposition': disposition }) })
        .end(body);
    };
    const { url } = await start({ upstream });
    for (const [index, [, body]] of twins.entries()) {
      const response = await fetch(`${url}/${index}`);
      expect([response.status, await response.text()]).toEqual([200, body]);
    }
  });

  test('maskErrors off leaves errors to the application', async () => {
    const { url } = await start({
      upstream: send(TRACE, { 'content-type': 'text/plain' }, 500),
      application: { maskErrors: false },
    });
    expect(await (await fetch(url)).text()).toBe(TRACE);
  });
});

describe('streaming', () => {
  test('events are not held, not even the header', async () => {
    let push: (text: string) => void = () => undefined;
    const { url } = await start({
      upstream: (_incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
        outgoing.flushHeaders();
        push = (text) => outgoing.write(text);
      },
    });
    const response = await fetch(url);
    const reader = response.body!.getReader();
    push('data: 1\n\n');
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('data: 1\n\n');
    await reader.cancel();
  });

  test('a page that pauses arrives in pieces', async () => {
    let finish: () => void = () => undefined;
    const { url } = await start({
      upstream: (_incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-type': 'text/html' });
        outgoing.write('<p>early</p>');
        finish = () => outgoing.end('<p>late</p>');
      },
    });
    const reader = (await fetch(url)).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('<p>early</p>');
    finish();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('<p>late</p>');
  });

  test.each(['text/html', 'application/json', 'image/png'])(
    'an upstream that breaks off in %s cuts the client off',
    async (type) => {
      const { url, records } = await start({
        upstream: (_incoming, outgoing) => {
          outgoing.writeHead(200, { 'content-type': type, 'content-length': '1000000' });
          outgoing.write(Buffer.alloc(200_000, 32));
          setTimeout(() => outgoing.destroy(), 50);
        },
      });
      await expect(fetch(url).then((response) => response.arrayBuffer())).rejects.toThrow();
      expect(records[0]?.outcome).toBe('failed');
    },
  );

  test('an upstream that breaks off before anything went out gives 502', async () => {
    const { url } = await start({
      upstream: (_incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-type': 'text/html' });
        outgoing.write('<p>');
        setTimeout(() => outgoing.destroy(), 50);
      },
    });
    expect((await fetch(url)).status).toBe(502);
  });

  test.each(['text/html', 'image/png'])('a client that leaves in the middle of %s ends the upstream too', async (type) => {
    const { url, cut } = await start({
      upstream: (_incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-type': type });
        const feed = (): void => {
          while (!outgoing.destroyed && outgoing.write(Buffer.alloc(65_536, 32)));
        };
        outgoing.on('drain', feed);
        feed();
      },
    });
    const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    await expect.poll(() => cut.count, { timeout: 15_000 }).toBe(1);
  });

  test.each(['HTTP/1.1', 'HTTP/2'])('a client that left before the answer came ends the upstream over %s', async (protocol) => {
    let answer: () => void = () => undefined;
    const upstream: RequestListener = (_incoming, outgoing) => {
      answer = () => outgoing.writeHead(200, { 'content-type': 'text/html' }).write('<p>');
    };
    const { url, url2, cut, records } = await start({ upstream });
    if (protocol === 'HTTP/2') {
      const client = connect(url2);
      const stream = client.request({ ':path': '/' });
      stream.on('error', () => undefined);
      await expect.poll(() => records.length).toBe(1);
      stream.close(8);
      await once(stream, 'close');
      client.destroy();
    } else {
      const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await expect.poll(() => records.length).toBe(1);
      socket.destroy();
    }
    await sleep(100);
    answer();
    await expect.poll(() => cut.count, { timeout: 15_000 }).toBe(1);
    expect(records[0]?.reason).toBe('client-gone');
  });

  test('a slow reader slows the upstream instead of filling memory', async () => {
    let sent = 0;
    const { url } = await start({
      upstream: (_incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-type': 'text/html' });
        const feed = (): void => {
          while (sent < 200_000_000 && outgoing.write(Buffer.alloc(65_536, 32))) sent += 65_536;
        };
        outgoing.on('drain', feed);
        feed();
      },
    });
    const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'readable');
    await sleep(1500);
    expect(sent).toBeLessThan(40_000_000);
    socket.destroy();
  });
});

describe('HTTP/2', () => {
  test('pages, refusals and cookies go out the same way', async () => {
    const upstream: RequestListener = (incoming, outgoing) => {
      if (incoming.url === '/broken') outgoing.writeHead(500).end(TRACE);
      else
        outgoing
          .writeHead(200, { 'content-type': 'text/html', 'set-cookie': ['a=1', 'b=2'] })
          .end(PAGE + '<p>tea</p>'.repeat(20_000));
    };
    const { url2 } = await start({ upstream, application: enforcing });
    const client = connect(url2);
    const get = async (path: string): Promise<{ headers: Record<string, unknown>; body: string }> => {
      const stream = client.request({ ':path': path });
      // The first argument of `response` is the header block.
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return { headers, body: Buffer.concat(chunks).toString('utf8') };
    };
    const page = await get('/');
    expect(page.headers['set-cookie']).toHaveLength(2);
    expect(page.body).toContain('<script nonce="');
    expect(page.body).toHaveLength(page.body.lastIndexOf('</p>') + 4);
    const broken = await get('/broken');
    expect(broken.headers[':status']).toBe(500);
    expect(broken.headers['connection']).toBeUndefined();
    expect(broken.body).not.toContain('srv');
    client.destroy();
  });
});

describe('violation reports', () => {
  const post = (body: string, type: string): Promise<Response> =>
    fetch(`${stand.url}/.holdfast/csp-report`, { method: 'POST', body, headers: { 'content-type': type } });

  test('both formats are taken, cut and scrubbed', async () => {
    const { events } = await start({ upstream: send(PAGE) });
    const old = {
      'csp-report': {
        'violated-directive': "script-src-elem 'self'",
        'blocked-uri': 'inline',
        'document-uri': 'https://shop.hf.dev/u/bob@shop.example?q=secret',
        disposition: 'enforce',
        'script-sample': 'alert(document.cookie) '.repeat(9),
      },
    };
    expect((await post(JSON.stringify(old), 'application/csp-report')).status).toBe(204);
    const listed = [
      {
        type: 'csp-violation',
        body: {
          effectiveDirective: 'img-src',
          blockedURL: 'https://evil.test/p?data=1',
          documentURL: 'https://shop.hf.dev/',
          disposition: 'report',
        },
      },
    ];
    expect((await post(JSON.stringify(listed), 'application/reports+json')).status).toBe(204);
    expect(events.map(({ payload }) => payload)).toEqual([
      {
        directive: 'script-src-elem',
        blocked: 'inline',
        document: '/u/[email]',
        sample: 'alert(document.cookie) alert(document.co',
        disposition: 'enforce',
      },
      { directive: 'img-src', blocked: 'https://evil.test', document: '/', sample: '', disposition: 'report' },
    ]);
  });

  test('nonsense, too much and other types are answered 204 and forgotten', async () => {
    const { events } = await start({ upstream: send(PAGE) });
    const one = { type: 'csp-violation', body: { effectiveDirective: 'img-src' } };
    for (const [body, type] of [
      ['{', 'application/csp-report'],
      ['null', 'application/csp-report'],
      ['{"csp-report":{"violated-directive":"<script>"}}', 'application/csp-report'],
      [JSON.stringify([one]), 'text/plain'],
      [JSON.stringify([one, 'x'.repeat(20_000)]), 'application/reports+json'],
    ] as const) {
      expect((await post(body, type)).status).toBe(204);
    }
    expect(events).toEqual([]);
    await post(JSON.stringify(Array.from({ length: 50 }, () => one)), 'application/reports+json');
    expect(events).toHaveLength(20);
  });
});

describe('refusals', () => {
  const refusedAs = async (headers: Record<string, string>): Promise<string> => {
    const { url } = await start({ upstream: send(PAGE), extraHeaders: [['x-a', '\0']] });
    const type = (await navigate(url, headers)).headers['content-type'] ?? '';
    await stand.close();
    return type.startsWith('text/html') ? 'page' : 'document';
  };

  test('browsers that navigate get a page, programs a problem document', async () => {
    const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    expect(await refusedAs({ accept: browser })).toBe('page');
    expect(await refusedAs({ accept: '*/*' })).toBe('document');
    expect(await refusedAs({ accept: 'application/json, text/html' })).toBe('document');
    expect(await refusedAs({ accept: browser, 'x-requested-with': 'XMLHttpRequest' })).toBe('document');
    await start({ upstream: send(PAGE) });
  });

  test('the page holds the request id, no script, and a policy that would let none run', async () => {
    const { url } = await start({ upstream: send(PAGE), extraHeaders: [['x-a', '\0']] });
    const { body: page, headers } = await navigate(url, { accept: 'text/html' });
    expect(page).toContain('<code>0123456789AB</code>');
    expect(page).not.toMatch(/<script|upstream-header|x-a/u);
    const style = inlineHashesOf(page);
    expect(style).toHaveLength(1);
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src '${style[0]}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers['cache-control']).toBe('no-store');
  });
});
