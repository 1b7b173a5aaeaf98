import type { ActionInput, ActionView, EventRecord } from '@holdfast/contract';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openKeyring, type Keyring } from '../../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../../platform/log.ts';
import { openProtectedStand, type ProtectedStand } from '../../protected-stand.ts';
import { createRecentTraffic } from '../../traffic/create-traffic.ts';
import { ANN, asking, BEN, by, Killed } from '../actions-stand.ts';
import type { Actions } from '../actions.ts';
import { createActions } from '../create-actions.ts';
import { createIsolationKinds } from './isolate.ts';
import { createVirtualPatch } from './virtual-patch.ts';

let stand: ProtectedStand;
let keyring: Keyring;
const rooms: Parameters<typeof createIsolationKinds>[1] & { actions?: Actions } = {};

beforeAll(async () => {
  stand = await openProtectedStand();
  await mkdir(join(stand.platform.dataDir, 'keys'), { recursive: true });
  keyring = await openKeyring({ dataDir: stand.platform.dataDir });
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.restart();
  for (const table of ['incident_action', 'protection_isolation', 'protection_patch', 'protection_tuning_vector'])
    await stand.platform.db.query(`delete from ${table}`);
  stand.platform.recorded.length = 0;
});

/** Of a process that is killed inside of protection. */
function kindKilledAt(killAt: string) {
  const protection = stand.protection();
  const { patches } = protection;
  const killed: typeof patches = Object.assign(Object.create(patches) as typeof patches, {
    enforce: async (...given: Parameters<typeof patches.enforce>) => {
      if (killAt === 'enforce') throw new Killed('enforce');
      return patches.enforce(...given);
    },
  });
  return createVirtualPatch({ log: silentLog, protection: { ...protection, patches: killed } }, rooms);
}

/** As a process that starts; it is killed where `killAt` says. */
function open(killAt?: string): Actions {
  const parts = { log: silentLog, protection: stand.protection() };
  rooms.traffic = createRecentTraffic(stand.platform);
  rooms.actions = createActions({
    ...stand.platform,
    log: silentLog,
    keyring,
    node: 'one',
    kinds: () => ({ ...createIsolationKinds(parts, rooms), 'virtual-patch': createVirtualPatch(parts, rooms) }),
    behindToken: async () => Promise.resolve(null),
    fault(name) {
      if (name === killAt) throw new Killed(name);
    },
  });
  return rooms.actions;
}

const snapshot = async () => stand.protection().snapshots.current();
const inForce = async () => (await snapshot()).isolations;
const recorded = (type: string): EventRecord[] => stand.platform.recorded.filter((event) => event.type === type);
const OPEN = { incident: null, reason: 'an attack' };
const lasting = { allow: ['198.51.100.0/24'], forSeconds: 600 };
const QUARANTINES: readonly [ActionInput, object][] = [
  [
    { action: 'quarantine-route', parameters: { application: 'shop', method: 'POST', route: '/pay/{}', ...lasting }, ...OPEN },
    { kind: 'route', method: 'POST', route: '/pay/{}' },
  ],
  [{ action: 'quarantine-application', parameters: { application: 'shop', ...lasting }, ...OPEN }, { kind: 'application' }],
  [{ action: 'read-only', parameters: { application: 'shop', ...lasting }, ...OPEN }, { kind: 'read-only' }],
];
const ROUTE = QUARANTINES[0]![0];
const agreed = async (actions: Actions, input: ActionInput): Promise<ActionView> => {
  const { id } = await actions.request(input, asking());
  return actions.approve(id, 'I have seen it', by(BEN));
};
const wordsAtEnd = ({ steps }: ActionView): string => steps.at(-1)?.detail ?? '';

const seen: EventRecord = {
  id: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
  type: 'request.completed',
  version: 1,
  time: 0,
  node: 'test',
  tenant: 'default',
  severity: 'info',
  actor: { kind: 'visitor', ref: '' },
  application: 'shop',
  target: '/pay/7',
  outcome: 'allowed',
  reason: null,
  requestId: null,
  trace: null,
  subject: null,
  payload: { session: null, account: null, route: '/pay/{}', path: '/pay/7', protocol: 'h2' },
};

