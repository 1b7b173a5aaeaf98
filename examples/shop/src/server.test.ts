import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { FLAWS, performExchange, signInCookie, startShop, unmetParts } from './server.ts';
import type { Exchange, RunningShop } from './server.ts';
import { limits } from './limits.ts';

let shop: RunningShop;
beforeAll(async () => {
  shop = await startShop({ port: 0 });
});
afterAll(async () => {
  await shop.close();
});

async function visit(target: string, headers: Record<string, string> = {}, more: Partial<Exchange> = {}) {
  return await performExchange({
    origin: shop.url,
    exchange: { method: 'GET', target, headers, expect: { status: 200 }, ...more },
  });
}

describe('every planted flaw', () => {
  for (const flaw of FLAWS) {
    test(`${flaw.id}: the attack works on the bare shop`, async () => {
      const outcome = await performExchange({ origin: shop.url, exchange: flaw.attack });
      expect(unmetParts(outcome, flaw.attack.expect)).toEqual([]);
    });
    test(`${flaw.id}: the innocent twin works`, async () => {
      const outcome = await performExchange({ origin: shop.url, exchange: flaw.innocentTwin });
      expect(unmetParts(outcome, flaw.innocentTwin.expect)).toEqual([]);
    });
  }

  test('expects something the twin does not give, so a proof cannot come true by accident', async () => {
    // Here the twin's own answer has the flaw too: the defence shows in the answer or in who may ask.
    const sameAnswer = new Set(['banner', 'missing-headers', 'admin-flag', 'login-unlimited']);
    const fresh = await startShop({ port: 0 });
    for (const flaw of FLAWS.filter((each) => !sameAnswer.has(each.id))) {
      const outcome = await performExchange({ origin: fresh.url, exchange: flaw.innocentTwin });
      expect(unmetParts(outcome, flaw.attack.expect), flaw.id).not.toEqual([]);
    }
    await fresh.close();
  });

  test('is marked in the source where the table says, and no mark is missing from the table', () => {
    const root = import.meta.dirname;
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    const marks = files.flatMap((name) =>
      [...readFileSync(join(root, name), 'utf8').matchAll(/\/\/ FLAW ([a-z-]+): /g)].map(
        (match) => `${match[1]} ${name.replaceAll('\\', '/')}`,
      ),
    );
    expect(marks.sort()).toEqual(FLAWS.map((flaw) => `${flaw.id} ${flaw.place}`).sort());
  });

  test('is listed on the about page, which every page links to', async () => {
    const about = await visit('/about-this-shop');
    for (const flaw of FLAWS) expect(about.text).toContain(`id="flaw-${flaw.id}"`);
    expect(about.text).toContain('Never expose');
    for (const path of [
      '/',
      '/search?q=tea',
      '/products/1',
      '/login',
      '/downloads',
      '/tools',
      '/upload',
      '/no-such-page',
      '/broken',
    ]) {
      expect((await visit(path)).text, path).toContain('href="/about-this-shop"');
    }
  });
});

