import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@holdfast/contract';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import {
  createPostgresCluster,
  POSTGRES_PASSWORD,
  postgresMissing,
  type PostgresCluster,
} from '../../support/postgres-cluster.ts';
import { sendRaw, type RawExchange } from '../../support/raw-client.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

/** Where something stands, what it is made of, and what a program says to itself when it fails. */
const INTERNAL =
  /\bat \S+:\d+|node:|\/node_modules\/|\/packages\/|\.ts\b|ECONN|EPIPE|ENOENT|kysely|SQLSTATE|\brelation "|\bselect\b.+\bfrom\b|SyntaxError|TypeError|in JSON at|Unexpected token|ZodError/iu;

let cluster: PostgresCluster;
let server: HoldfastProcess;
let token = '';
let port = 0;

const secrets = (): string[] => [POSTGRES_PASSWORD, server.dataDir, process.cwd(), token];
/** What an answer tells that nobody outside is to know. */
const told = (text: string): string[] => [
  ...secrets().filter((secret) => text.includes(secret)),
  ...(INTERNAL.exec(text) === null ? [] : [`${INTERNAL.exec(text)?.[0]} in ${text.slice(0, 400)}`]),
];

type Header = readonly [name: string, value: string];
const head = (line: string, headers: readonly Header[] = []): string =>
  `${[line, `host: localhost:${port}`, `authorization: Bearer ${token}`, 'connection: close', ...headers.map((pair) => pair.join(': '))].join('\r\n')}\r\n\r\n`;
const post = (
  body: Uint8Array | string,
  headers: readonly Header[] = [['content-type', 'application/json']],
  path = '/api/v1/bans',
) => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body);
  return Buffer.concat([
    Buffer.from(head(`POST ${path} HTTP/1.1`, [...headers, ['content-length', String(bytes.length)]])),
    bytes,
  ]);
};
/** A machine that is busy answers late: what was not answered at all is asked again. */
const TRIES_MAX = 10;
async function send(bytes: Uint8Array | string): Promise<RawExchange> {
  for (let tries = 1; ; tries += 1) {
    const exchange = await sendRaw({ port, bytes, tls: true, quietMs: 5000, answersMax: 1 });
    if (exchange.answers.length > 0 || exchange.isClosed || tries >= TRIES_MAX) return exchange;
  }
}