describe('cutting something off', () => {
  it.each(QUARANTINES)(
    '%o waits for a second person, is done, undone and done again, each time as before',
    async (input, place) => {
      const actions = open();
      const asked = await actions.request(input, asking());
      expect(asked).toMatchObject({ state: 'waiting', plan: { approvals: 1, isEffective: false, refused: null } });
      expect(await inForce()).toEqual([]);
      const done = await actions.approve(asked.id, 'I have seen it', by(BEN));
      expect(done.state).toBe('effective');
      const held = { id: asked.id, application: 'shop', allow: ['198.51.100.0/24'], ...place };
      expect(await inForce()).toMatchObject([held]);
      const undone = await actions.undo(asked.id, 'it was a mistake', by(ANN));
      expect(undone.state).toBe('undone');
      expect(wordsAtEnd(undone)).not.toContain('somebody else');
      expect(await inForce()).toEqual([]);
      await actions.redo(asked.id, 'it goes on', by(ANN));
      expect((await actions.approve(asked.id, 'again', by(BEN))).state).toBe('effective');
      expect(await inForce()).toMatchObject([held]);
      expect(recorded('isolation.began')).toHaveLength(2);
      expect(recorded('isolation.ended').map(({ payload }) => payload)).toMatchObject([{ isolation: asked.id, cause: 'undone' }]);
    },
  );

  it('says whom it would touch, without those who still come through', async () => {
    const actions = open();
    const see = (address: string, method: string) =>
      rooms.traffic?.observe([{ ...seen, time: stand.platform.clock.now(), payload: { ...seen.payload, address, method } }]);
    see('203.0.113.1', 'POST');
    see('203.0.113.2', 'GET');
    see('198.51.100.7', 'POST');
    const plan = await actions.plan(ROUTE, asking());
    expect(plan.impact).toMatchObject({ requests: 1, clients: 1 });
    expect(plan.impact.share).toBeCloseTo(1 / 3);
    const whole = await actions.plan({ ...QUARANTINES[1]![0], ...OPEN }, asking());
    expect(whole.impact).toMatchObject({ requests: 2, clients: 2 });
  });

  it('of nothing is refused before anybody is asked', async () => {
    const actions = open();
    const wrong = { application: 'none-such', method: '*', route: '/pay?a', ...lasting };
    const asked = actions.request({ action: 'quarantine-route', parameters: wrong, ...OPEN }, asking());
    await expect(asked).rejects.toMatchObject({
      code: 'input-invalid',
      errors: [{ pointer: '/route' }, { pointer: '/application' }],
    });
    expect((await actions.list({ state: 'all', limit: 10 })).items).toEqual([]);
  });

  it('stays for as long as one of those who asked wants it', async () => {
    const actions = open();
    const first = await agreed(actions, ROUTE);
    const second = await agreed(actions, { ...ROUTE, reason: 'another attack' });
    expect(second.state).toBe('effective');
    expect(await inForce()).toHaveLength(2);
    await actions.undo(first.id, 'that is over', by(ANN));
    expect((await inForce()).map(({ id }) => id)).toEqual([second.id]);
    await actions.undo(second.id, 'this too', by(ANN));
    expect(await inForce()).toEqual([]);
  });

  it('is made once by a process that was killed after it', async () => {
    const { id } = await open().request(ROUTE, asking());
    await expect(open('action-applied').approve(id, 'I have seen it', by(BEN))).rejects.toThrow(Killed);
    stand.platform.advance(120_000);
    const after = open();
    await after.resume();
    await after.tick();
    expect((await after.show(id)).state).toBe('effective');
    expect(recorded('isolation.began')).toHaveLength(1);
  });

  it('ends by itself, and its action is over', async () => {
    const actions = open();
    const { id } = await agreed(actions, ROUTE);
    stand.platform.advance(601_000);
    await stand.protection().sweep();
    await actions.tick();
    expect((await actions.show(id)).state).toBe('over');
    expect(recorded('isolation.ended')).toMatchObject([{ payload: { cause: 'expired' } }]);
  });
});

