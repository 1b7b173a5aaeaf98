import type { ActionView, IsolatedView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminBrowser } from '../../support/admin-browser.ts';
import type { HoldfastProcess } from '../../support/holdfast-process.ts';
import { hostCall } from '../../support/host-client.ts';
import { postgresMissing } from '../../support/postgres-cluster.ts';
import { PASSWORD, startTwoNodes, type TwoNodes } from '../../support/two-nodes.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

const SOON = { timeout: 30_000, interval: 20 };
const THIEF = '203.0.113.9';
const NEIGHBOUR = '198.51.100.1';

describe.skipIf(postgresMissing !== null)('what one of two nodes cuts off', () => {
  let nodes: TwoNodes;
  let ada: AdminBrowser;
  let application = '';

  beforeAll(async () => {
    nodes = await startTwoNodes(['--mode', 'monitor']);
    const { body } = await hostCall(nodes.a, 'GET', '/api/v1/applications');
    // The contract of the API.
    application = (body as { items: { application: { id: string } }[] }).items[0]?.application.id ?? '';
    ada = new AdminBrowser(nodes.a.admin, nodes.a.ca());
    const { data } = await nodes.a.cli<{ link: string }>('admin', 'setup-link');
    await ada.enrol(data.link, { name: 'ada', password: PASSWORD });
    await ada.confirm();
  }, 240_000);
  afterAll(() => nodes[Symbol.asyncDispose]());

  const statusAt = async (node: HoldfastProcess, path: string, { from = NEIGHBOUR, method = 'GET' } = {}): Promise<number> =>
    (await node.fetch(path, { method, headers: { accept: 'application/json', 'x-forwarded-for': from } })).status;
  /** Asked for at the first, agreed to there. */
  const cutOff = async (...words: string[]): Promise<string> => {
    const { code, data, stderr } = await nodes.a.cli<ActionView>('isolate', application, ...words, '--reason', 'an attack');
    expect(code, stderr).toBe(1);
    const agreed = await ada.api('POST', `/actions/${data.id}/approve`, { body: { reason: 'I have seen it' } });
    expect([agreed.status, agreed.data['state']]).toEqual([200, 'effective']);
    return data.id;
  };
  const soonAt = async (node: HoldfastProcess, status: number, ...asked: [string, object?]): Promise<number> => {
    const began = performance.now();
    await expect.poll(() => statusAt(node, ...asked), SOON).toBe(status);
    return Math.round(performance.now() - began);
  };

  test('is refused at both, other routes at neither, and let go at the other it is served at both', async () => {
    const id = await cutOff('--route', '/pay/**');
    expect(await statusAt(nodes.a, '/pay/7')).toBe(503);
    const ms = await soonAt(nodes.b, 503, '/pay/7');
    process.stdout.write(`isolation on two nodes: refused by the other ${ms} ms after the first said that it is done\n`);
    expect([await statusAt(nodes.a, '/shop'), await statusAt(nodes.b, '/shop')]).toEqual([200, 200]);
    const seen = async (): Promise<number | undefined> =>
      (await nodes.a.cli<{ isolations: IsolatedView[] }>('isolate', 'list')).data.isolations.find((one) => one.id === id)
        ?.refused;
    // What the other refused is counted too: one at the first, and at least one there.
    await expect.poll(seen, SOON).toBeGreaterThanOrEqual(2);
    const released = await nodes.b.cli('release', id, '--reason', 'repaired');
    expect(released.code, released.stdout).toBe(0);
    expect(await statusAt(nodes.b, '/pay/7')).toBe(200);
    await soonAt(nodes.a, 200, '/pay/7');
  });

  test('is only read at both', async () => {
    const id = await cutOff('--read-only');
    await soonAt(nodes.b, 503, '/orders', { method: 'POST' });
    expect([await statusAt(nodes.a, '/orders'), await statusAt(nodes.b, '/orders')]).toEqual([200, 200]);
    expect((await nodes.a.cli('release', id, '--reason', 'it was a drill')).code).toBe(0);
    await soonAt(nodes.b, 200, '/orders', { method: 'POST' });
  });

  test('and whom it bans is banned at both', async () => {
    const asked = ['ban-source', '--set', `prefix=${THIEF}`, 'forSeconds=600', '--reason', 'a scanner'];
    const { code, data, stderr } = await nodes.a.cli<ActionView>('action', 'run', ...asked);
    expect([code, data.state], stderr).toEqual([0, 'effective']);
    expect(await statusAt(nodes.a, '/', { from: THIEF })).toBe(403);
    await soonAt(nodes.b, 403, '/', { from: THIEF });
    expect([await statusAt(nodes.a, '/'), await statusAt(nodes.b, '/')]).toEqual([200, 200]);
    expect((await nodes.b.cli('action', 'undo', data.id, '--reason', 'it was our office')).code).toBe(0);
    await soonAt(nodes.a, 200, '/', { from: THIEF });
  });
});
