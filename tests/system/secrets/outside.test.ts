import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectAdmin } from '../../support/admin-client.ts';
import { seekInFolder } from '../../support/canaries.ts';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';

const REF = 'secret/production/db/password';
const VALUES = ['first-outside-91b2c4', 'second-outside-77d0e1'];
const PERMISSIONS = ['secret:read', 'secret:reveal', 'secret:write'];
const ALL = '@id("programs") permit(principal is ServiceAccount, action, resource);';

interface Detail {
  readonly currentVersion: number | null;
  readonly latestVersion: number;
  readonly owner: string | null;
  readonly isCanary: boolean;
  readonly versions: readonly { readonly version: number; readonly state: string }[];
}

/** The second Holdfast is the Vault of the first. */
let outside: HoldfastProcess;
let first: HoldfastProcess;
let folder: string;
let token: string;
let outsideArgs: { args: string[]; dataDir: string; env: Record<string, string> };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hf-outside-'));
  const dataDir = join(folder, 'outside');
  const args = ['--to', 'http://127.0.0.1:9'];
  outside = await HoldfastProcess.start({ args, dataDir, env: { HOLDFAST_VAULT__LISTEN: '127.0.0.1:0' } });
  const { host } = new URL(outside.vault);
  outsideArgs = { args, dataDir, env: { HOLDFAST_VAULT__LISTEN: host } };
  writeFileSync(join(folder, 'all.cedar'), ALL);
  const accepted = await outside.cli('policy', 'accept', 'holdfast-secrets', '--file', join(folder, 'all.cedar'), '--yes');
  expect(accepted).toMatchObject({ code: 0 });
  const made = await outside.cli<{ token: string }>('token', 'create', '--name', 'first', '--permission', ...PERMISSIONS);
  ({ token } = made.data);
  writeFileSync(join(folder, 'token'), token);
  const { port } = new URL(outside.vault);
  const backend = { url: `https://localhost:${port}`, token: `file:${folder}/token`, caFile: join(dataDir, 'tls/ca.crt') };
  writeFileSync(join(folder, 'holdfast.yaml'), JSON.stringify({ to: 'http://127.0.0.1:9', secrets: { backend } }));
  first = await HoldfastProcess.start({ args: ['--config', join(folder, 'holdfast.yaml')] });
}, 300_000);
afterAll(async () => {
  await first[Symbol.asyncDispose]();
  await outside[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

const set = async (value: string, ...more: string[]) =>
  holdfast(['secret', 'set', REF, '--stdin', '--json', '--data-dir', first.dataDir, ...more], { input: `${value}\n` });
const get = async (...more: string[]) => {
  const { code, data } = await first.cli<{ data?: { value: string }; code?: string }>(
    'secret',
    'get',
    REF,
    '--purpose',
    'test',
    ...more,
  );
  return code === 0 ? data.data?.value : data.code;
};
const detailAfter = async (...words: string[]): Promise<Detail> => (await first.cli<Detail>('secret', ...words)).data;
const reasons = async (): Promise<string> => {
  const { data } = await first.cli<{ checks?: unknown }>('doctor');
  return JSON.stringify(data);
};

describe('secrets that stand in an outside Vault', { timeout: 300_000 }, () => {
  test('are written, read by number and listed there, and nothing is overwritten that somebody else wrote', async () => {
    const [one = '', two = ''] = VALUES;
    expect(await set(one, '--cas', '0')).toMatchObject({ code: 0 });
    const refused = await set(two, '--cas', '0');
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([1, { error: { code: 'secret-changed' } }]);
    expect(await set(two, '--cas', '1')).toMatchObject({ code: 0 });
    expect([await get(), await get('--version', '1'), await get('--version', '9')]).toEqual([two, one, 'not-found']);
    const { data } = await first.cli<{ secrets: { name: string }[] }>('secret', 'list');
    expect(data.secrets.map(({ name }) => name)).toEqual(['db/password']);
    const there = await outside.cli<{ secrets: object[] }>('secret', 'list');
    expect(there.data.secrets).toMatchObject([{ application: 'secret', environment: 'secret', name: 'production/db/password' }]);
  });

  test('are hidden, brought back, gone back to and destroyed', async () => {
    const [one = '', two = ''] = VALUES;
    expect(await detailAfter('delete', REF, '--version', '2')).toMatchObject({ currentVersion: null, latestVersion: 2 });
    expect(await get()).toBe('not-found');
    expect(await detailAfter('undelete', REF, '--version', '2')).toMatchObject({ currentVersion: 2 });
    expect(await get()).toBe(two);
    expect(await detailAfter('rollback', REF, '--to', '1', '--reason', 'the new one is refused')).toMatchObject({
      currentVersion: 3,
    });
    expect(await get()).toBe(one);
    const destroyed = await detailAfter('destroy', REF, '--version', '1', '--yes');
    expect(destroyed.versions.find(({ version }) => version === 1)).toMatchObject({ state: 'destroyed' });
    expect(await get('--version', '1')).toBe('not-found');
  });

  test('have their settings there, decoys are told of, and what needs staged versions is refused', async () => {
    expect(await detailAfter('settings', REF, '--owner', 'ops', '--canary', 'on')).toMatchObject({
      owner: 'ops',
      isCanary: true,
    });
    expect(await get()).toBe(VALUES[0]);
    const told = await first.cli('audit', 'tail', '--type', 'secret.canary-read');
    expect(told.stdout).toContain(REF);
    const planned = await first.cli('secret', 'rotation', 'set', REF, '--rotator', 'random');
    expect(planned).toMatchObject({ data: { code: 'secrets-elsewhere' } });
  });

  test('are refused by policy here, and the server is not asked', async () => {
    const made = await first.cli<{ token: string }>('token', 'create', '--name', 'shop', '--permission', ...PERMISSIONS);
    using client = connectAdmin(first, made.data.token);
    const readsThere = async (): Promise<number> =>
      (await outside.cli('audit', 'tail', '--type', 'secret.read')).stdout.split(outsideName).length;
    const outsideName = 'secret/secret/production/db/password';
    const before = await readsThere();
    expect(before).toBeGreaterThan(1);
    expect(await client.call('GET', '/v1/secret/data/production/db/password')).toMatchObject({ status: 403 });
    expect(await readsThere()).toBe(before);
    expect(await first.cli('secret', 'grant', REF, '--to', 'shop')).toMatchObject({ code: 0 });
    const given = await client.call('GET', '/v1/secret/data/production/db/password');
    expect(given).toMatchObject({ status: 200, body: { data: { data: { value: VALUES[0] } } } });
    expect(await readsThere()).toBeGreaterThan(before);
  });

  test('are away with the server or a wrong token, never stale, and are back with it', async () => {
    writeFileSync(join(folder, 'token'), 'hf_wrong');
    expect(await get()).toBe('secrets-away');
    writeFileSync(join(folder, 'token'), token);
    expect(await get()).toBe(VALUES[0]);
    await outside.kill('SIGTERM');
    expect(await get()).toBe('secrets-away');
    expect(await reasons()).toContain('does not answer');
    using client = connectAdmin(first, 'none');
    const troubles = async (): Promise<string> => JSON.stringify((await client.call('GET', '/-/ready')).body);
    // Traffic goes on, so it is ready, and says what is not.
    expect(await troubles()).toContain('does not answer');
    outside = await HoldfastProcess.start(outsideArgs);
    expect(await get()).toBe(VALUES[0]);
    await expect.poll(troubles, { timeout: 60_000, interval: 500 }).not.toContain('secrets:');
  });

  test('leave no value and no token in the data directory, in logs or in output of the first', async () => {
    await first.kill('SIGTERM');
    const canaries = [...VALUES, token].map((value) => ({ name: value, value }));
    const { files, sightings } = seekInFolder(first.dataDir, canaries);
    expect(files).toBeGreaterThan(10);
    expect(sightings).toEqual([]);
    expect(canaries.filter(({ value }) => first.stderr.includes(value))).toEqual([]);
  });
});
