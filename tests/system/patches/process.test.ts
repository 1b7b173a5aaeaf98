import type { PatchTest, PatchView } from '@holdfast/contract';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostCall } from '../../support/host-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';

/** Until a change has reached every gateway, on a machine that has other work too. */
const IN_FORCE = { timeout: 30_000, interval: 20 };
const PLACE = ['--app', 'demo-shop', '--method', 'GET', '--route', '/products/{}', '--location', 'path', '--parameter', '2'];
const ADD = ['patch', 'add', ...PLACE, '--reason', 'a test'];
/** Requests on connections of their own, so that each of two workers answers some. */
const ASKED = 12;

const statusesOf = async (server: HoldfastProcess, path: string): Promise<number[]> => {
  const statuses = await Promise.all(Array.from({ length: ASKED }, async () => (await server.fetch(path)).status));
  return [...new Set(statuses)].toSorted((left, right) => left - right);
};

describe('patches with two gateway workers', () => {
  let server: HoldfastProcess;
  let patch: string;
  beforeAll(async () => {
    server = await HoldfastProcess.start({ args: ['--workers', '2'] });
  }, 120_000);
  afterAll(() => server[Symbol.asyncDispose]());

  test('a constraint is tested on requests that both workers hold, minutes after it was made', { timeout: 120_000 }, async () => {
    const query = ['--app', 'demo-shop', '--method', 'GET', '--route', '/search', '--location', 'query', '--parameter', 'q'];
    expect(await statusesOf(server, '/search?q=green')).toEqual([200]);
    expect(await statusesOf(server, '/search?q=black%20tea')).toEqual([200]);
    const added = await server.cli<PatchView>('patch', 'add', ...query, '--characters', '[a-z]', '--reason', 'a test');
    expect(added.code, added.stderr).toBe(0);
    const tested = await server.cli<PatchTest>('patch', 'test', added.data.id);
    expect(tested.code, tested.stderr).toBe(0);
    const { recent, unknown } = tested.data;
    // Each gateway holds some of them: twenty a second at most.
    expect(recent.requests).toBeGreaterThan(ASKED / 2);
    expect(recent.touched).toBeGreaterThan(0);
    expect(recent.touched).toBeLessThan(recent.requests);
    expect(recent).toMatchObject({ unjudged: 0, clients: 1 });
    expect(unknown.join(' ')).not.toMatch(/No gateway/u);
    expect((await server.cli('patch', 'remove', added.data.id, '--reason', 'was a test')).code).toBe(0);
  });

  test(
    'one that is enforced refuses in both while requests run, none of which fails; how long it took is printed',
    { timeout: 120_000 },
    async () => {
      const closed = [
        'patch',
        'add',
        '--app',
        'demo-shop',
        '--method',
        'GET',
        '--route',
        '/search',
        '--deny',
        '--reason',
        'a test',
      ];
      patch = (await server.cli<PatchView>(...closed)).data.id;
      const stop = new AbortController();
      const seen: { at: number; status: number }[] = [];
      const visitor = async (): Promise<void> => {
        while (!stop.signal.aborted) {
          const { status } = await server.fetch('/search?q=green');
          seen.push({ at: performance.now(), status });
        }
      };
      const visitors = [visitor(), visitor()];
      const input = { force: true, reason: 'it is being used' };
      const forced = await hostCall(server, 'POST', `/api/v1/patches/${patch}/enforce`, input);
      const answeredAt = performance.now();
      expect(forced.status).toBe(200);
      await expect.poll(() => statusesOf(server, '/search?q=green'), IN_FORCE).toEqual([403]);
      stop.abort();
      await Promise.all(visitors);
      const last = seen.findLast(({ status }) => status === 200)?.at ?? 0;
      process.stdout.write(`last request let through ${Math.round(last - answeredAt)} ms after the answer of the API\n`);
      // Only 200 and 403: no request failed while the policy changed.
      expect([...new Set(seen.map(({ status }) => status))].filter((status) => status !== 200 && status !== 403)).toEqual([]);
      expect((await server.fetch('/')).status).toBe(200);
    },
  );

  test('and lets everything pass again when it only records', { timeout: 120_000 }, async () => {
    expect((await server.cli('patch', 'record', patch, '--reason', 'was a test')).code).toBe(0);
    await expect.poll(() => statusesOf(server, '/search?q=green'), IN_FORCE).toEqual([200]);
    expect((await server.cli<PatchView>('patch', 'show', patch)).data).toMatchObject({ state: 'detect', action: 'record' });
  });
});

describe('a process that is killed', () => {
  test('right after it answered has the patch when it is there again', { timeout: 240_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-patch-kill-'));
    const paths = ['/products/green-tea', '/products/7'];
    try {
      const first = await HoldfastProcess.start({ dataDir });
      const before = await Promise.all(paths.map(async (path) => (await first.fetch(path)).status));
      expect(before).not.toContain(403);
      const { data } = await first.cli<PatchView>(...ADD, '--type', 'integer', '--finding', 'KILL-1');
      const input = { force: true, reason: 'it is being used' };
      const forced = await hostCall(first, 'POST', `/api/v1/patches/${data.id}/enforce`, input);
      // At once: the snapshot that carries it down is made a moment after the answer.
      await first.kill('SIGKILL');
      expect(forced.status).toBe(200);
      await using second = await HoldfastProcess.start({ dataDir });
      // The first request finds it in force: nothing is served before the first snapshot.
      expect((await second.fetch('/products/green-tea')).status).toBe(403);
      expect((await second.fetch('/products/7')).status).toBe(before[1]);
      const { data: list } = await second.cli<{ patches: PatchView[] }>('patch', 'list');
      expect(list.patches).toMatchObject([{ id: data.id, state: 'enforce', finding: 'KILL-1' }]);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
