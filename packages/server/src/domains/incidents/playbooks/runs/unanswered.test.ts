import { APPROVAL_MS } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../platform/log.ts';
import type { ActionKind } from '../../actions/action-kind.ts';
import { ANN, BEN, by } from '../../actions/actions-stand.ts';
import type { Actions } from '../../actions/actions.ts';
import { createActions } from '../../actions/create-actions.ts';
import { noImpact } from '../../actions/kinds/impact.ts';
import { createOutside } from './agent/outside/outside.ts';
import { createAgent } from './agent/own-agent.ts';
import { openRunsStand, type RunsStand } from './runs-stand.ts';
import type { Runs } from './runs.ts';
import { command, does, end, playbook, start } from './test-playbooks.ts';

const MINUTE_MS = 60_000;
const NETWORK = '203.0.113.0/24';
const ADDRESS = '203.0.113.9';

let stand: RunsStand;
let actions: Actions;
let runs: Runs;
let banned: string[] = [];

/** A network takes somebody who agrees, an address nobody. */
const banning: ActionKind<'ban-source'> = {
  name: 'ban-source',
  permission: 'ban:write',
  read: async () => Promise.resolve({}),
  plan: async ({ prefix }, now) =>
    Promise.resolve({
      summary: `bans ${prefix}`,
      impact: noImpact(null),
      approvals: prefix === NETWORK ? 1 : 0,
      why: [],
      refused: null,
      isEffective: false,
      undo: 'unbans',
      expiresAt: now + 10 * APPROVAL_MS,
    }),
  apply: async ({ prefix }) => {
    banned.push(prefix);
    return Promise.resolve({ state: 'effective', detail: `${prefix} is banned`, undo: {} });
  },
  undo: async ({ prefix }) => Promise.resolve(`${prefix} is not banned any more`),
};

beforeAll(async () => {
  stand = await openRunsStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  banned = [];
  actions = createActions({
    ...stand.platform,
    log: silentLog,
    keyring: stand.keyring,
    node: 'test',
    kinds: () => ({ 'ban-source': banning }),
    behindToken: async () => Promise.resolve(null),
  });
  const agent = createAgent({
    actions: () => actions,
    cases: () => undefined,
    board: () => undefined,
    traffic: () => undefined,
    outside: createOutside([]),
    search: async () => Promise.resolve({ kind: 'failed', detail: 'not here' }),
  });
  runs = stand.open({ agent });
  actions.onChanged((action) => runs.onAction(action));
});
afterEach(async () => {
  await runs[Symbol.asyncDispose]();
  await actions[Symbol.asyncDispose]();
});

const bans = (prefix: string) => ({
  ...command('ban'),
  path: '/api/v1/actions',
  content: JSON.stringify({ action: 'ban-source', parameters: { prefix, forSeconds: 600 }, reason: 'an attack' }),
});
const first = () =>
  stand.add(
    playbook([
      start('wide'),
      does('wide', { commands: [bans(NETWORK)], onSuccess: 'end', onFailure: 'narrow' }),
      does('narrow', { commands: [bans(ADDRESS)], onCompletion: 'end' }),
      end('end'),
    ]),
  );
async function begun(): Promise<{ readonly run: string; readonly action: string }> {
  const input = { incident: null, variables: {}, simulate: false, reason: 'a test' };
  const { id } = await runs.begin(first().id, input, by(ANN));
  await runs.settle();
  expect((await runs.show(id)).state).toBe('waiting');
  const { items } = await actions.list({ state: 'waiting', run: id, limit: 10 });
  return { run: id, action: items[0]?.id ?? '' };
}
const look = async (): Promise<void> => {
  await actions.tick();
  await runs.tick();
  await runs.settle();
};
const steps = async (run: string): Promise<string[]> => (await runs.show(run)).steps.map(({ step, state }) => `${step} ${state}`);

describe('an action of a run to which somebody has to agree', () => {
  it('waits for half an hour, and then the run goes the way of a failure; agreed to after that, nothing is done', async () => {
    const { run, action } = await begun();
    stand.platform.advance(APPROVAL_MS - MINUTE_MS);
    await look();
    expect((await runs.show(run)).state).toBe('waiting');
    expect(banned).toEqual([]);
    stand.platform.advance(MINUTE_MS);
    await look();
    expect((await runs.show(run)).state).toBe('completed');
    expect(await steps(run)).toEqual(['start succeeded', 'wide failed', 'narrow succeeded', 'end succeeded']);
    expect((await actions.show(action)).state).toBe('expired');
    await expect(actions.approve(action, 'too late', by(BEN))).rejects.toMatchObject({ code: 'conflict' });
    expect(banned).toEqual([ADDRESS]);
  });

  it('goes the other way when somebody agrees in time', async () => {
    const { run, action } = await begun();
    stand.platform.advance(APPROVAL_MS - MINUTE_MS);
    await actions.approve(action, 'I have seen it', by(BEN));
    await look();
    expect((await runs.show(run)).state).toBe('completed');
    expect(await steps(run)).not.toContain('narrow succeeded');
    expect(banned).toEqual([NETWORK]);
  });
});
