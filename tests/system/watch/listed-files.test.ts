import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertView, IndicatorView, Page, UploadView } from '@holdfast/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { startEchoUpstream, type EchoUpstream } from '../../support/echo-upstream.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { FORM, form, sha256 } from '../../support/upload-stand.ts';

const SOON = { timeout: 30_000, interval: 200 };
const LISTED = Buffer.from('minutes of a meeting that somebody else saw in an attack');
const TWIN = Buffer.from('minutes of a meeting that nobody has seen in an attack ..');

const folder = mkdtempSync(join(tmpdir(), 'hf-listed-'));
let echo: EchoUpstream;
let server: HoldfastProcess;
let admin: AdminClient;

beforeAll(async () => {
  echo = await startEchoUpstream();
  const config = join(folder, 'holdfast.yaml');
  const uploads = '{ action: block, types: [txt] }';
  writeFileSync(
    config,
    `applications:\n  - { id: shop, name: Shop, upstream: '${echo.url}', mode: enforce, uploads: ${uploads} }\n`,
  );
  const env = { HOLDFAST_TRUSTED_HOPS: '1' };
  server = await HoldfastProcess.start({ args: ['--config', config], dataDir: join(folder, 'data'), env });
  admin = await createAdminClient(server, ['intel:write', 'alert:read', 'upload:read']);
}, 120_000);
afterAll(async () => {
  admin[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
  await echo[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const send = (bytes: Buffer) =>
  server.fetch('/files', {
    method: 'POST',
    headers: { 'content-type': FORM, accept: 'application/json', 'x-forwarded-for': '198.51.100.7' },
    body: form([{ name: 'file', fileName: 'minutes.txt', type: 'text/plain', bytes }]),
  });
const read = async <Body>(path: string): Promise<Body> => (await admin.call('GET', `/api/v1${path}`)).body as Body;
const arrived = (bytes: Buffer): number => echo.seen.filter(({ body }) => body.includes(bytes.toString())).length;

it('a file whose SHA-256 is listed does not reach the application and says why; its twin passes, before and after', async () => {
  expect((await send(LISTED)).status).toBe(200);
  expect(arrived(LISTED)).toBe(1);
  const input = { kind: 'hash', value: sha256(LISTED), action: 'block', reason: 'seen in an attack' };
  const { status, body } = await admin.call('POST', '/api/v1/intel/indicators', input);
  expect(status).toBe(201);
  let first = await send(LISTED);
  const isRefused = async (): Promise<number> => {
    if (first.status === 200) first = await send(LISTED);
    return first.status;
  };
  await expect.poll(isRefused, SOON).toBe(422);
  const before = arrived(LISTED);
  const refused = await send(LISTED);
  expect(refused.status).toBe(422);
  expect(refused.body, 'who lists it stays here').not.toContain((body as IndicatorView).id);
  expect(arrived(LISTED)).toBe(before);
  expect((await send(TWIN)).status).toBe(200);
  expect(arrived(TWIN)).toBe(1);

  const explained = await server.cli('explain', String(first.headers['x-request-id']));
  expect(explained.stdout).toContain(`hash ${(body as IndicatorView).id} block`);
  const kept = async () => (await read<Page<UploadView>>('/uploads')).items.filter(({ hash }) => hash === sha256(LISTED));
  await expect.poll(async () => (await kept()).length, SOON).toBeGreaterThan(0);
  const alerts = async () => (await read<Page<AlertView>>('/alerts?detector=intel.hash')).items;
  await expect.poll(async () => (await alerts()).length, SOON).toBe(1);
  expect((await alerts())[0]).toMatchObject({ severity: 'high', entity: { kind: 'address', value: '198.51.100.7' } });

  await admin.call('DELETE', `/api/v1/intel/indicators/${(body as IndicatorView).id}`);
  // It was bad by the list alone: off the list it passes again, also where a copy of it is kept.
  await expect.poll(async () => (await send(LISTED)).status, SOON).toBe(200);
  expect(arrived(LISTED)).toBe(before + 1);
  expect((await send(TWIN)).status).toBe(200);
}, 120_000);
