import { readFileSync } from 'node:fs';
import path from 'node:path';
import { performExchange } from '@holdfast/example-shop';
import type { EventView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { filesWith } from '../../support/files.ts';
import { processesWith } from '../../support/processes.ts';
import { BIN, HoldfastProcess, ROOT } from '../../support/holdfast-process.ts';

const SOON = { timeout: 60_000, interval: 50 };
const SHOP = path.join(ROOT, 'examples/shop');

let dataDir = '';
let server: HoldfastProcess;
const started: ChildProcess[] = [];
const values = new Map<string, string>();
const readValues = async (): Promise<void> => {
  for (const name of ['DATABASE_PASSWORD', 'API_KEY']) {
    const ref = `demo-shop/production/${name}`;
    const { data } = await server.cli<{ data: { value: string } }>('secret', 'get', ref, '--purpose', 'test');
    values.set(name, data.data.value);
  }
};
beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'hf-demo-'));
  server = await HoldfastProcess.start({ dataDir });
  await readValues();
});
afterAll(async () => {
  for (const child of started) child.kill('SIGTERM');
  await server[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

const ask = async (headers: Record<string, string>) => server.fetch('/api/supplier', { headers });

describe('the demo shop', () => {
  test('has a password and a key of its own from Holdfast, and serves its supplier with them', async () => {
    expect([...values.values()].map((value) => value.length)).toEqual([32, 32]);
    const answer = await ask({ 'x-api-key': values.get('API_KEY') ?? '' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ account: 'ZZ00 0000 0000 0000 0000 00' });
    for (const key of ['', 'wrong', values.get('DATABASE_PASSWORD') ?? ''])
      expect((await ask({ 'x-api-key': key })).status).toBe(401);
  });

  test('was given them by reads that are recorded', async () => {
    const { data } = await server.cli<{ events: EventView[] }>('audit', 'tail', '--type', 'secret.read', '--lines', '50');
    const atStart = data.events
      .filter(({ payload }) => payload['purpose'] === 'start')
      .map(({ payload }) => String(payload['secret']));
    expect([...new Set(atStart)].toSorted()).toEqual(['demo-shop/production/API_KEY', 'demo-shop/production/DATABASE_PASSWORD']);
  });

  test('no value stands in its files, in those of Holdfast, or with any process but the shop itself', () => {
    const env = readFileSync(path.join(SHOP, 'shop.env'), 'utf8')
      .split('\n')
      .filter((line) => /^\w/u.test(line));
    expect(env.map((line) => line.replace(/^\w+=/u, ''))).toEqual(
      env.map(() => expect.stringMatching(/^holdfast:demo-shop\/production\/[A-Z_]+$/u)),
    );
    for (const value of values.values()) {
      expect([...filesWith(dataDir, value), ...filesWith(SHOP, value)]).toEqual([]);
      const holders = processesWith('environ', value);
      expect(holders.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('examples/shop/src/server.ts'))).toEqual([
        true,
      ]);
      expect(processesWith('cmdline', value)).toEqual([]);
    }
    expect(filesWith(dataDir, 'DATABASE_PASSWORD').length).toBeGreaterThan(0);
  });

  test('what it is made to run does not inherit them', async () => {
    const target = '/tools/ping?host=127.0.0.1%3B+env';
    const shop = await startShop(['--port', '0'], {});
    const { text } = await performExchange({
      origin: shop,
      exchange: { method: 'GET', target, headers: {}, expect: { status: 200 } },
    });
    expect(text).toContain('PATH=');
    expect(text).not.toContain('SHOP_');
  });

  test('has the same after a restart', async () => {
    const before = new Map(values);
    await server.kill('SIGTERM');
    server = await HoldfastProcess.start({ dataDir });
    await readValues();
    expect(values).toEqual(before);
    expect((await ask({ 'x-api-key': values.get('API_KEY') ?? '' })).status).toBe(200);
  });
});

/** As its README says: `holdfast run` with the references of `shop.env`; its address. */
async function startShop(args: readonly string[], more: Record<string, string>): Promise<string> {
  const references = readFileSync(path.join(SHOP, 'shop.env'), 'utf8').matchAll(/^(?<name>\w+)=(?<value>.*)$/gmu);
  const env = Object.fromEntries([...references].map(({ groups }) => [groups?.['name'] ?? '', groups?.['value'] ?? '']));
  const command = [process.execPath, '--conditions=@holdfast/source', path.join(SHOP, 'src/server.ts'), ...args];
  const child = spawn(process.execPath, [BIN, 'run', '-q', '--data-dir', dataDir, '--', ...command], {
    env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await expect.poll(() => said, SOON).toMatch(/^http:\/\/\S+\n/u);
  return said.trim();
}

describe('the shop without a Holdfast in front', () => {
  test('gets its credentials by holdfast run, from the references in shop.env', async () => {
    const url = await startShop(['--port', '0'], {});
    const answer = await fetch(`${url}/api/supplier`, { headers: { 'x-api-key': values.get('API_KEY') ?? '' } });
    expect(await answer.json()).toMatchObject({ account: expect.stringMatching(/^ZZ00/u) });
  });
});
