import { createServer, type Server } from 'node:http';
import { connect as connectH2 } from 'node:http2';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { seek, seekInFolder, type Canary } from '../../support/canaries.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { sendRaw } from '../../support/raw-client.ts';

/** The address is of the block for documentation (RFC 5737); the rest exists nowhere. */
const ADDRESS: Canary = { name: 'address', value: '203.0.113.177' };
const BANNED: Canary = { name: 'banned address', value: '198.51.100.177' };
const CANARIES: readonly Canary[] = [
  ADDRESS,
  { name: 'user agent', value: 'CanaryBrowser-7f3a91' },
  { name: 'e-mail', value: 'canary.7f3a91@example.org' },
  { name: 'name', value: 'Quetzalina-Canaria' },
  { name: 'password', value: 'Kanarienvogel-7f3a91!' },
  { name: 'session cookie', value: 'sess7f3a91canarycookie' },
  { name: 'bearer token', value: 'tok7f3a91canarybearer' },
  { name: 'path', value: 'users-of-7f3a91canary' },
];
const valueOf = (name: string): string => CANARIES.find((canary) => canary.name === name)?.value ?? '';
const [agent, email, name, password, cookie, bearer, path] = [
  'user agent',
  'e-mail',
  'name',
  'password',
  'session cookie',
  'bearer token',
  'path',
].map(valueOf);

const HEADERS: Record<string, string> = {
  'x-forwarded-for': ADDRESS.value,
  'user-agent': `${agent}/1.0`,
  cookie: `session=${cookie}; who=${email}`,
  authorization: `Bearer ${bearer}`,
  referer: `https://localhost/${path}?mail=${email}`,
  origin: `https://${path}.example.org`,
};
const QUERY = `name=${name}&mail=${encodeURIComponent(email ?? '')}&password=${encodeURIComponent(password ?? '')}`;
const SQLI = "1'%20UNION%20SELECT%20name,pass%20FROM%20users--%20";

/** An application that leaks: its errors and pages repeat what it was sent. */
function startLeakyApplication(): Promise<{ server: Server; url: string }> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const said = `${incoming.url} ${JSON.stringify(incoming.headers)} ${Buffer.concat(chunks).toString()}`;
      const where = incoming.url ?? '';
      if (where.includes('/reset')) return void incoming.socket.destroy();
      if (where.includes('/error')) {
        outgoing.writeHead(500, { 'content-type': 'text/html' });
        return void outgoing.end(
          `<pre>Error: duplicate key ${said}\n    at Object.query (/srv/app/db.js:10:5)\n    at run (/srv/app/x.js:1:1)</pre>`,
        );
      }
      outgoing.writeHead(200, { 'content-type': 'text/html', 'set-cookie': `session=${cookie}` });
      return void outgoing.end(`<!doctype html><script>let a = 1</script><p>${said.replaceAll('<', '&lt;')}</p>`);
    });
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('assertion: a TCP server has a port');
      done({ server, url: `http://127.0.0.1:${address.port}` });
    });
  });
}

