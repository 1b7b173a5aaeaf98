import type { ChannelView } from '@holdfast/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAlertReceiver, type AlertReceiver } from '../../support/alert-receiver.ts';
import type { HoldfastProcess } from '../../support/holdfast-process.ts';
import { postgresMissing } from '../../support/postgres-cluster.ts';
import { startTwoNodes, type TwoNodes } from '../../support/two-nodes.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

/** Until an alert has gone its whole way, on a machine that has other work too; longer than the claim of a dead node. */
const LONG = { timeout: 120_000, interval: 100 };
/** Asked for at one node, and as many more at the other. */
const SHARED = [1, 2, 3, 4, 5];
const [KNOWN, FIRST, SECOND, LAST] = [11, 12, 13, 14];
const PROBES = [...SHARED, ...SHARED.map((probe) => probe + SHARED.length), KNOWN, FIRST, SECOND, LAST];

/** A rule for each probe, so that each is an alert of its own. */
const ruleOf = (probe: number): string => `title: Probe ${probe}
id: 0f0f0f0f-0000-4000-8000-${String(probe).padStart(12, '0')}
status: test
level: high
logsource:
  category: webserver
detection:
  asked:
    cs-uri-stem: '/probe-${probe}'
  condition: asked
`;

describe.skipIf(postgresMissing !== null)('channels of two nodes', () => {
  let folder = '';
  let receiver: AlertReceiver;
  let nodes: TwoNodes;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hf-channels-'));
    receiver = await startAlertReceiver();
    nodes = await startTwoNodes([], { HOLDFAST_WATCH__ANSWERS: 'off' });
    const add = async (...args: string[]): Promise<void> => {
      const { code, stderr } = await nodes.a.cli('alert', 'channel', 'add', ...args);
      expect(code, stderr).toBe(0);
    };
    await add('otlp', 'hook', '--url', receiver.url);
    for (const probe of PROBES) writeFileSync(join(folder, `probe-${probe}.yml`), ruleOf(probe));
    const { code, stderr } = await nodes.a.cli('detect', 'rules', 'import', folder, '--state', 'on');
    expect(code, stderr).toBe(0);
  }, 240_000);
  afterAll(async () => {
    await nodes[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    receiver.mood = 'takes';
  });

  const ask = async (node: HoldfastProcess, probe: number): Promise<void> => {
    expect((await node.fetch(`/probe-${probe}`)).status).toBe(200);
  };
  /** Each as often as it was told. */
  const told = (): number[] =>
    receiver
      .at('/v1/logs')
      .flatMap(({ body }) => [...body.matchAll(/"0f0f0f0f-0000-4000-8000-(\d{12})"/gu)])
      .map(([, probe]) => Number(probe))
      .toSorted((left, right) => left - right);
  const isSettled = async (node: HoldfastProcess): Promise<boolean> => {
    const { data } = await node.cli<{ channels: ChannelView[] }>('alert', 'channel', 'list');
    return data.channels.every(({ waiting }) => waiting === 0) && (await holder()) === '';
  };
  /** The node that has the channel now, and alone sends. */
  const holder = async (): Promise<string> => nodes.cluster.query(`select coalesce(lease_by, '') from detection_channel`);

  it('tell each alert of both once', { timeout: 300_000 }, async () => {
    // A rule is in force at the other node some seconds later.
    await expect
      .poll(async () => {
        await ask(nodes.b, KNOWN);
        return told();
      }, LONG)
      .toEqual([KNOWN]);
    for (const probe of SHARED) await Promise.all([ask(nodes.a, probe), ask(nodes.b, probe + SHARED.length)]);
    const all = [...SHARED, ...SHARED.map((probe) => probe + SHARED.length)];
    const expected = [KNOWN, ...all].toSorted((left, right) => left - right);
    await expect.poll(told, LONG).toEqual(expected);
    await expect.poll(() => isSettled(nodes.a), LONG).toBe(true);
    expect(told()).toEqual(expected);
  });

  it('are told by the other what a killed one was about to tell, and once', { timeout: 400_000 }, async () => {
    receiver.mood = 'hangs';
    const before = told();
    await Promise.all([ask(nodes.a, FIRST), ask(nodes.b, SECOND)]);
    // Both alerts are rows before the claim is looked at: what is lost here would be lost of the queue, not of the watch.
    const waiting = async (): Promise<number> =>
      Number(await nodes.cluster.query('select count(*) from detection_channel_letter'));
    await expect.poll(waiting, LONG).toBeGreaterThanOrEqual(2);
    let held = '';
    await expect.poll(async () => (held = await holder()), LONG).not.toBe('');
    const [killed, left] = held === 'node-a' ? [nodes.a, nodes.b] : [nodes.b, nodes.a];
    await killed.kill('SIGKILL');
    expect(await holder(), 'it died with the channel in its hands').toBe(held);
    receiver.mood = 'takes';
    const expected = [...before, FIRST, SECOND].toSorted((one, other) => one - other);
    await expect.poll(told, LONG).toEqual(expected);
    await expect.poll(() => isSettled(left), LONG).toBe(true);
    expect(told()).toEqual(expected);
    // And goes on by itself.
    await ask(left, LAST);
    await expect.poll(told, LONG).toContain(LAST);
  });
});
