import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SelfTestView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { VISITOR_PROBLEMS } from '../../../packages/contract/src/problems/visitors.ts';
import { HoldfastProcess, type Answer } from '../../support/holdfast-process.ts';
import { CANARIES, TELLING_HEADERS } from './frameworks.ts';

/** Everything in it is a canary: where it runs, what it is called, what it says. */
const SECRET = CANARIES.secret;
const OWN_PAGE =
  '<!doctype html><title>Sorry</title><style>p{margin:0}</style><h1>Our page</h1><p>{{request_id}} {{status}} {{title}}</p>';
const SCHEMA = `paths:
  /form:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: {type: object, additionalProperties: false, properties: {a: {type: integer, description: ${SECRET}}}}
`;
const POLICY = `@id("${SECRET}")\nforbid(principal, action, resource) when { context.path like "/forbidden*" };\n@id("rest")\npermit(principal, action, resource);\n`;

const folder = mkdtempSync(join(tmpdir(), 'hf-errors-'));
let upstream: Server;
let server: HoldfastProcess;

const raw = (path: string): string | null =>
  new Map([
    ['/no-http', `220 ${SECRET} ESMTP\r\n`],
    ['/bad-header', `HTTP/1.1 200 OK\r\nX A: ${SECRET}\r\n\r\n`],
    ['/large-header', `HTTP/1.1 200 OK\r\nX-A: ${SECRET.repeat(20_000)}\r\n\r\n`],
    ['/many-headers', `HTTP/1.1 200 OK\r\n${Array.from({ length: 400 }, (_, at) => `X-${at}: ${SECRET}\r\n`).join('')}\r\n`],
    ['/two-lengths', `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\n${SECRET}`],
    ['/breaks-off', `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000000\r\n\r\n<p>${SECRET}`],
  ]).get(path) ?? null;

