import type { KeyringView, KeyVerify, RewrapView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdfast, type HoldfastProcess } from '../../support/holdfast-process.ts';
import { postgresMissing } from '../../support/postgres-cluster.ts';
import { startTwoNodes, type TwoNodes } from '../../support/two-nodes.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

const REF = 'secret/staging/SHARED';

describe.skipIf(postgresMissing !== null)('two nodes with one keyring', () => {
  let nodes: TwoNodes;
  let old = '';
  beforeAll(async () => {
    nodes = await startTwoNodes([]);
  }, 180_000);
  afterAll(() => nodes[Symbol.asyncDispose]());

  const view = async (node: HoldfastProcess): Promise<KeyringView> => (await node.cli<KeyringView>('key', 'status')).data;
  const stateAt = async (node: HoldfastProcess, id: string): Promise<string | undefined> =>
    (await view(node)).keys.find((key) => key.id === id)?.state;
  const set = async (node: HoldfastProcess, value: string): Promise<void> => {
    const ran = await holdfast(['secret', 'set', REF, '--stdin', '--data-dir', node.dataDir], { input: value });
    expect([ran.code, ran.stderr]).toEqual([0, expect.any(String)]);
  };
  const get = async (node: HoldfastProcess): Promise<string | undefined> =>
    (await node.cli<{ data?: { value: string } }>('secret', 'get', REF, '--purpose', 'test')).data.data?.value;
  const rewrap = async (node: HoldfastProcess): Promise<RewrapView> =>
    (await node.cli<RewrapView>('key', 'rewrap', '--watch')).data;

  test('know a new key of each other before the first of them seals with it', async () => {
    old = (await view(nodes.a)).keys.find(({ purpose }) => purpose === 'data')?.id ?? '';
    const { data: rotated } = await nodes.a.cli<{ id: string; activeFrom: number }>('key', 'rotate');
    await expect.poll(() => stateAt(nodes.b, rotated.id), { timeout: 20_000 }).toMatch(/announced|active/u);
    expect(rotated.activeFrom).toBeGreaterThan(Date.now() - 60_000);
    await expect.poll(() => stateAt(nodes.a, rotated.id), { timeout: 30_000 }).toBe('active');
    await expect.poll(() => stateAt(nodes.b, rotated.id), { timeout: 30_000 }).toBe('active');
    for (const [writer, reader, value] of [
      [nodes.a, nodes.b, 'written at a'],
      [nodes.b, nodes.a, 'written at b'],
    ] as const) {
      await set(writer, value);
      expect(await get(reader)).toBe(value);
    }
  }, 120_000);

  test('keep the key of before as long as one of them has something under it', async () => {
    expect(await rewrap(nodes.a)).toMatchObject({ state: 'done', faults: [] });
    // The files of the second node lie where the first one cannot look. It may have sealed them anew by itself already.
    const key = (await view(nodes.a)).keys.find(({ id }) => id === old);
    if (key?.state === 'replaced') {
      expect(key.heldBy).toEqual(['node-b']);
      const refused = await nodes.a.cli<unknown>('key', 'destroy', old, '--yes');
      if (refused.code !== 0)
        expect([refused.code, JSON.stringify(refused.data)]).toEqual([5, expect.stringContaining('node-b')]);
    } else expect(key?.state).toBe('retired');
    expect(await rewrap(nodes.b)).toMatchObject({ state: 'done', faults: [] });
    await rewrap(nodes.a);
    expect(await stateAt(nodes.a, old)).toMatch(/retired|destroyed/u);
    if ((await stateAt(nodes.a, old)) === 'retired') expect((await nodes.a.cli('key', 'destroy', old, '--yes')).code).toBe(0);
    await expect.poll(() => stateAt(nodes.b, old), { timeout: 20_000 }).toBe('destroyed');
    for (const node of [nodes.a, nodes.b]) {
      expect((await node.cli<KeyVerify>('key', 'verify')).data).toMatchObject({ ok: true, findings: [] });
      expect(await get(node)).toBe('written at b');
    }
  }, 120_000);

  test('also after one was away while the other made a key', async () => {
    await nodes.restart(async () => {
      const { data } = await nodes.a.cli<{ id: string; activeFrom: number }>('key', 'rotate');
      await expect.poll(() => stateAt(nodes.a, data.id), { timeout: 30_000 }).toBe('active');
      await set(nodes.a, 'written while b was away');
    });
    expect(await get(nodes.b)).toBe('written while b was away');
  }, 180_000);

  test('do not change the root key while the other one runs and could not follow', async () => {
    const before = (await view(nodes.a)).root.id;
    const refused = await nodes.a.cli<unknown>('key', 'rotate', '--root');
    expect([refused.code, JSON.stringify(refused.data)]).toEqual([5, expect.stringContaining('node-b')]);
    expect((await view(nodes.a)).root.id).toBe(before);
    expect(await get(nodes.b)).toBe('written while b was away');
  }, 60_000);
});
