import type { AlertView, IndicatorView, IntelSourceView, LookupView } from '@holdfast/contract';
import { join } from 'node:path';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const LISTED = '198.51.100.7';
const INNOCENT = '192.0.2.7';
const SOON = { timeout: 15_000 };

/** Shares what its operators listed. */
let giver: HoldfastProcess;
let giving: AdminClient;
/** Reads it over TAXII. */
let taker: HoldfastProcess;
let taking: AdminClient;
let feeds: Server;
let bundle: string;

beforeAll(async () => {
  giver = await HoldfastProcess.start();
  giving = await createAdminClient(giver, ['intel:read', 'intel:write']);
  const token = await giver.cli<{ token: string }>('token', 'create', '--name', 'reader', '--permission', 'intel:read');
  const gate = {
    type: 'indicator',
    id: 'indicator--7d2b1c5e-0f4a-4d7e-9b3a-1a2b3c4d5e6f',
    modified: '2026-01-01T00:00:00Z',
    name: 'Gate of a stealer',
    confidence: 90,
    pattern: "[url:value LIKE '%/gate.php%' AND network-traffic:extensions.'http-request-ext'.request_method = 'get']",
    pattern_type: 'stix',
  };
  feeds = createServer(
    (_request, response) => void response.end(JSON.stringify({ type: 'bundle', id: 'bundle--1', objects: [gate] })),
  );
  await new Promise<void>((done) => void feeds.listen(0, '127.0.0.1', done));
  // A listening TCP server has one.
  bundle = `http://127.0.0.1:${(feeds.address() as AddressInfo).port}/bundle.json`;
  const trust = {
    NODE_EXTRA_CA_CERTS: join(giver.dataDir, 'tls/ca.crt'),
    INTEL_TAXII: token.data.token,
    INTEL_WRONG: 'hf_nobody',
  };
  taker = await HoldfastProcess.start({ env: { HOLDFAST_TRUSTED_HOPS: '1', ...trust } });
  taking = await createAdminClient(taker, ['intel:read', 'intel:write', 'alert:read']);
});
afterAll(async () => {
  giving[Symbol.dispose]();
  taking[Symbol.dispose]();
  await giver[Symbol.asyncDispose]();
  await taker[Symbol.asyncDispose]();
  feeds.closeAllConnections();
  feeds.close();
});

async function call<Body>(admin: AdminClient, [method, path]: readonly [string, string], body?: object): Promise<Body> {
  const { status, body: answered } = await admin.call(method, `/api/v1/intel${path}`, body);
  expect(status, JSON.stringify(answered)).toBeLessThan(300);
  // The routes answer by the schemas of the contract.
  return answered as Body;
}
const from = async (address: string, path = '/'): Promise<number> =>
  (await taker.fetch(path, { headers: { 'x-forwarded-for': address } })).status;

test('what one Holdfast lists is refused by another that reads it over TAXII', async () => {
  const own = { kind: 'address', value: '198.51.100.0/24', action: 'watch', reason: 'seen in an attack here' };
  await call<IndicatorView>(giving, ['POST', '/indicators'], own);
  await call(giving, ['POST', '/indicators'], {
    kind: 'host',
    value: '*.evil.example',
    action: 'watch',
    reason: 'sends victims',
  });

  expect(await from(LISTED)).toBe(200);
  const { port } = new URL(giver.admin);
  const source = { name: 'neighbour', format: 'taxii', url: `https://localhost:${port}/taxii2/`, collection: 'own' };
  const { id } = await call<IntelSourceView>(taking, ['POST', '/sources'], {
    ...source,
    credential: 'env:INTEL_TAXII',
    action: 'block',
  });
  expect(await call<IntelSourceView>(taking, ['POST', `/sources/${id}/refresh`])).toMatchObject({ entries: 2, trouble: null });
  await expect.poll(async () => from(LISTED), SOON).toBe(403);
  expect(await from(INNOCENT)).toBe(200);
  const found = await call<LookupView>(taking, ['GET', '/lookup?value=www.evil.example']);
  expect(found.matches).toMatchObject([{ sourceName: 'neighbour', value: '*.evil.example' }]);

  // The next reading brings what is new, and keeps what was there.
  await call(giving, ['POST', '/indicators'], { kind: 'address', value: '203.0.113.9', action: 'watch', reason: 'came later' });
  expect(await call<IntelSourceView>(taking, ['POST', `/sources/${id}/refresh`])).toMatchObject({ entries: 3, trouble: null });
  await expect.poll(async () => from('203.0.113.9'), SOON).toBe(403);
  expect(await from(LISTED)).toBe(403);
});

test('without the right token nothing is read, and what was there stays', async () => {
  const { port } = new URL(giver.admin);
  const wrong = {
    name: 'stranger',
    format: 'taxii',
    url: `https://localhost:${port}/taxii2/`,
    collection: 'own',
    credential: 'env:INTEL_WRONG',
  };
  const { id } = await call<IntelSourceView>(taking, ['POST', '/sources'], wrong);
  expect(await call<IntelSourceView>(taking, ['POST', `/sources/${id}/refresh`])).toMatchObject({
    entries: 0,
    trouble: 'It answered 401.',
  });
  expect(await from(INNOCENT)).toBe(200);
});

test('a pattern that says more than a value becomes an alert when a request is like it', async () => {
  const source = { name: 'bundle', format: 'stix', url: bundle };
  const { id } = await call<IntelSourceView>(taking, ['POST', '/sources'], source);
  expect(await call<IntelSourceView>(taking, ['POST', `/sources/${id}/refresh`])).toMatchObject({
    entries: 1,
    refused: 0,
    trouble: null,
  });
  const alerts = async (): Promise<readonly AlertView[]> => {
    const { body } = await taking.call('GET', '/api/v1/alerts');
    // The route answers by this schema.
    return (body as { items: readonly AlertView[] }).items.filter(({ detector }) => detector === 'intel.pattern');
  };
  await expect
    .poll(async () => {
      await from('192.0.2.50', '/gate.php?id=1');
      await from('192.0.2.60', '/gates?id=1');
      return (await alerts()).map(({ entity }) => entity.value);
    }, SOON)
    .toEqual(['192.0.2.50']);
});