describe('the fence', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'shop.example', '', '127.0.0.1.attacker.example', '::ffff:192.0.2.1']) {
    test(`refuses to listen on "${host}"`, async () => {
      await expect(startShop({ port: 0, host })).rejects.toMatchObject({ code: 'host-not-loopback' });
    });
  }
  test('listens on localhost and on other loopback addresses', async () => {
    for (const [host, url] of [
      ['localhost', /^http:\/\/127\.0\.0\.1:\d+$/],
      ['::ffff:127.0.0.1', /^http:\/\/\[::ffff:127\.0\.0\.1\]:\d+$/],
    ] as const) {
      const local = await startShop({ port: 0, host });
      expect(local.url).toMatch(url);
      await local.close();
    }
  });
  test('answers to reserved names and to names it was given, not to a name that an attacker could rebind', async () => {
    for (const host of ['localhost:3000', 'shop.localhost', 'app.test', 'www.example.com', '[::1]:3000']) {
      expect((await visit('/', { host })).status, host).toBe(200);
    }
    for (const host of ['attacker.com', 'notexample.com', '127.0.0.1.attacker.com']) {
      expect((await visit('/', { host })).status, host).toBe(421);
    }
    const named = await startShop({ port: 0, allowedHosts: ['Shop.Internal'] });
    const exchange = { method: 'GET', target: '/', headers: { host: 'shop.internal' }, expect: { status: 200 } } as const;
    expect((await performExchange({ origin: named.url, exchange })).status).toBe(200);
    await named.close();
  });
  test('refuses what another web site makes a browser send, but not a plain link', async () => {
    const crossSite = { 'sec-fetch-site': 'cross-site' };
    expect((await visit('/tools/ping?host=a', crossSite)).status).toBe(403);
    expect((await visit('/login', crossSite, { method: 'POST', body: '' })).status).toBe(403);
    expect((await visit('/products/1', crossSite)).status).toBe(200);
    expect((await visit('/tools/ping?host=a', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });
});

describe('pages', () => {
  test('are compressed only for clients that say they can read gzip', async () => {
    const plain = await fetch(shop.url, { headers: { 'accept-encoding': 'identity, gzip;q=0' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const zipped = await new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = [];
      const { hostname, port } = new URL(shop.url);
      const socket = connect(Number(port), hostname);
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br, gzip;q=0.5\r\nConnection: close\r\n\r\n');
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => resolve(Buffer.concat(chunks)));
      socket.on('error', reject);
    });
    const bodyAt = zipped.indexOf('\r\n\r\n') + 4;
    expect(zipped.subarray(0, bodyAt).toString()).toMatch(/content-encoding: gzip/i);
    expect(gunzipSync(zipped.subarray(bodyAt)).toString()).toBe(await plain.text());
  });

  test('work under a nonce policy: no inline handlers, style attributes or javascript: links', async () => {
    const fresh = await startShop({ port: 0 });
    const origin = fresh.url;
    const cookie = await signInCookie({ origin, exchange: FLAWS[0]!.attack }, 'admin'); // the table is never empty
    for (const target of [
      '/',
      '/search?q=tea',
      '/products/1',
      '/login',
      '/orders',
      '/downloads',
      '/tools/ping?host=a',
      '/upload',
    ]) {
      const { text } = await performExchange({
        origin,
        exchange: { method: 'GET', target, headers: { cookie }, expect: { status: 200 } },
      });
      expect(text, target).toMatch(/<html lang="en">/);
      expect(text, target).not.toMatch(/<[^>]+\s(on\w+|style)=|javascript:/i);
      expect(text, target).not.toMatch(/(src|href)="(https?:)?\/\//i);
    }
    await fresh.close();
  });

  test('escape what is not a planted flaw', async () => {
    const comment = new URLSearchParams({ author: '<b>x</b>', comment: 'fine' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { text } = await visit('/products/4/comments', headers, { method: 'POST', body: comment, readBack: '/products/4' });
    expect(text).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect((await visit('/no<script>')).text).not.toContain('no<script>');
  });

  test('refuse bad methods, unknown pages, odd targets and strangers', async () => {
    expect((await visit('/login', {}, { method: 'POST', target: '/search' })).status).toBe(405);
    expect((await visit('/constructor')).status).toBe(404);
    expect((await visit('/products/99')).status).toBe(404);
    expect((await visit('//attacker.example/')).status).toBe(400);
    expect((await visit('/api/orders/1')).status).toBe(401);
    expect((await visit('/admin/export')).status).toBe(403);
    expect((await visit('/static/..%2fserver.ts')).status).toBe(404);
    expect((await visit('/favicon.ico')).status).toBe(200);
  });
});

describe('limits', () => {
  test('a comment is cut and only the newest are kept', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ comment: 'x'.repeat(limits.commentCharsMax + 50) }).toString();
    const exchange = { method: 'POST', body, times: limits.commentsPerProductMax + 5, readBack: '/products/5' } as const;
    const { text } = await visit('/products/5/comments', headers, exchange);
    expect(text.match(/<article>/g)).toHaveLength(limits.commentsPerProductMax);
    expect(Math.max(...(text.match(/x+/g) ?? []).map((run) => run.length))).toBe(limits.commentCharsMax);
  });
  test('a body over the limit is refused, one under it is not', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const tooBig = `comment=${'x'.repeat(limits.formBytesMax)}`;
    expect((await visit('/products/5/comments', form, { method: 'POST', body: tooBig })).status).toBe(413);
    const multipart = { 'content-type': 'multipart/form-data; boundary=b' };
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="../../big.bin"\r\n\r\n';
    const body = `${head}${'y'.repeat(limits.bodyBytesMax - 1000)}\r\n--b--\r\n`;
    const stored = await visit('/upload', multipart, { method: 'POST', body, readBack: '/uploads/_.._big.bin' });
    expect(stored.status).toBe(200);
    expect(stored.text.length).toBeGreaterThan(limits.bodyBytesMax - 1000);
  });
  test('an injected endless query is refused by the database', async () => {
    const endless =
      "x' UNION SELECT n,n,n,n,n FROM (WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n FROM t) SELECT n FROM t)--";
    const query = new URLSearchParams({ category: endless }).toString();
    expect((await visit(`/api/products?${query}`)).text).toContain('not authorized');
  });
  test('malformed multipart bodies are refused, never a crash', async () => {
    for (const body of [
      '',
      '--b',
      '--b\r\n\r\n',
      '--b--',
      '--b\r\nContent-Disposition: form-data; filename="a"',
      'x'.repeat(4000),
    ]) {
      const { status } = await visit('/upload', { 'content-type': 'multipart/form-data; boundary=b' }, { method: 'POST', body });
      expect(status, JSON.stringify(body.slice(0, 40))).toBe(400);
    }
    expect((await visit('/upload', { 'content-type': 'text/plain' }, { method: 'POST', body: 'x' })).status).toBe(415);
  });
});