async function startUpstream(): Promise<number> {
  upstream = createServer((incoming, outgoing) => {
    outgoing.on('error', () => undefined);
    const path = (incoming.url ?? '').split('?', 1)[0] ?? '';
    const bytes = raw(path);
    if (path === '/hang') return;
    if (path === '/reset') incoming.socket.resetAndDestroy();
    else if (bytes !== null) incoming.socket.end(bytes, 'latin1');
    else if (path === '/failure')
      outgoing.writeHead(503, { ...TELLING_HEADERS, 'retry-after': '7' }).end(`${SECRET} at ${CANARIES.path}`);
    else outgoing.writeHead(200, { ...TELLING_HEADERS, 'content-type': 'text/plain' }).end('tea');
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  // A TCP server that listens has an address object.
  return (upstream.address() as AddressInfo).port;
}

const app = (id: string, port: number, more: object): object => ({
  id,
  name: `${id} ${SECRET}`,
  hosts: [`${id}.test`],
  upstream: `http://127.0.0.1:${port}`,
  mode: 'enforce',
  ...more,
});

interface Provocation {
  readonly code: string;
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** People are led to where they can mend it. */
  readonly isPageElsewhere?: true;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** One way to meet each refusal that a visitor can meet by what they send, and each failure of an application. */
const PROVOCATIONS: readonly Provocation[] = [
  { code: 'request-ambiguous', path: '/a%2fb/%2e%2e/c' },
  { code: 'request-blocked', path: `/?q=${encodeURIComponent("1' UNION SELECT name, password FROM users--")}` },
  { code: 'schema-mismatch', path: '/form', method: 'POST', headers: FORM, body: 'a=x' },
  {
    code: 'content-type-refused',
    path: '/form',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  },
  { code: 'sign-in-required', host: 'door.test', isPageElsewhere: true },
  { code: 'access-denied', host: 'ruled.test', path: '/forbidden' },
  { code: 'proxy-unlisted', path: '/.holdfast/forward-auth/nginx' },
  { code: 'method-refused', method: 'TRACE' },
  { code: 'body-too-large', path: '/form', method: 'POST', headers: FORM, body: `a=${'1'.repeat(200_000)}` },
  { code: 'target-too-long', path: `/${'a'.repeat(9000)}` },
  {
    code: 'encoding-unsupported',
    path: '/form',
    method: 'POST',
    headers: { ...FORM, 'content-encoding': 'compress' },
    body: 'a=1',
  },
  { code: 'expectation-failed', method: 'POST', headers: { ...FORM, expect: 'tea' }, body: 'a=1' },
  { code: 'host-unknown', host: 'nobody.test' },
  { code: 'headers-too-large', headers: { 'x-long': 'a'.repeat(20_000) } },
  { code: 'not-found', path: '/.holdfast/none' },
  { code: 'application-error', path: '/failure' },
  { code: 'upstream-timeout', host: 'slow.test', path: '/hang' },
  { code: 'upstream-failed', host: 'dead.test' },
  ...['/reset', '/no-http', '/bad-header', '/large-header', '/many-headers', '/two-lengths', '/breaks-off'].map((path) => ({
    code: 'upstream-failed',
    path,
  })),
];

/** What depends on time, on other people or on what is broken within; `refusal.test.ts` writes every code there is. */
const ELSEWHERE = [
  'request-malformed',
  'cross-site-refused',
  'address-banned',
  'address-listed',
  'isolated',
  'origin-refused',
  'request-timeout',
  'length-required',
  'rate-limited',
  'sign-in-limited',
  'service-unavailable',
  'version-unsupported',
];

const INTERNALS = [
  ...Object.values(CANARIES),
  'undici',
  'ECONN',
  'UND_ERR',
  'HPE_',
  'node:',
  'at /',
  'socket hang up',
  'schema.',
  'sqli',
  'cedar',
];
const told = ({ headers, body }: Answer): string[] => {
  const text = JSON.stringify(headers) + body;
  return INTERNALS.filter((word) => text.includes(word));
};

beforeAll(async () => {
  const port = await startUpstream();
  const errors = { pages: { '4xx': OWN_PAGE, '5xx': OWN_PAGE }, jsonPaths: ['/api/'] };
  const config = {
    applications: [
      app('shop', port, { errors, body: { inspectBytesMax: 65_536, uploadBytesMax: 100_000 } }),
      app('plain', port, {}),
      app('door', port, { login: { mode: 'required', mfa: false } }),
      app('ruled', port, {}),
      app('dead', 9, {}),
      // Only what never answers is waited for briefly: a busy machine must not turn an answer into none.
      app('slow', port, { timeouts: { connectMs: 30_000, headersMs: 1000, bodyIdleMs: 30_000 } }),
    ],
  };
  const file = join(folder, 'holdfast.yaml');
  // JSON is YAML (YAML 1.2.2 §1.3).
  writeFileSync(file, JSON.stringify(config));
  server = await HoldfastProcess.start({ args: ['--config', file] });
  writeFileSync(join(folder, 'schema.yaml'), SCHEMA);
  writeFileSync(join(folder, 'rules.cedar'), POLICY);
  const ruled = await server.cli('policy', 'accept', 'ruled', '--file', join(folder, 'rules.cedar'), '--yes');
  expect(ruled.code, ruled.stderr + ruled.stdout).toBe(0);
  const accepted = await server.cli('schema', 'accept', 'shop', '--file', join(folder, 'schema.yaml'), '--yes');
  expect(accepted.code, accepted.stderr).toBe(0);
  const inForce = async (): Promise<number[]> => {
    const asked = PROVOCATIONS.filter(({ code }) => code === 'access-denied' || code === 'schema-mismatch');
    return Promise.all(asked.map(async (one) => (await provoke(one, 'application/json')).status));
  };
  await vi.waitFor(async () => expect(await inForce()).toEqual([400, 403]), { timeout: 30_000, interval: 200 });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  upstream.closeAllConnections();
  await new Promise((done) => upstream.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const provoke = (
  { host = 'shop.test', path = '/', method = 'GET', headers = {}, body }: Provocation,
  accept: string,
): Promise<Answer> =>
  server.fetch(path, { method, headers: { host, accept, ...headers }, ...(body === undefined ? {} : { body }) });

describe('whatever a visitor meets', () => {
  test.each(PROVOCATIONS)('$code at $host $path: a status, a number, nothing else', async (provocation) => {
    const { code } = provocation;
    const program = await provoke(provocation, 'application/json');
    expect(JSON.parse(program.body)).toMatchObject({ code, request_id: program.headers['x-request-id'] });
    expect(program.headers['content-type']).toBe('application/problem+json');
    const page = await provoke(provocation, 'text/html');
    expect([told(program), told(page)]).toEqual([[], []]);
    if (provocation.isPageElsewhere === true) {
      expect(page.headers['location']).toMatch(/^\/\.holdfast\/login/u);
      return;
    }
    expect(page.status).toBe(program.status);
    expect(page.body).toContain(String(page.headers['x-request-id']));
    expect(page.body).not.toMatch(/<script|\{\{/u);
  });

  test('every code that visitors can meet is provoked here or named as one that is not', () => {
    const codes = Object.keys(VISITOR_PROBLEMS).filter((code) => !code.startsWith('upload-'));
    const provoked = new Set(PROVOCATIONS.map(({ code }) => code));
    expect(codes.filter((code) => !provoked.has(code) && !ELSEWHERE.includes(code))).toEqual([]);
  });

  test('is told to the operator, with what was hidden', async () => {
    const answer = await provoke({ code: 'application-error', path: '/failure' }, 'text/html');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '7']);
    const explained = await server.cli('explain', String(answer.headers['x-request-id']));
    expect(JSON.stringify(explained.data)).toContain(CANARIES.path);
  });
});

const BLOCKED: Provocation = { code: 'request-blocked', path: '/?q=%3Cscript%3Ealert(1)%3C/script%3E' };

describe('pages of the operator', () => {
  test('are shown for their application only, and programs never see them', async () => {
    const own = await provoke(BLOCKED, 'text/html');
    expect(own.body).toContain('<h1>Our page</h1>');
    expect(own.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'self' 'sha256-/u);
    expect((await provoke({ ...BLOCKED, host: 'plain.test' }, 'text/html')).body).toContain('Request number');
    const api = await provoke({ ...BLOCKED, path: '/api/x?q=%3Cscript%3Ealert(1)%3C/script%3E' }, 'text/html');
    expect(api.headers['content-type']).toBe('application/problem+json');
  });

  test('are set and taken away by one command, and refused with a script in them', async () => {
    const file = join(folder, 'wait.html');
    const pageOf = async (): Promise<string> => (await provoke({ ...BLOCKED, host: 'plain.test' }, 'text/html')).body;
    writeFileSync(file, '<h1>Not like this</h1><p>{{request_id}}</p><script src="/x.js"></script>');
    const refused = await server.cli<{ code: string }>('app', 'error-page', 'plain', '403', file);
    expect([refused.data.code, JSON.stringify(refused.data).includes('<script>')]).toEqual(['input-invalid', true]);
    writeFileSync(file, '<h1>Not like this</h1><p>{{request_id}}</p>');
    expect((await server.cli('app', 'error-page', 'plain', '403', file)).code).toBe(0);
    await expect.poll(pageOf).toContain('<h1>Not like this</h1>');
    expect((await server.cli('app', 'error-page', 'plain', '403', '--default')).code).toBe(0);
    await expect.poll(pageOf).toContain('Request number');
    expect((await server.cli('app', 'error-page', 'plain', '200', file)).code).toBe(2);
    expect((await server.cli('app', 'error-page', 'plain', '403')).code).toBe(2);
  });
});

describe('holdfast test errors', () => {
  const probe = async (): Promise<boolean> => JSON.stringify((await server.cli('app', 'list')).data).includes('error-test');

  test('passes where errors are masked, and leaves nothing behind', async () => {
    const { code, data } = await server.cli<SelfTestView>('test', 'errors');
    expect(data.probes.filter(({ passed }) => !passed)).toEqual([]);
    expect([code, data.probes.length > 20]).toEqual([0, true]);
    expect(await probe()).toBe(false);
  });
});
