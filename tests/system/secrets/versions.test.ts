import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seekInFolder } from '../../support/canaries.ts';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';
import { startTestApplication } from '../../support/test-application.ts';

const REF = 'secret/production/db/password';
const VALUES = ['first-value-91b2c4', 'second-value-77d0e1', 'third-value-04aa3f'];

interface Detail {
  readonly currentVersion: number | null;
  readonly latestVersion: number;
  readonly versions: readonly { readonly version: number; readonly state: string; readonly copyOf: number | null }[];
}

let server: HoldfastProcess;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  const application = stack.use(await startTestApplication());
  server = stack.use(await HoldfastProcess.start({ args: ['--to', application.url] }));
}, 120_000);
afterAll(() => stack.disposeAsync());

const set = async (value: string, ...more: string[]) =>
  holdfast(['secret', 'set', REF, '--stdin', '--json', '--data-dir', server.dataDir, ...more], { input: `${value}\n` });
const get = async (...more: string[]) => {
  const { code, data } = await server.cli<{ version?: number; data?: { value: string }; code?: string }>(
    'secret',
    'get',
    REF,
    '--purpose',
    'test',
    ...more,
  );
  return code === 0 ? data.data?.value : data.code;
};
const detailAfter = async (...words: string[]): Promise<Detail> => (await server.cli<Detail>('secret', ...words)).data;

describe('versions of a secret on the running process', () => {
  test('are counted, kept, read by number, and refused when they are based on another one', async () => {
    const [first = '', second = ''] = VALUES;
    expect((await set(first, '--cas', '0')).code).toBe(0);
    const refused = await set(second, '--cas', '0');
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([1, { error: { code: 'secret-changed' } }]);
    expect((await set(second, '--cas', '1')).code).toBe(0);
    expect(await get()).toBe(second);
    expect(await get('--version', '1')).toBe(first);
    expect(await get('--version', '9')).toBe('not-found');
  });

  test('are hidden, brought back, destroyed for good', async () => {
    const [first, second] = VALUES;
    expect(await detailAfter('delete', REF, '--version', '2')).toMatchObject({ currentVersion: null, latestVersion: 2 });
    expect(await get()).toBe('not-found');
    expect(await get('--version', '1')).toBe(first);
    expect(await detailAfter('undelete', REF, '--version', '2')).toMatchObject({ currentVersion: 2 });
    expect(await get()).toBe(second);
    const destroyed = await detailAfter('destroy', REF, '--version', '1', '--yes');
    expect(destroyed.versions.find(({ version }) => version === 1)).toMatchObject({ state: 'destroyed' });
    await detailAfter('undelete', REF, '--version', '1');
    expect(await get('--version', '1')).toBe('not-found');
  });

  test('are gone back to with a new version that holds the same', async () => {
    const [, second = '', third = ''] = VALUES;
    expect((await set(third)).code).toBe(0);
    expect(await get()).toBe(third);
    const back = await detailAfter('rollback', REF, '--to', '2', '--reason', 'the new one is refused');
    expect(back).toMatchObject({ currentVersion: 4, latestVersion: 4 });
    expect(back.versions[0]).toMatchObject({ version: 4, copyOf: 2, state: 'current' });
    expect(await get()).toBe(second);
  });

  test('stay over a restart, and no file and no log holds a value in clear', async () => {
    const [, second] = VALUES;
    await server.kill('SIGTERM');
    const { dataDir } = server;
    expect(await get()).toBe(second);
    const canaries = VALUES.map((value) => ({ name: value, value }));
    const { files, sightings } = seekInFolder(dataDir, canaries);
    expect(files).toBeGreaterThan(10);
    expect(sightings).toEqual([]);
    expect(VALUES.filter((value) => server.stderr.includes(value))).toEqual([]);
  });
});
