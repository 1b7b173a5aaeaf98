import type { IntelStatus } from '@holdfast/contract';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAdminClient, type AdminClient } from '../../support/admin-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

/** What is damaged is looked for each ten seconds. */
const SOON = { timeout: 60_000, interval: 200 };
const LISTED = '198.51.100.7';
const INNOCENT = '192.0.2.7';
const NOBODY = 65_534;

const folder = mkdtempSync(join(tmpdir(), 'hf-damaged-'));
const intel = join(folder, 'data', 'intel');
let server: HoldfastProcess;
let admin: AdminClient;

async function start(): Promise<void> {
  const args = ['--workers', '1'];
  const env = { HOLDFAST_TRUSTED_HOPS: '1', HOLDFAST_AUDIT__BALLAST_BYTES: '0' };
  server = await HoldfastProcess.start({ args, dataDir: join(folder, 'data'), env });
  admin = await createAdminClient(server, ['intel:read', 'intel:write']);
}
async function stop(): Promise<void> {
  admin[Symbol.dispose]();
  await server.kill('SIGTERM');
}

beforeAll(async () => {
  await start();
}, 120_000);
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

const from = async (address: string): Promise<number> =>
  (await server.fetch('/', { headers: { 'x-forwarded-for': address } })).status;
const status = async (): Promise<IntelStatus> => (await admin.call('GET', '/api/v1/intel/status')).body as IntelStatus;
const tableFile = (): string => {
  const { digest } = JSON.parse(readFileSync(join(intel, 'table.json'), 'utf8')) as { digest: string };
  return join(intel, `table-${digest.slice(0, 32)}.bin`);
};
const tables = (): string[] => readdirSync(intel).filter((name) => name.endsWith('.bin'));

/** Both go on asking until that is done: how each of their requests was answered. */
async function answeredWhile(act: () => Promise<void>): Promise<{ listed: Set<number>; innocent: Set<number> }> {
  const seen = { listed: new Set<number>(), innocent: new Set<number>() };
  const ended = new AbortController();
  const asking = (async () => {
    while (!ended.signal.aborted) {
      seen.listed.add(await from(LISTED));
      seen.innocent.add(await from(INNOCENT));
      await pause(20);
    }
  })();
  try {
    await act();
  } finally {
    ended.abort();
    await asking;
  }
  return seen;
}
const UNMOVED = { listed: new Set([403]), innocent: new Set([200]) };

function flip(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(file, bytes);
}
test('a list is in force', async () => {
  const body = { kind: 'address', value: '198.51.100.0/24', action: 'block', reason: 'seen in an attack' };
  expect((await admin.call('POST', '/api/v1/intel/indicators', body)).status).toBe(201);
  await expect.poll(() => from(LISTED), SOON).toBe(403);
  expect(await from(INNOCENT)).toBe(200);
});

test('cut on the disk of a running one, it stays in force, is said and made anew', async () => {
  const { digest } = await status();
  const seen = await answeredWhile(async () => {
    truncateSync(tableFile(), 100);
    await expect.poll(async () => (await status()).digest, SOON).not.toBe(digest);
  });
  expect(seen).toEqual(UNMOVED);
  expect((await status()).refused).toMatchObject({ digest, detail: 'its file is not as it was written' });
  const { stdout } = await server.cli('audit', 'tail', '--type', 'intel.table-refused');
  expect(stdout).toContain(digest);
}, 240_000);

test('with a bit changed or the note of it gone while nothing runs, the first request finds another', async () => {
  for (const damage of [() => flip(tableFile()), () => writeFileSync(join(intel, 'table.json'), '{"digest":')]) {
    const { digest } = await status();
    await stop();
    damage();
    await start();
    expect([await from(LISTED), await from(INNOCENT)]).toEqual([403, 200]);
    expect((await status()).digest).not.toBe(digest);
  }
}, 240_000);

test('removed while it runs, another one is made; of somebody else it is read for as long as it can be', async () => {
  const { digest } = await status();
  const gone = await answeredWhile(async () => {
    for (const name of tables()) rmSync(join(intel, name));
    await expect.poll(async () => (await status()).digest, SOON).not.toBe(digest);
    await expect.poll(() => tables().length, SOON).toBeGreaterThan(0);
  });
  expect(gone).toEqual(UNMOVED);

  const file = tableFile();
  const before = await status();
  const owned = await answeredWhile(async () => {
    chmodSync(file, 0);
    if (process.getuid?.() === 0) chownSync(file, NOBODY, NOBODY);
    // A further change takes a turn after which it was looked at.
    const body = { kind: 'address', value: '203.0.113.9', action: 'block', reason: 'seen in an attack' };
    expect((await admin.call('POST', '/api/v1/intel/indicators', body)).status).toBe(201);
    await expect.poll(() => from('203.0.113.9'), SOON).toBe(403);
  });
  expect(owned).toEqual(UNMOVED);
  expect((await status()).digest).not.toBe(before.digest);
}, 240_000);
