import type { IntelSourceView, IntelStatus } from '@holdfast/contract';
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectAdmin, type AdminClient } from '../../support/admin-client.ts';
import { filesBelow } from '../../support/files.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

const SOON = { timeout: 30_000, interval: 200 };
const LISTED = '198.51.100.77';
const OFF = '203.0.113.77';
const EVENT = '5c8f4c1e-2a6c-4d0e-9a54-0b7e2f1d3c4b';
/** As a MISP instance publishes it: a manifest, and a document for each event that it names. */
const FEED: Readonly<Record<string, unknown>> = {
  '/feed/manifest.json': { [EVENT]: { info: 'scans', timestamp: '1763600000', analysis: '2', threat_level_id: '2' } },
  [`/feed/${EVENT}.json`]: {
    Event: {
      uuid: EVENT,
      info: 'scans',
      date: '2026-11-20',
      Attribute: [
        { type: 'ip-src', category: 'Network activity', value: LISTED, to_ids: true, timestamp: '1763600000' },
        { type: 'ip-src', category: 'Network activity', value: OFF, to_ids: false, timestamp: '1763600000' },
      ],
    },
  },
};

describe('feeds of threat intelligence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-feeds-'));
  const dataDir = join(folder, 'data');
  let feeds: Server;
  let server: HoldfastProcess;
  let admin: AdminClient;
  let token = '';

  const start = async (): Promise<void> => {
    server = await HoldfastProcess.start({ dataDir, env: { HOLDFAST_TRUSTED_HOPS: '1' } });
  };
  beforeAll(async () => {
    feeds = createServer(({ url = '' }, response) => {
      const found = FEED[url];
      response
        .writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(found ?? {}));
    });
    await new Promise<void>((done) => void feeds.listen(0, '127.0.0.1', done));
    await start();
    const created = await server.cli<{ token: string }>('token', 'create', '--name', 'feeds', '--permission', 'intel:read');
    ({ token } = created.data);
    admin = connectAdmin(server, token);
  });
  afterAll(async () => {
    admin[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
    feeds.closeAllConnections();
    feeds.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const from = async (address: string): Promise<number> =>
    (await server.fetch('/', { headers: { 'x-forwarded-for': address } })).status;

  test('a MISP feed blocks what it says is for detection, and nothing else of it', async () => {
    // A listening TCP server has a port.
    const url = `http://127.0.0.1:${(feeds.address() as AddressInfo).port}/feed/`;
    const added = await server.cli<IntelSourceView>(
      'intel',
      'add',
      'misp',
      '--url',
      url,
      '--format',
      'misp-feed',
      '--match',
      'block',
    );
    expect(added.code, added.stderr).toBe(0);
    const read = await server.cli<IntelSourceView>('intel', 'update', 'misp');
    expect(read.data, read.stderr).toMatchObject({ entries: 1, trouble: null });
    await expect.poll(async () => from(LISTED), SOON).toBe(403);
    expect(await from(OFF)).toBe(200);
  });

  test('a table that was damaged on the disk is not believed: it is made anew at the next start', async () => {
    await server.kill('SIGKILL');
    const tables = [...filesBelow(dataDir)].map(({ path }) => path).filter((path) => basename(path).startsWith('table-'));
    expect(tables).toHaveLength(1);
    for (const path of tables) {
      const bytes = readFileSync(path);
      const middle = Math.floor(bytes.length / 2);
      bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
      writeFileSync(path, bytes);
    }
    admin[Symbol.dispose]();
    await start();
    admin = connectAdmin(server, token);
    await expect.poll(async () => from(LISTED), SOON).toBe(403);
    expect(await from(OFF)).toBe(200);
    const { body } = await admin.call('GET', '/api/v1/intel/status');
    // The API answers by its schema.
    expect((body as IntelStatus).digest).toMatch(/^[0-9a-f]{64}$/u);
  });
});