describe('what belongs to a person', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-privacy-'));
  const dataDir = join(folder, 'data');
  let leaky: Awaited<ReturnType<typeof startLeakyApplication>>;
  let server: HoldfastProcess;
  let admin: AdminClient;
  let stdout = '';
  const answers: string[] = [];
  const ids: string[] = [];
  let searchId = '';

  beforeAll(async () => {
    leaky = await startLeakyApplication();
    server = await HoldfastProcess.start({
      args: ['--to', leaky.url, '--mode', 'enforce'],
      dataDir,
      env: { HOLDFAST_TRUSTED_HOPS: '1', HOLDFAST_LOG__LEVEL: 'debug', HOLDFAST_AUDIT__REQUESTS: 'all' },
    });
    server.child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    admin = await createAdminClient(server, ['event:read', 'audit:read', 'ban:write', 'system:read', 'exception:write']);
  });
  afterAll(async () => {
    admin[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    leaky.server.closeAllConnections();
    leaky.server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = async (target: string, options: Parameters<HoldfastProcess['fetch']>[1] = {}): Promise<number> => {
    const answer = await server.fetch(target, { ...options, headers: { ...HEADERS, ...options.headers } });
    ids.push(String(answer.headers['x-request-id']));
    // What Holdfast itself says; an answer of the application may repeat the question.
    if (answer.status !== 200) answers.push(answer.body);
    return answer.status;
  };
  const json = { 'content-type': 'application/json', accept: 'application/json' };

  test('is sent through every kind of route: served, blocked, refused, failed, reported', async () => {
    // The first page decides which path is kept as the example for its inline script.
    expect(await send(`/members/${email}?${QUERY}`)).toBe(200);
    expect(await send(`/members/${encodeURIComponent(email ?? '')}`)).toBe(200);
    expect(
      await send(`/${path}`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: QUERY }),
    ).toBe(200);
    expect(await send('/sign-in', { method: 'POST', headers: json, body: JSON.stringify({ name, email, password }) })).toBe(200);
    // Blocked in each place that is inspected.
    expect(await send(`/${path}?${QUERY}&id=${SQLI}${email}`)).toBe(403);
    expect(await send(`/search?id=${SQLI}${email}`)).toBe(403);
    searchId = ids.at(-1) ?? '';
    expect(await send(`/x?${password}=${SQLI}`, { headers: { accept: 'text/html' } })).toBe(403);
    expect(
      await send('/x', {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ [email ?? '']: decodeURIComponent(SQLI) + password }),
      }),
    ).toBe(403);
    expect(await send('/x', { headers: { cookie: `session=${cookie}' UNION SELECT a,b FROM users-- ` } })).toBeGreaterThan(0);
    const part = `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${email}.txt"\r\n\r\n${password}\r\n--b--\r\n`;
    expect(
      await send('/upload', { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: part }),
    ).toBe(200);
    expect(
      await send('/upload', {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
        body: part.slice(0, -9),
      }),
    ).toBeGreaterThanOrEqual(400);
    // Faults of the application.
    expect(await send(`/error/${email}?${QUERY}`)).toBe(500);
    expect(await send(`/reset/${email}`)).toBe(502);
    // Refused by the gate.
    expect(await send(`/a%2f${email}`)).toBe(400);
    expect(await send(`/${'x'.repeat(9000)}${email}`)).toBeGreaterThanOrEqual(400);
    expect(await send(`/${path}`, { method: 'TRACE' })).toBeGreaterThanOrEqual(400);
    expect(await send('/x', { method: 'POST', headers: { ...json, 'content-encoding': 'rot13' }, body: password ?? '' })).toBe(
      415,
    );
    const { port } = new URL(server.https);
    for (const raw of [
      `GET /${path} HTTP/1.1\r\nHost: ${email}\r\nX-Forwarded-For: ${ADDRESS.value}\r\n\r\n`,
      `GET /${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nUser-Agent: ${agent}\r\n\r\n${password}`,
      `${password} /${path} HTTP/9.9\r\n${email}: ${name}\r\n\r\n`,
    ]) {
      const { answers: got } = await sendRaw({ port: Number(port), bytes: raw, tls: true, answersMax: 1 });
      answers.push(...got.map(({ body }) => body));
    }
    // HTTP/2, and a WebSocket from elsewhere.
    const session = connectH2(server.https, { ca: server.ca() });
    const stream = session.request({ ...HEADERS, ':path': `/${path}?id=${SQLI}${email}`, x_bad: password });
    await new Promise<void>((done) =>
      stream
        .on('close', done)
        .on('error', () => undefined)
        .resume(),
    );
    session.close();
    expect(
      await send('/ws', {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      }),
    ).toBe(403);
  });

  test('is sent in violation reports and to the admin API too', async () => {
    const report = {
      'csp-report': {
        'document-uri': `https://localhost/${path}/${email}?${QUERY}`,
        'blocked-uri': `https://evil.example/${path}?${QUERY}`,
        'effective-directive': 'script-src-elem',
        'script-sample': `var mail = '${email}'`,
        referrer: `https://localhost/?${QUERY}`,
      },
    };
    expect(
      await send('/.holdfast/csp-report', {
        method: 'POST',
        headers: { 'content-type': 'application/csp-report' },
        body: JSON.stringify(report),
      }),
    ).toBe(204);
    const wrong = await fetchAdmin(server, `/api/v1/events?name=${name}&type=${email}`, `hf_${bearer}`);
    expect(wrong.status).toBe(401);
    answers.push(wrong.body);
    for (const [method, where, body] of [
      ['GET', `/api/v1/explain/${encodeURIComponent(email ?? '')}`],
      ['GET', `/api/v1/${path}?${QUERY}`],
      ['POST', '/api/v1/bans', { prefix: email, reason: password }],
      ['POST', '/api/v1/bans', { prefix: BANNED.value, reason: 'password guessing', forSeconds: 600 }],
    ] as const) {
      const { body: said } = await admin.call(method, where, body);
      if (body?.prefix !== BANNED.value) answers.push(JSON.stringify(said));
    }
    // The operator may read what the ledger holds about the person, as long as the key exists.
    const explained = await server.cli<{ request: { address: string } | null }>('explain', searchId);
    expect(explained.code).toBe(0);
    expect(explained.stdout).toContain(ADDRESS.value);
    expect((await server.cli('exception', 'add', '--from', searchId, '--reason', 'a test of privacy')).code).toBe(0);
    const tail = await server.cli<{ events: { subject: string | null }[] }>('audit', 'tail', '-n', '200');
    expect(tail.data.events.some(({ subject }) => subject === ADDRESS.value)).toBe(true);
  });

  test('is in no answer of Holdfast and in no metric', async () => {
    expect(answers.length).toBeGreaterThan(10);
    expect(answers.flatMap((body, at) => seek(Buffer.from(body), CANARIES, `answer ${at}: ${body.slice(0, 200)}`))).toEqual([]);
    const metrics = await fetchAdmin(server, '/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.body).toContain('holdfast_requests_total');
    expect(seek(Buffer.from(metrics.body), [...CANARIES, BANNED], 'metrics')).toEqual([]);
  });

  test('is in clear nowhere on the disk and in nothing that was printed, while running and after the stop', async () => {
    await expect
      .poll(async () => (await server.cli<{ events: unknown[] }>('audit', 'tail', '-n', '200')).data.events.length)
      .toBeGreaterThan(20);
    const running = seekInFolder(dataDir, CANARIES);
    expect(running.files).toBeGreaterThan(20);
    expect(running.sightings).toEqual([]);
    expect((await server.cli('audit', 'export', 'for-an-auditor')).code).toBe(0);
    expect(await server.kill('SIGTERM')).toBe(0);
    const stopped = seekInFolder(dataDir, CANARIES);
    expect(stopped.files).toBeGreaterThan(running.files);
    expect(stopped.sightings).toEqual([]);
    expect(seek(Buffer.from(server.stderr + stdout), [...CANARIES, BANNED], 'printed')).toEqual([]);
  });

  test('a banned address stands only where bans are enforced from: the policy tables, never the ledger or the log', () => {
    const { sightings } = seekInFolder(dataDir, [BANNED]);
    const places = sightings.map(({ place }) => place);
    expect(places.filter((place) => !place.startsWith('pgdata'))).toEqual([]);
    // The search itself works: here it must find something.
    expect(places.length).toBeGreaterThan(0);
    writeFileSync(join(folder, 'proof'), JSON.stringify({ mail: email }));
    expect(seekInFolder(folder, CANARIES).sightings).toContainEqual({ canary: 'e-mail', form: 'as it is', place: 'proof' });
  });
});

async function fetchAdmin(server: HoldfastProcess, path: string, token = ''): Promise<{ status: number; body: string }> {
  const { request } = await import('node:https');
  const { hostname, port } = new URL(server.admin);
  return new Promise((done, fail) => {
    const headers = { host: `localhost:${port}`, ...(token === '' ? {} : { authorization: `Bearer ${token}` }) };
    const outgoing = request(
      { host: hostname, port, path, headers, ca: server.ca(), servername: 'localhost', agent: false },
      (incoming) => {
        let body = '';
        incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
        incoming.on('end', () => done({ status: incoming.statusCode ?? 0, body }));
      },
    );
    outgoing.on('error', fail);
    outgoing.end();
  });
}
