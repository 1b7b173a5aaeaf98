import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Explanation, LearnedRoutes, SchemaCheck, SchemaProposal, SchemaStatus } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess, type Answer } from '../../support/holdfast-process.ts';
import { startTestApplication } from '../../support/test-application.ts';
import type { TestApplication } from '../../support/test-application.ts';

const HONEST = 120;
const AT_ONCE = 8;
/** Enough to tell words from numbers. A fast machine sends more in a second than a gateway learns from: visitors come again. */
const LEARNED_MIN = 324;
const LEARNED_WAIT_MS = 60_000;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const NAMES = ['Anne Miller', 'José Pérez', "Sean O'Hara", 'Zoë Nagy-Kiss'];

const folder = mkdtempSync(join(tmpdir(), 'hf-learning-'));
let application: TestApplication;
beforeAll(async () => {
  application = await startTestApplication();
});
afterAll(async () => {
  await application[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const list = (server: HoldfastProcess, index: number, page = String((index % 9) + 1)): Promise<Answer> =>
  server.fetch(`/list/${1000 + index}?page=${encodeURIComponent(page)}&sort=${index % 2 === 0 ? 'name' : 'price'}`);

function order(server: HoldfastProcess, change: Record<string, string> = {}): Promise<Answer> {
  const fields = { name: 'Ines Díaz', plate: 'AB1234', action: 'buy', ...change };
  return server.fetch('/order', { method: 'POST', headers: FORM, body: new URLSearchParams(fields).toString() });
}

const BOUNDARY = 'part-5d21';
function upload(server: HoldfastProcess, field: string, bytes: number): Promise<Answer> {
  const head = (disposition: string): string => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;
  const body = `${head('name="file"; filename="a.txt"')}${'x'.repeat(bytes)}\r\n${head(`name="${field}"`)}holiday\r\n--${BOUNDARY}--\r\n`;
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'content-length': String(body.length) };
  return server.fetch('/upload', { method: 'POST', headers, body });
}

/** Honest customers: a list with paging, an order form, an upload. */
async function visit(server: HoldfastProcess): Promise<void> {
  for (let start = 0; start < HONEST; start += AT_ONCE) {
    const round = Array.from({ length: AT_ONCE }, (_, index) => start + index);
    await Promise.all(round.map((index) => list(server, index)));
    await Promise.all(
      round.map((index) =>
        order(server, {
          name: NAMES[index % NAMES.length] ?? '',
          plate: `AB${1000 + index}`,
          action: index % 3 === 0 ? 'buy' : 'reserve',
        }),
      ),
    );
    await Promise.all(round.map(() => upload(server, 'album', 32)));
  }
}

const statusOf = async (server: HoldfastProcess): Promise<SchemaStatus> =>
  (await server.cli<SchemaStatus>('schema', 'status', 'app')).data;

async function visitUntilLearned(server: HoldfastProcess): Promise<void> {
  const visited = async (): Promise<number> => {
    await visit(server);
    return (await statusOf(server)).requests;
  };
  await expect.poll(visited, { timeout: LEARNED_WAIT_MS, interval: 2000 }).toBeGreaterThanOrEqual(LEARNED_MIN);
}

async function explained(server: HoldfastProcess, answer: Answer): Promise<Explanation> {
  return (await server.cli<Explanation>('explain', String(answer.headers['x-request-id']))).data;
}

describe('a schema learned by two workers', () => {
  const dataDir = join(folder, 'data');
  const file = join(folder, 'shop.yaml');
  const start = (): Promise<HoldfastProcess> =>
    HoldfastProcess.start({ dataDir, args: ['--to', application.url, '--mode', 'enforce', '--workers', '2'] });
  let server: HoldfastProcess;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('before anything was learned every question has a clear answer', async () => {
    expect(await statusOf(server)).toMatchObject({ requests: 0, learning: 'on', inForce: null, history: [] });
    const proposed = await server.cli<{ code: string }>('schema', 'propose', 'app');
    expect(proposed).toMatchObject({ code: 1, data: { code: 'schema-unlearned' } });
    expect((await server.cli<{ code: string }>('schema', 'withdraw', 'app', '--yes')).data.code).toBe('schema-missing');
    expect((await server.cli<LearnedRoutes>('app', 'routes', 'app')).data.items).toEqual([]);
  });

  test('is proposed from what both have seen, and enforces nothing by itself', async () => {
    // An attack that is blocked, and what the application itself refused, teach nothing.
    await list(server, 1, "1' OR '1'='1");
    await visitUntilLearned(server);
    const { data: routes } = await server.cli<LearnedRoutes>('app', 'routes', 'app');
    expect(routes.items.map(({ method, route, covered }) => `${method} ${route} ${covered}`).toSorted()).toEqual([
      'GET /list/{number} no',
      'POST /order no',
      'POST /upload no',
    ]);
    const { data } = await server.cli<SchemaProposal>('schema', 'propose', 'app');
    expect(JSON.stringify(data.fragment)).toContain('"enum":["buy","reserve"]');
    expect(JSON.stringify(data.fragment)).not.toContain('Miller');
    expect((await server.cli('schema', 'propose', 'app', '--out', file)).code).toBe(0);
    // From here on nothing that is sent changes what will be accepted.
    expect((await list(server, 1, '2/')).status).toBe(200);
  });

  test('a fragment that cannot be enforced is refused with the place', async () => {
    const broken = join(folder, 'broken.yaml');
    writeFileSync(
      broken,
      "paths:\n  /order:\n    post:\n      parameters:\n        - {in: query, name: q, schema: {pattern: '^(a+)+$'}}\n",
    );
    const checked = await server.cli<SchemaCheck>('schema', 'check', 'app', '--file', broken);
    expect(checked).toMatchObject({
      code: 1,
      data: { faults: [{ pointer: '/paths/~1order/post/parameters/0/schema/pattern' }] },
    });
    const accepted = await server.cli<{ code: string }>('schema', 'accept', 'app', '--file', broken, '--yes');
    expect(accepted).toMatchObject({ code: 3, data: { code: 'schema-invalid' } });
  });

  test('accepted, it refuses tampering in every worker and lets honest requests pass', async () => {
    expect(readFileSync(file, 'utf8')).toContain('/list/{number}:');
    const dry = await server.cli('schema', 'accept', 'app', '--file', file, '--dry-run');
    expect(dry.code).toBe(0);
    expect((await statusOf(server)).inForce).toBeNull();
    expect((await server.cli('schema', 'accept', 'app', '--file', file, '--yes', '--reason', 'seen enough')).code).toBe(0);
    await expect.poll(async () => (await list(server, 1, '2/')).status).toBe(400);
    const tampered = [
      ...(await Promise.all(Array.from({ length: AT_ONCE }, () => list(server, 1, '-1')))),
      await order(server, { isAdmin: 'true' }),
      await order(server, { plate: 'AB12|4' }),
      await order(server, { action: 'refund' }),
      await server.fetch('/order', { method: 'POST', headers: FORM, body: 'name=Anne' }),
      await server.fetch('/order', { method: 'DELETE' }),
      await upload(server, 'owner', 32),
      await upload(server, 'owner', 1_300_000),
    ];
    expect(tampered.map(({ status }) => status)).toEqual(tampered.map(() => 400));
    const honest = [
      ...(await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => list(server, index + 500, '44')))),
      await order(server, { name: 'Łukasz Świątek', plate: 'zz9999' }),
      await upload(server, 'album', 32),
      await upload(server, 'album', 1_300_000),
      await server.fetch('/about'),
      await server.fetch('/order', { method: 'OPTIONS' }),
    ];
    expect(honest.map(({ status }) => status)).toEqual(honest.map(() => 200));
    expect((await list(server, 1, "1' OR '1'='1")).status).toBe(403);
  });

  test('the answer tells a person nothing and a program which field, and explain tells the place; none tells the value', async () => {
    const answer = await order(server, { plate: 'secret-4711' });
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'schema-mismatch',
      errors: [{ pointer: '/plate', location: 'form', name: 'plate', reason: 'pattern' }],
    });
    expect(answer.body).not.toContain('4711');
    const headers = { ...FORM, accept: 'text/html' };
    const page = await server.fetch('/order', { method: 'POST', headers, body: 'name=Anne&plate=secret-4711&action=buy' });
    expect(page.status).toBe(400);
    expect(page.body).not.toMatch(/\bplate\b|4711|\bpattern\b/u);
    const { outcome, reason, request, chain } = await explained(server, answer);
    expect({ outcome, reason, problem: request.problem }).toEqual({
      outcome: 'refused',
      reason: 'schema.pattern',
      problem: 'schema-mismatch',
    });
    expect(chain.find(({ step }) => step === 'schema')?.detail).toMatch(/pattern: form plate \(\/paths\/~1order\/post\//u);
    expect(JSON.stringify(chain)).not.toContain('4711');
  });

  test('an exception takes one field out; break-glass takes all of it out', async () => {
    const place = ['--app', 'app', '--method', 'POST', '--route', '/order', '--location', 'form', '--parameter', 'plate'];
    expect((await server.cli('exception', 'add', ...place, '--rule', 'schema.pattern', '--reason', 'foreign plates')).code).toBe(
      0,
    );
    await expect.poll(async () => (await order(server, { plate: 'W-12345X' })).status).toBe(200);
    expect((await order(server, { isAdmin: 'true' })).status).toBe(400);
    expect((await server.cli('bypass', 'on', '--for', '1m', '--reason', 'incident', '--yes')).code).toBe(0);
    await expect.poll(async () => (await order(server, { isAdmin: 'true' })).status).toBe(200);
    expect((await server.cli('bypass', 'off', '--yes')).code).toBe(0);
    await expect.poll(async () => (await order(server, { isAdmin: 'true' })).status).toBe(400);
  });

  test('in monitor mode it records and passes on', async () => {
    expect((await server.cli('app', 'mode', 'app', 'monitor', '--reason', 'trial')).code).toBe(0);
    await expect.poll(async () => (await list(server, 1, '-1')).status).toBe(200);
    const { outcome, reason } = await explained(server, await list(server, 1, '-1'));
    expect({ outcome, reason }).toEqual({ outcome: 'recorded', reason: 'schema.range' });
    const honest = await explained(server, await list(server, 1, '7'));
    expect(honest.outcome).toBe('allowed');
    expect((await server.cli('app', 'mode', 'app', 'enforce', '--reason', 'trial is over')).code).toBe(0);
  });

  test('a restart keeps what was learned and what was accepted; withdrawing takes it back', async () => {
    const before = await statusOf(server);
    await server[Symbol.asyncDispose]();
    server = await start();
    const after = await statusOf(server);
    expect(after.inForce).toEqual(before.inForce);
    expect(after.requests).toBeGreaterThanOrEqual(before.requests);
    expect((await list(server, 1, '-1')).status).toBe(400);
    // A second version, then back to the first, then to none.
    expect((await server.cli('schema', 'accept', 'app', '--yes')).code).toBe(0);
    expect((await statusOf(server)).inForce?.version).toBe(2);
    const once = await server.cli<SchemaStatus>('schema', 'withdraw', 'app', '--yes', '--reason', 'not yet');
    expect(once.data.inForce?.version).toBe(1);
    expect((await server.cli<SchemaStatus>('schema', 'withdraw', 'app', '--all', '--yes')).data.inForce).toBeNull();
    await expect.poll(async () => (await list(server, 1, '-1')).status).toBe(200);
    const { data } = await server.cli('audit', 'tail', '--type', 'schema.withdrawn');
    expect(JSON.stringify(data)).toContain('"not yet"');
    expect(JSON.stringify((await server.cli('audit', 'tail', '--type', 'schema.accepted')).data)).toContain('"seen enough"');
  });
});