describe.skipIf(postgresMissing !== null)('the admin API tells nothing of itself', () => {
  beforeAll(async () => {
    cluster = await createPostgresCluster({ asksPasswords: true });
    server = await HoldfastProcess.start({ env: { HOLDFAST_DATABASE_URL: cluster.url, HOLDFAST_AUDIT__BALLAST_BYTES: '0' } });
    const created = await server.cli<{ token: string }>('token', 'create', '--name', 'sweep', '--permission', ...PERMISSIONS);
    expect(created.code, created.stderr + created.stdout).toBe(0);
    token = created.data.token;
    port = Number(new URL(server.admin).port);
  }, 300_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  test.each<[title: string, bytes: () => Uint8Array | string, status: readonly number[]]>([
    ['an address that is none', () => head('GET /api/v1/nothing/of/the/kind HTTP/1.1'), [404]],
    ['an address outside of the API', () => head('GET /.env HTTP/1.1'), [404]],
    ['an address that cannot be decoded', () => head('GET /api/v1/applications/%zz%ff HTTP/1.1'), [400, 404]],
    ['an address with a prototype', () => head('GET /api/v1/applications/__proto__ HTTP/1.1'), [400, 404]],
    ['a query with a prototype', () => head('GET /api/v1/bans?__proto__[limit]=1&limit=abc&limit=2 HTTP/1.1'), [400]],
    ['another method', () => head('PATCH /api/v1/bans HTTP/1.1'), [404, 405]],
    ['half a JSON document', () => post('{"prefix": "203.0.113.1", '), [400]],
    ['no UTF-8', () => post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])), [400]],
    ['another type', () => post('<a/>', [['content-type', 'application/xml']]), [400, 415]],
    ['a type that is none', () => post('{}', [['content-type', ';;;']]), [400, 415]],
    ['brackets without end', () => post('['.repeat(200_000)), [400]],
    ['members that mean something to a program', () => post('{"__proto__":{"prefix":"10.0.0.0/8"},"constructor":1}'), [400]],
    ['a body that is too large', () => post(Buffer.alloc(1_100_000, 0x20)), [413]],
    ['a head that is too large', () => head('GET /api/v1/bans HTTP/1.1', [['x-long', 'a'.repeat(40_000)]]), [400, 431]],
    ['a head that is none', () => 'GET /api/v1/bans HTTP/1.1\r\nhost localhost\r\n\r\n', [400]],
    [
      'a document with a fault in its YAML',
      () => post(JSON.stringify({ text: 'a: [1\nb: *x' }), undefined, '/api/v1/applications/nothing/schema/import'),
      [404],
    ],
  ])('%s', async (_title, bytes, statuses) => {
    const { answers, text } = await send(bytes());
    expect(told(text.replaceAll(token, ''))).toEqual([]);
    expect(statuses, text.slice(0, 300)).toContain(answers[0]?.status);
    const body = answers[0]?.body ?? '';
    // What the parser refuses has no body; everything else is a problem of the catalogue.
    if (body !== '')
      expect(JSON.parse(body)).toMatchObject({ code: expect.any(String) as string, request_id: expect.any(String) as string });
  });

  test('an upgrade that nobody serves is refused', async () => {
    const upgrade: readonly Header[] = [
      ['upgrade', 'websocket'],
      ['sec-websocket-version', '13'],
      ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ];
    const bytes = head('GET /api/v1/bans HTTP/1.1', upgrade).replace('connection: close', 'connection: upgrade');
    const { text } = await send(bytes);
    expect(text).not.toMatch(/^HTTP\/1\.1 101/u);
    expect(told(text)).toEqual([]);
  });

  test('without its database every address of the API answers, and none of them tells why', async () => {
    const described = await send(head('GET /api/openapi.json HTTP/1.1'));
    // The document of our own API.
    const { paths } = JSON.parse(described.answers[0]?.body ?? '{}') as { paths: Record<string, Record<string, unknown>> };
    const addresses = Object.entries(paths)
      .filter(([path, item]) => item['get'] !== undefined && !path.includes('stream'))
      .map(([path]) => path.replaceAll(/\{[^}]+\}/gu, 'demo-shop'));
    expect(addresses.length).toBeGreaterThan(50);
    await cluster.crash();
    const statuses = new Map<string, number>();
    for (const path of addresses) {
      const { answers, text } = await send(head(`GET ${path} HTTP/1.1`));
      const status = answers[0]?.status ?? 0;
      statuses.set(path, status);
      if (status !== 200) expect({ path, told: told(text) }).toEqual({ path, told: [] });
      // An operator who may read it is told where the data lies.
      else
        expect({ path, told: [POSTGRES_PASSWORD, token].filter((secret) => text.includes(secret)) }).toEqual({ path, told: [] });
    }
    expect([...statuses].filter(([, status]) => ![200, 204, 400, 404, 409, 503].includes(status))).toEqual([]);
    expect([...statuses.values()].filter((status) => status === 503).length).toBeGreaterThan(20);
    const change = await send(post('{"prefix":"203.0.113.9","reason":"a test"}'));
    expect(change.answers[0]?.status).toBe(503);
    expect(told(change.text)).toEqual([]);
    await cluster.start();
    const isBack = async (): Promise<number> => (await send(head('GET /api/v1/bans HTTP/1.1'))).answers[0]?.status ?? 0;
    await expect.poll(isBack, { timeout: 60_000 }).toBe(200);
  }, 300_000);
});
