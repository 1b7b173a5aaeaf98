import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Explanation, SchemaCoverage, SchemaImported, SchemaShares, SchemaVersion } from '@holdfast/contract';
import { FLAWS, performExchange } from '@holdfast/example-shop';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess, type Answer } from '../../support/holdfast-process.ts';
import { startTestApplication } from '../../support/test-application.ts';
import type { TestApplication } from '../../support/test-application.ts';

const folder = mkdtempSync(join(tmpdir(), 'hf-documents-'));
let application: TestApplication;
beforeAll(async () => {
  application = await startTestApplication();
});
afterAll(async () => {
  await application[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const JSON_TYPE = 'application/json';

/** A small API in 3.0, with a recursive schema, an alternative and what only answers hold. */
const DOCUMENT = `
openapi: 3.0.3
info: { title: orders, version: '1' }
servers: [{ url: 'https://api.example.test/v1' }]
paths:
  /orders/{id}:
    parameters:
      - { in: path, name: id, required: true, schema: { type: integer, minimum: 1 } }
    get:
      parameters:
        - { in: query, name: fields, explode: false, schema: { type: array, items: { type: string, enum: [name, total] } } }
    put:
      requestBody:
        required: true
        content:
          application/json: { schema: { $ref: '#/components/schemas/Order' } }
  /notes:
    post:
      x-holdfast-unknown: record
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: { type: object, required: [text], properties: { text: { type: string, maxLength: 80 } } }
components:
  schemas:
    Order:
      type: object
      required: [name, items]
      properties:
        id: { type: integer, readOnly: true }
        name: { type: string, minLength: 1, maxLength: 40 }
        note: { type: string, nullable: true }
        items: { type: array, maxItems: 50, items: { $ref: '#/components/schemas/Item' } }
    Item:
      type: object
      required: [sku, count]
      properties:
        sku: { type: string, pattern: '^[A-Z]{2}-\\d{3}$' }
        count: { type: integer, minimum: 1, maximum: 99 }
        parts: { type: array, items: { $ref: '#/components/schemas/Item' } }
`;

describe('a whole document in force, in two workers', () => {
  const file = join(folder, 'orders.yaml');
  let server: HoldfastProcess;
  beforeAll(async () => {
    writeFileSync(file, DOCUMENT);
    const args = ['--to', application.url, '--mode', 'enforce', '--workers', '2'];
    server = await HoldfastProcess.start({ dataDir: join(folder, 'data'), args });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const put = (order: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    server.fetch('/v1/orders/7', {
      method: 'PUT',
      headers: { 'content-type': JSON_TYPE, accept: JSON_TYPE, ...headers },
      body: typeof order === 'string' ? order : JSON.stringify(order),
    });
  const note = (body: string, headers: Record<string, string> = {}): Promise<Answer> =>
    server.fetch('/v1/notes', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
  const explained = async (answer: Answer): Promise<Explanation> =>
    (await server.cli<Explanation>('explain', String(answer.headers['x-request-id']))).data;
  const HONEST = { name: 'Ines', note: null, items: [{ sku: 'AB-123', count: 2, parts: [{ sku: 'CD-456', count: 1 }] }] };

  test('one that cannot be enforced is told with its places, and nothing is in force', async () => {
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, DOCUMENT.replace("'#/components/schemas/Order'", "'other.yaml#/Order'").replace('{2}', '(?=x)'));
    const told = await server.cli<SchemaImported>('schema', 'import', broken, '--app', 'app', '--yes');
    expect(told).toMatchObject({ code: 1, data: { fragment: null } });
    expect(told.data.faults.map(({ pointer }) => pointer)).toEqual([
      '/paths/~1orders~1{id}/put/requestBody/content/application~1json/schema/$ref',
    ]);
    expect((await put({})).status).toBe(200);
  });

  test('imported, it stands under the path of its servers and tells what it takes no notice of', async () => {
    const dry = await server.cli<SchemaImported>('schema', 'import', file, '--app', 'app', '--dry-run');
    expect(dry).toMatchObject({ code: 0, data: { operations: 3, faults: [] } });
    expect(dry.data.notes.map(({ detail }) => detail)).toEqual(['readOnly, so not taken in requests: id']);
    const taken = await server.cli<SchemaVersion>('schema', 'import', file, '--app', 'app', '--yes', '--reason', 'as released');
    expect(taken).toMatchObject({ code: 0, data: { version: 1, operations: 3 } });
    await expect.poll(async () => (await put({})).status, { timeout: 30_000 }).toBe(400);
  });

  test('honest requests pass in every worker', async () => {
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, () => put(HONEST)),
      put(HONEST, { 'content-type': 'application/json; charset=utf-8' }),
      server.fetch('/v1/orders/7?fields=name,total&utm_source=letter'),
      server.fetch('/v1/orders/7', { method: 'HEAD' }),
      server.fetch('/v1/orders/7', { method: 'OPTIONS' }),
      note('text=hello'),
      // What the document does not list passes unless it says otherwise; and this is told by the coverage.
      server.fetch('/other'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  test('a program is told where and why, and never the value; a person is told nothing', async () => {
    const order = { ...HONEST, isAdmin: true, id: 3, items: [{ sku: 'secret-4711', count: 0 }] };
    const answer = await put(order);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'schema-mismatch',
      errors: expect.arrayContaining([
        { pointer: '/items/0/sku', location: 'json', name: 'items.*.sku', reason: 'pattern' },
        { pointer: '/items/0/count', location: 'json', name: 'items.*.count', reason: 'range' },
        { pointer: '/isAdmin', location: 'json', name: 'isAdmin', reason: 'unknown' },
        { pointer: '/id', location: 'json', name: 'id', reason: 'unknown' },
      ]) as unknown,
    });
    expect(answer.body).not.toContain('4711');
    const page = await note(`text=${'x'.repeat(81)}`, { accept: 'text/html' });
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toMatch(/pointer|length|notes/u);
    const { reason, chain } = await explained(answer);
    expect(reason).toMatch(/^schema\./u);
    const told = chain.filter(({ step }) => step === 'schema').map(({ detail }) => detail);
    expect(told.join('\n')).toMatch(/pattern: json items\.\*\.sku \(.*components\/schemas\/Item\/properties\/sku\/pattern\)/u);
    expect(JSON.stringify(chain)).not.toContain('4711');
  });

  test('tricks with types, names and nesting end before a schema is asked, or at it', async () => {
    const text = JSON.stringify(HONEST);
    const answers = {
      otherType: await put(text, { 'content-type': 'text/plain' }),
      noType: await server.fetch('/v1/orders/7', { method: 'PUT', body: text }),
      form: await put('name=Ines&items=1', { 'content-type': 'application/x-www-form-urlencoded' }),
      twice: await put('{"name":"Ines","name":"Eve","items":[]}'),
      prototype: await put('{"name":"Ines","items":[],"__proto__":{"isAdmin":true}}'),
      deep: await put(`{"name":"Ines","items":${'['.repeat(5000)}${']'.repeat(5000)}}`),
      wide: await put(`{"name":"Ines","items":[${'0,'.repeat(20_000)}0]}`),
      number: await server.fetch('/v1/orders/7%20or%201'),
      list: await server.fetch('/v1/orders/7?fields=name,password'),
      other: await server.fetch('/v1/orders/7?debug=1'),
      method: await server.fetch('/v1/orders/7', { method: 'HEAD' }),
    };
    const statuses = Object.fromEntries(Object.entries(answers).map(([name, { status }]) => [name, status]));
    expect(statuses).toMatchObject({
      otherType: 415,
      form: 415,
      twice: 400,
      deep: 413,
      wide: 413,
      number: 400,
      list: 400,
      other: 400,
      method: 200,
    });
    expect([400, 403]).toContain(statuses['prototype']);
    expect(statuses['noType']).toBe(415);
  });

  test('names that are not listed are refused, recorded or passed as the operation says', async () => {
    const recorded = await note('text=hello&colour=red');
    expect(recorded.status).toBe(200);
    expect(await explained(recorded)).toMatchObject({ outcome: 'recorded', reason: 'schema.unknown' });
    expect((await note(`text=${'x'.repeat(81)}&colour=red`)).status).toBe(400);
  });

  test('an exception lets one field through', async () => {
    const order = { ...HONEST, items: [{ sku: 'AB-1234', count: 1 }] };
    expect((await put(order)).status).toBe(400);
    const place = [
      '--app',
      'app',
      '--method',
      'PUT',
      '--route',
      '/v1/orders/{}',
      '--location',
      'json',
      '--parameter',
      'items.*.sku',
    ];
    const added = await server.cli('exception', 'add', ...place, '--rule', 'schema.pattern', '--reason', 'new numbers');
    expect(added.code).toBe(0);
    await expect.poll(async () => (await put(order)).status, { timeout: 30_000 }).toBe(200);
    expect((await put({ ...order, name: '' })).status).toBe(400);
  });

  test('in monitor it records what it would refuse, and coverage tells which routes are listed', async () => {
    expect((await server.cli('app', 'mode', 'app', 'monitor', '--reason', 'trial')).code).toBe(0);
    await expect.poll(async () => (await put({})).status, { timeout: 30_000 }).toBe(200);
    expect(await explained(await put({ name: 'Ines' }))).toMatchObject({ outcome: 'recorded', reason: 'schema.missing' });
    const shown = async (): Promise<SchemaCoverage> => (await server.cli<SchemaCoverage>('schema', 'coverage', 'app')).data;
    await expect
      .poll(async () => (await shown()).violations.map(({ pointer, reason }) => `${pointer} ${reason}`), { timeout: 30_000 })
      .toContain('/items missing');
    const coverage = await shown();
    expect(coverage).toMatchObject({ kind: 'document', version: 1, mode: 'monitor' });
    expect(coverage.uncovered.map(({ method, route }) => `${method} ${route}`)).toContain('GET /other');
    expect(coverage.routes.covered).toBeGreaterThan(0);
    expect(coverage.routes.live).toBeGreaterThan(coverage.routes.covered);
    const { data } = await server.cli<SchemaShares>('schema', 'coverage');
    expect(data.items.map(({ application: id }) => id)).toEqual(['app']);
  });

  test('withdrawn, it is nothing any more', async () => {
    expect((await server.cli('app', 'mode', 'app', 'enforce', '--reason', 'over')).code).toBe(0);
    await expect.poll(async () => (await put({})).status, { timeout: 30_000 }).toBe(400);
    expect((await server.cli('schema', 'withdraw', 'app', '--yes')).code).toBe(0);
    await expect.poll(async () => (await put({})).status, { timeout: 30_000 }).toBe(200);
  });
});

describe('the document of the demo shop', () => {
  let server: HoldfastProcess;
  beforeAll(async () => {
    server = await HoldfastProcess.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('takes every honest exchange of the shop in enforce mode, and nothing else', async () => {
    const taken = await server.cli<SchemaVersion>(
      'schema',
      'import',
      'examples/shop/openapi.yaml',
      '--app',
      'demo-shop',
      '--yes',
    );
    expect(taken.code).toBe(0);
    const headers = { accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate' };
    const send = (exchange: (typeof FLAWS)[number]['innocentTwin']) =>
      performExchange({ origin: server.https, exchange, ca: server.ca(), headers });
    const expectStatus = (target: string, status: number) =>
      expect
        .poll(async () => (await send({ method: 'GET', target, expect: { status } })).status, { timeout: 30_000 })
        .toBe(status);
    await expectStatus('/nothing-of-the-shop', 400);
    for (const { id, innocentTwin } of FLAWS) {
      const { status, headers: answered } = await send(innocentTwin);
      const requestId = String(answered['x-request-id']);
      const why = status === innocentTwin.expect.status ? null : (await server.cli<Explanation>('explain', requestId)).data.chain;
      expect({ id, status, why }).toEqual({ id, status: innocentTwin.expect.status, why: null });
    }
    await expectStatus('/products/0', 400);
    await expectStatus('/download?file=../private/x', 400);
  });
});