describe('live parts', () => {
  function openTicker(): WebSocket {
    return new WebSocket(`${shop.url.replace('http', 'ws')}/ws/ticker`);
  }

  test('the ticker sends prices and echoes text of any length class', async () => {
    const socket = openTicker();
    const texts = ['tea', 'ü'.repeat(100), 'x'.repeat(4000)];
    const seen: { kind: string; text?: string }[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.on('open', () => texts.forEach((text) => socket.send(text)));
      socket.on('error', reject);
      socket.on('message', (data: Buffer) => {
        seen.push(JSON.parse(data.toString('utf8')) as { kind: string; text?: string }); // the shop's own format
        if (seen.filter((message) => message.kind === 'echo').length === texts.length) resolve();
      });
    });
    expect(seen.some((message) => message.kind === 'tick')).toBe(true);
    expect(seen.filter((message) => message.kind === 'echo').map((message) => message.text)).toEqual(texts);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close(1000);
    expect(await closed).toBe(1000);
  });

  test('the ticker closes on messages that are too big or binary', async () => {
    for (const [message, code] of [
      ['x'.repeat(limits.framePayloadBytesMax + 1), 1009],
      [Buffer.from([1, 2]), 1003],
    ] as const) {
      const socket = openTicker();
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.once('open', () => socket.send(message));
      expect(await closed).toBe(code);
    }
  });

  test('a socket elsewhere or from a foreign host name is refused', async () => {
    const refusal = async (path: string, host: string) =>
      await new Promise((resolve) => {
        const socket = new WebSocket(shop.url.replace('http', 'ws') + path, { headers: { host } });
        socket.once('error', (error) => resolve(error.message));
      });
    expect(await refusal('/ws/other', 'localhost')).toContain('404');
    expect(await refusal('/ws/ticker', 'attacker.com')).toContain('421');
  });

  test('the notice stream speaks text/event-stream and continues from the last id', async () => {
    const stop = new AbortController();
    const response = await fetch(`${shop.url}/events`, { signal: stop.signal, headers: { 'last-event-id': '41' } });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const first = await response.body!.getReader().read(); // a 200 answer has a body
    expect(new TextDecoder().decode(first.value)).toMatch(/^id: 42\nevent: notice\ndata: \{"text":".+"\}\n\n/);
    stop.abort();
  });
});

describe('closing', () => {
  let temporary: string;
  beforeAll(() => {
    temporary = mkdtempSync(join(tmpdir(), 'shop-test-'));
    vi.stubEnv('TMPDIR', temporary);
    vi.stubEnv('TEMP', temporary);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(temporary, { recursive: true, force: true });
  });

  test('ends live connections, frees the port and removes the temporary folder', async () => {
    const parent = await startShop({ port: 0 });
    expect(readdirSync(temporary)).toHaveLength(1);
    const socket = new WebSocket(`${parent.url.replace('http', 'ws')}/ws/ticker`);
    await new Promise((resolve) => socket.once('open', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await parent.close();
    expect(await ended).toBe(1006);
    expect(readdirSync(temporary)).toHaveLength(0);
    await expect(fetch(parent.url)).rejects.toThrow('fetch failed');
  });

  test('keeps a data directory that it was given', async () => {
    const dataDir = join(temporary, 'kept');
    const parent = await startShop({ port: 0, dataDir });
    await parent.close();
    expect(readdirSync(dataDir).sort()).toEqual(['docs', 'private', 'uploads']);
  });
});

describe('the command line', () => {
  const start = (...flags: string[]) =>
    spawn(process.execPath, ['--conditions=@holdfast/source', join(import.meta.dirname, 'server.ts'), ...flags]);

  test('prints the address and ends cleanly on SIGTERM', async () => {
    const child = start('--port', '0');
    const [line] = (await once(child.stdout, 'data')) as [Buffer]; // stdout without an encoding yields Buffers
    expect((await fetch(line.toString('utf8').trim())).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
  test('exits with 5 for a host others could reach and with 2 for unknown flags', async () => {
    expect(await once(start('--port', '0', '--host', '0.0.0.0'), 'exit')).toEqual([5, null]);
    expect(await once(start('--prot', '0'), 'exit')).toEqual([2, null]);
    expect(await once(start('--port', '70000'), 'exit')).toEqual([2, null]);
  });
});
