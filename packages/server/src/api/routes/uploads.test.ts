import { applicationSchema, type Permission } from '@holdfast/contract';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApplications } from '../../domains/applications/index.ts';
import { type Identity } from '../../domains/identity/index.ts';
import { createUploads, type Protection, type Uploads } from '../../domains/protection/index.ts';
import { openKeyring } from '../../platform/keyring/keyring.ts';
import { silentLog } from '../../platform/log.ts';
import { writeSealedFile } from '../../platform/sealed-file.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import type { Api } from '../route.ts';
import { createTestApi } from '../test-api.ts';

const operator = { kind: 'operator' as const, ref: 'host:0' };
const AT = '/api/v1/uploads';
const CONTENT = Buffer.from('<html><script>a page that must never be one</script></html>');
const HASH = createHash('sha256').update(CONTENT).digest('hex');
let platform: TestPlatform;
let identity: Identity;
let protection: Protection;
let uploads: Uploads;
let api: Api;
let id = '';

beforeAll(async () => {
  platform = await openTestPlatform();
  for (const name of ['keys', 'quarantine']) await mkdir(join(platform.dataDir, name), { recursive: true });
  const keyring = await openKeyring({ dataDir: platform.dataDir });
  const applications = createApplications(platform);
  await applications.create(applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }), {
    actor: operator,
  });
  uploads = createUploads({
    ...platform,
    keyring,
    applications,
    log: silentLog,
    node: 'test',
    bytesMax: 1_000_000,
    retentionDays: 30,
    scanner: {
      scan: async () => [{ scanner: 'yara', verdict: 'clean', detail: '', version: '1' }],
      health: async () => [{ scanner: 'yara', state: 'up', version: '1', detail: '3 rules' }],
      pictures: async () => ({ state: 'up', version: '1', detail: '' }),
    },
  });
  ({ identity, protection, api } = createTestApi(platform, { applications, uploads }));
  id = await keepOne();
}, 60_000);
afterAll(async () => {
  await uploads[Symbol.asyncDispose]();
  await protection[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

async function keepOne(): Promise<string> {
  const file = { hash: HASH, bytes: CONTENT.length, name: 'page.html', declaredType: 'text/html', foundType: 'html', field: 'f' };
  const answer = await uploads.answer({
    kind: 'upload-keep',
    application: 'shop',
    requestId: 'abcdefghijkl',
    method: 'POST',
    path: '/',
    address: '192.0.2.1',
    person: null,
    cause: 'policy',
    file: { ...file, findings: [{ code: 'active-html', place: 'file', detail: 'a script' }], scans: [] },
    at: platform.clock.now(),
  });
  if (answer.kind !== 'upload-keep' || answer.keep === null) throw new Error('nothing was kept');
  const { id: kept, path, key } = answer.keep;
  async function* bytes(): AsyncGenerator<Buffer> {
    yield CONTENT;
  }
  await writeSealedFile({ id: kept, path, key: Buffer.from(key, 'base64') }, bytes());
  await uploads.answer({ kind: 'upload-stored', id: kept, stored: true });
  return kept;
}

async function send(permissions: readonly Permission[], method: string, path: string, body?: unknown): Promise<Response> {
  const { token } = await identity.createToken({ name: 'test', permissions: [...permissions], days: 1 }, operator);
  const headers = { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return api.request(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}
async function call(permissions: readonly Permission[], method: string, path: string, body?: unknown) {
  const answer = await send(permissions, method, path, body);
  const text = await answer.text();
  // Every answer of these routes is a JSON object, or nothing.
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

it('is listed and shown to those who may read', async () => {
  expect((await call(['upload:read'], 'GET', AT)).body).toMatchObject({ items: [{ id, name: 'page.html', state: 'held' }] });
  expect((await call(['upload:read'], 'GET', `${AT}?state=infected`)).body).toEqual({ items: [], next: null });
  expect((await call(['upload:read'], 'GET', `${AT}/${id}`)).body).toMatchObject({ id, address: '192.0.2.1' });
  expect((await call(['upload:read'], 'GET', `${AT}/status`)).body).toMatchObject({ kept: [{ state: 'held', files: 1 }] });
  expect((await call(['upload:read'], 'GET', `${AT}/01J00000000000000000000000`)).status).toBe(404);
  expect((await call(['ban:read'], 'GET', AT)).status).toBe(403);
});

it('is released, deleted, downloaded and blocked by those who may alone, and with a reason', async () => {
  const may: [Permission, string, unknown][] = [
    ['upload:release', `${AT}/${id}/release`, { reason: 'a test' }],
    ['upload:release', `${AT}/${id}/download`, undefined],
    ['upload:write', `${AT}/${id}/delete`, { reason: 'a test' }],
    ['upload:write', `${AT}/blocks`, { hash: HASH, reason: 'a test' }],
    ['upload:write', `${AT}/rescan`, {}],
    ['upload:release', `${AT}/blocks/${HASH}/remove`, { reason: 'a test' }],
  ];
  for (const [permission, path, body] of may) {
    const others = (['upload:read', 'upload:write', 'upload:release'] as const).filter((other) => other !== permission);
    expect(await call(others, 'POST', path, body), path).toMatchObject({ status: 403, body: { code: 'permission-missing' } });
  }
  expect((await call(['upload:release'], 'POST', `${AT}/${id}/release`, {})).status).toBe(400);
  expect((await call(['upload:read'], 'GET', `${AT}/${id}`)).body).toMatchObject({ state: 'held' });
});

it('is given as an archive that no browser opens, after it was recorded', async () => {
  platform.recorded.length = 0;
  const answer = await send(['upload:release'], 'POST', `${AT}/${id}/download`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${id}.zip"`,
    'content-length': String(bytes.length),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  });
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
  expect(bytes.includes('<script>')).toBe(false);
  expect(platform.recorded.map(({ type }) => type)).toContain('upload.downloaded');
});

it('goes from held to released to deleted, and its hash onto a list and off it', async () => {
  const reason = { reason: 'page of our own' };
  expect((await call(['upload:release'], 'POST', `${AT}/${id}/release`, reason)).body).toMatchObject({ state: 'released' });
  expect((await call(['upload:write'], 'POST', `${AT}/blocks`, { hash: HASH, ...reason })).status).toBe(204);
  expect(await call(['upload:release'], 'POST', `${AT}/${id}/release`, reason)).toMatchObject({
    status: 409,
    body: { code: 'upload-infected' },
  });
  expect((await call(['upload:read'], 'GET', `${AT}/blocks?q=${HASH.slice(0, 8)}`)).body).toMatchObject({
    items: [{ hash: HASH }],
  });
  expect((await call(['upload:release'], 'POST', `${AT}/blocks/${HASH}/remove`, reason)).status).toBe(204);
  const hashes = ['ab'.repeat(32), 'cd'.repeat(32)];
  const imported = await call(['upload:write'], 'POST', `${AT}/blocks/import`, { hashes, reason: 'a list' });
  expect(imported.body).toEqual({ added: 2, known: 0 });
  expect((await call(['upload:write'], 'POST', `${AT}/blocks/import`, { hashes: ['x'], reason: 'a list' })).status).toBe(400);
  expect((await call(['upload:write'], 'POST', `${AT}/${id}/delete`, reason)).status).toBe(204);
  expect(await call(['upload:release'], 'POST', `${AT}/${id}/download`)).toMatchObject({ body: { code: 'upload-unreadable' } });
});