const PATCH = {
  application: 'shop',
  method: 'GET',
  route: '/search',
  location: 'query' as const,
  parameter: 'q',
  match: { kind: 'attack' as const, groups: ['sqli' as const], confidence: 0.6 },
  finding: 'CVE-2026-0001',
  days: 7,
};
const PATCHING = { action: 'virtual-patch' as const, parameters: { patch: PATCH }, ...OPEN } satisfies ActionInput;
const patches = async () => (await stand.protection().patches.list({ state: 'live', limit: 50 })).items;
const honest = (touched: number): void =>
  stand
    .protection()
    .patches.rehearseWith(async () =>
      Promise.resolve({ requests: 10, unjudged: 0, touched, addresses: touched > 0 ? ['203.0.113.9'] : [] }),
    );

describe('closing a hole', () => {
  it('that nothing honest meets needs nobody, is undone, and done again', async () => {
    honest(0);
    const actions = open();
    const before = await patches();
    const done = await actions.request(PATCHING, asking());
    expect(done).toMatchObject({ state: 'effective', plan: { approvals: 0 } });
    expect(await patches()).toMatchObject([
      { state: 'enforce', source: 'playbook', finding: done.id, reason: 'CVE-2026-0001: an attack' },
    ]);
    expect((await snapshot()).patches).toMatchObject([{ action: 'block', route: '/search' }]);
    const undone = await actions.undo(done.id, 'repaired', by(ANN));
    expect(wordsAtEnd(undone)).not.toContain('somebody else');
    expect(await patches()).toEqual(before);
    expect((await actions.redo(done.id, 'it came back', by(ANN))).state).toBe('effective');
    expect(await patches()).toMatchObject([{ state: 'enforce' }]);
    expect(recorded('patch.enforced')).toHaveLength(2);
  });

  it('that one honest request meets waits for a person, and is closed when one agrees', async () => {
    honest(1);
    const actions = open();
    const asked = await actions.request(PATCHING, asking());
    expect(asked).toMatchObject({ state: 'waiting', plan: { approvals: 1, why: ['1 honest requests would meet it'] } });
    expect(await patches()).toEqual([]);
    expect((await actions.approve(asked.id, 'that was a test of ours', by(BEN))).state).toBe('effective');
    expect(await patches()).toMatchObject([{ state: 'enforce' }]);
  });

  it('that an honest request meets between plan and deed is not closed by itself, and nothing is left', async () => {
    honest(0);
    const actions = open();
    await expect(actions.plan(PATCHING, asking())).resolves.toMatchObject({ approvals: 0 });
    const { patches: held } = stand.protection();
    let asked = 0;
    held.rehearseWith(async () => Promise.resolve({ requests: 10, unjudged: 0, touched: asked++ === 0 ? 0 : 1, addresses: [] }));
    expect(await actions.request(PATCHING, asking())).toMatchObject({ state: 'failed' });
    expect(await patches()).toEqual([]);
  });

  it('by a process that is killed between the test and the deed is done once', async () => {
    honest(0);
    const as = {
      id: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
      incident: null,
      actor: ANN,
      session: null,
      reason: 'an attack',
      round: 0,
      beganAt: 0,
      before: {},
    };
    await expect(kindKilledAt('enforce').apply(PATCHING.parameters, as)).rejects.toThrow(Killed);
    const [left] = await patches();
    expect(left).toMatchObject({ state: 'detect', finding: as.id });
    for (const _again of [1, 2]) await kindKilledAt('nowhere').apply(PATCHING.parameters, as);
    expect(await patches()).toMatchObject([{ id: left?.id, state: 'enforce' }]);
    expect(recorded('patch.enforced')).toHaveLength(1);
  });
});
