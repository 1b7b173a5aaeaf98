import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyringView, KeyVerify } from '@holdfast/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEchoUpstream } from '../../support/echo-upstream.ts';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';

const REF = 'secret/staging/KEPT';
const VALUE = 'what must open after every crash';
const SECRETS = 6;

describe('a change of keys that is cut off by a kill', () => {
  let dataDir = '';
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'hf-ring-crash-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const run = (args: readonly string[], { input, killAt }: { input?: string; killAt?: string } = {}) =>
    holdfast([...args, '--json', '--no-input', '--data-dir', dataDir], {
      ...(input === undefined ? {} : { input }),
      ...(killAt === undefined ? {} : { env: { HOLDFAST_TEST_KILL_AT: killAt } }),
    });
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where a test states that shape
  const dataOf = <Data>({ stdout }: { stdout: string }): Data => (JSON.parse(stdout) as { data: Data }).data;
  const set = async (name: string): Promise<void> => {
    const { code, stderr } = await run(['secret', 'set', name, '--stdin'], { input: VALUE });
    expect([code, stderr]).toEqual([0, expect.any(String)]);
  };
  const assertReads = async (): Promise<void> => {
    const got = await run(['secret', 'get', REF, '--purpose', 'test']);
    expect([got.code, dataOf<{ data: { value: string } }>(got).data.value]).toEqual([0, VALUE]);
  };
  const assertOpens = async (): Promise<KeyringView> => {
    await assertReads();
    const verified = await run(['key', 'verify']);
    expect([verified.code, dataOf<KeyVerify>(verified).findings]).toEqual([0, []]);
    return dataOf<KeyringView>(await run(['key', 'status']));
  };
  const rootFiles = (): string[] =>
    readdirSync(join(dataDir, 'keys'))
      .filter((name) => name.startsWith('root.key'))
      .sort();

  test('of the root key: at each step the ring opens with one of the two, and the next change works', async () => {
    await set(REF);
    const rootId = async (): Promise<string> => dataOf<KeyringView>(await run(['key', 'status'])).root.id;
    let before = await rootId();
    for (const [killAt, which] of [
      ['keyring:root:prepared', 'old'],
      ['keyring:stored', 'new'],
      ['keyring:root:committed', 'new'],
      ['keyring:root:kept', 'new'],
    ] as const) {
      const killed = await run(['key', 'rotate', '--root'], { killAt });
      expect([killAt, killed.code]).toEqual([killAt, null]);
      await assertReads();
      const after = await rootId();
      expect([killAt, after === before ? 'old' : 'new']).toEqual([killAt, which]);
      expect(rootFiles()).not.toContain('root.key.next');
      if (which === 'new') expect(rootFiles()).toContain(`root.key.${before}`);
      before = after;
    }
    expect((await run(['key', 'rotate', '--root'])).code).toBe(0);
    expect((await assertOpens()).root.id).not.toBe(before);
  }, 600_000);

  test('of a data key, when it was written and not yet recorded: everything opens, and so does what is sealed next', async () => {
    await set(REF);
    expect((await run(['key', 'rotate'], { killAt: 'keyring:stored' })).code).toBe(null);
    await set(REF);
    await assertOpens();
    expect((await run(['key', 'rotate'])).code).toBe(0);
    expect(dataOf<{ state: string }>(await run(['key', 'rewrap', '--watch'])).state).toBe('done');
    const view = await assertOpens();
    expect(view.areas.filter(({ behind }) => behind > 0)).toEqual([]);
  }, 600_000);

  test('of all that is sealed: the next start goes on by itself to the end', async () => {
    const echo = await startEchoUpstream();
    try {
      for (let count = 0; count < SECRETS; count += 1) await set(count === 0 ? REF : `secret/staging/N${count}`);
      const args = ['--to', echo.url];
      const first = await HoldfastProcess.start({ args, dataDir, env: { HOLDFAST_TEST_KILL_AT: 'keyring:rewrap:batch' } });
      expect((await first.cli('key', 'rotate')).code).toBe(0);
      const gone = new Promise((done) => first.child.once('exit', done));
      // The answer may be lost with the process.
      await first.cli('key', 'rewrap');
      await gone;
      expect(first.child.signalCode).toBe('SIGKILL');
      await using second = await HoldfastProcess.start({ args, dataDir });
      const behind = async (): Promise<number> =>
        (await second.cli<KeyringView>('key', 'status')).data.areas.reduce((sum, area) => sum + area.behind, 0);
      await expect.poll(behind, { timeout: 150_000, interval: 2000 }).toBe(0);
      const { data } = await second.cli<KeyringView>('key', 'status');
      expect(data.keys.filter(({ purpose }) => purpose === 'data').map(({ state }) => state)).toEqual(['retired', 'active']);
    } finally {
      await echo[Symbol.asyncDispose]();
    }
    await assertOpens();
  }, 600_000);
});
