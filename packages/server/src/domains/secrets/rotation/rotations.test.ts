import type { SecretData } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../platform/log.ts';
import { at, HOST, openTestSecrets, type TestSecrets } from '../test-secrets.ts';
import { TargetFault } from '../targets/target-fault.ts';
import { createRotations, type RotationDomain } from './create-rotations.ts';
import { DAY_MS } from './due.ts';
import type { Rotator } from './rotator.ts';

const HOUR_MS = 3_600_000;
let stand: TestSecrets;
let domain: RotationDomain;
/** A target that takes passwords, like a Redis user: all of `taken` log in. */
let taken: Set<string>;
let calls: string[];
/** Throws at these, so often. */
let faults: Map<string, { error: Error; times: number }>;

const meet = (what: string): void => {
  calls.push(what);
  const fault = faults.get(what);
  if (fault === undefined || fault.times === 0) return;
  fault.times -= 1;
  throw fault.error;
};
/** Runs once something was done at the target. */
let after: Map<string, () => unknown>;
const textOf = (data: SecretData | null): string => {
  const text = data?.['value'];
  return typeof text === 'string' ? text : '';
};
let made = 0;
const target: Rotator = {
  check: async () => meet('check'),
  make: async () => {
    made += 1;
    return { data: { value: `made-${made}` }, facts: { value: `made-${made}` } };
  },
  set: async (_job, next) => {
    meet('set');
    taken.add(textOf(next));
    after.get('set')?.();
  },
  verify: async (_job, next) => {
    meet('verify');
    if (!taken.has(textOf(next))) throw new TargetFault('refused');
    await after.get('verify')?.();
  },
  retire: async ({ current }: { current: SecretData | null }) => {
    meet('retire');
    taken.delete(textOf(current));
  },
  undo: async ({ facts }) => {
    meet('undo');
    taken.delete(facts['value'] ?? '');
  },
};

const open = (node = 'one'): RotationDomain =>
  createRotations({
    ...stand.platform,
    log: silentLog,
    node,
    staged: stand.staged,
    gate: stand.gate,
    rotatorOf: () => target,
    waitMs: 0,
  });
const ref = at('KEY');
const settings = { rotator: 'random' as const };
const value = async () => textOf((await stand.secrets.read(ref, HOST)).data);
const states = async () => (await stand.secrets.find(ref, HOST))?.versions.map(({ version, state }) => `${version} ${state}`);
const types = () => stand.platform.recorded.map(({ type }) => type).filter((type) => type.startsWith('rotation.'));

beforeAll(async () => {
  stand = await openTestSecrets();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.platform.db.query('delete from secret_rotation; delete from secret_rotation_plan; delete from secret_entry');
  taken = new Set(['first']);
  calls = [];
  faults = new Map();
  after = new Map();
  domain = open();
  await stand.secrets.write(ref, { data: { value: 'first' } }, HOST);
  await domain.rotations.setPlan({ ...ref, settings, everyDays: 30 }, HOST);
  stand.platform.recorded.length = 0;
});

describe('a rotation', () => {
  it('gives the new credential only after it was verified, and ends the old one only after the overlap', async () => {
    const rotation = await domain.rotations.start(ref, {}, HOST);
    expect(rotation).toMatchObject({ step: 'overlap', outcome: null, oldVersion: 1, newVersion: 2 });
    expect(calls).toEqual(['check', 'set', 'verify']);
    const now = await value();
    expect(now).toMatch(/^made-/u);
    expect(taken).toEqual(new Set(['first', now]));
    stand.platform.advance(HOUR_MS - 10_000);
    await domain.tick();
    expect(taken.has('first')).toBe(true);
    stand.platform.advance(11_000);
    await domain.tick();
    expect(taken).toEqual(new Set([now]));
    expect(await domain.rotations.find(rotation.id, HOST)).toMatchObject({ step: 'done', outcome: 'done', trouble: null });
    expect(types()).toEqual(['rotation.started', 'rotation.published', 'rotation.finished']);
    expect(await states()).toEqual(['2 current', '1 kept']);
  });

  it.each(['set', 'verify'])(
    'whose %s is refused leaves what was current, takes back what it told, and says so',
    async (step) => {
      faults.set(step, { error: new TargetFault('the server refused the login'), times: 1 });
      const rotation = await domain.rotations.start(ref, {}, HOST);
      expect(rotation).toMatchObject({ outcome: 'rolled-back', trouble: 'the server refused the login' });
      expect(await value()).toBe('first');
      expect(taken).toEqual(new Set(['first']));
      expect(await states()).toEqual(['1 current']);
      const failed = stand.platform.recorded.find(({ type }) => type === 'rotation.failed');
      expect(failed).toMatchObject({ severity: 'high', outcome: 'failed', payload: { step } });
      expect(JSON.stringify(stand.platform.recorded)).not.toMatch(/made-\d/u);
      // The next one is not in its way.
      expect(await domain.rotations.start(ref, { now: true }, HOST)).toMatchObject({ outcome: 'done' });
    },
  );

  it('waits for a target that is away for a moment, and goes on where it was', async () => {
    faults.set('set', { error: new TargetFault('away', { isAway: true }), times: 2 });
    const first = await domain.rotations.start(ref, {}, HOST);
    expect(first).toMatchObject({ step: 'set', trouble: 'away', outcome: null });
    for (const wait of [1100, 2100]) {
      stand.platform.advance(wait);
      await domain.tick();
    }
    expect(await domain.rotations.find(first.id, HOST)).toMatchObject({ step: 'overlap', trouble: null });
    expect(calls).toEqual(['check', 'set', 'set', 'set', 'verify']);
  });

  it('gives up on a target that stays away, and tries to take back until it is there', async () => {
    faults.set('set', { error: new TargetFault('away', { isAway: true }), times: 3 });
    faults.set('undo', { error: new TargetFault('away', { isAway: true }), times: 4 });
    const { id } = await domain.rotations.start(ref, {}, HOST);
    for (let turn = 0; turn < 12; turn += 1) {
      stand.platform.advance(20_000);
      await domain.tick();
    }
    expect(await domain.rotations.find(id, HOST)).toMatchObject({ outcome: 'rolled-back' });
    expect(types()).toEqual(['rotation.started', 'rotation.failed', 'rotation.delayed']);
    expect(await states()).toEqual(['1 current']);
  });

  it('that cannot be recorded publishes nothing, and does when the ledger is back', async () => {
    after.set('set', () => stand.platform.failRecording(true));
    const { id } = await domain.rotations.start(ref, {}, HOST);
    expect(await states()).toEqual(['2 staged', '1 current']);
    stand.platform.failRecording(false);
    expect(await value()).toBe('first');
    stand.platform.advance(120_000);
    await domain.tick();
    expect(await domain.rotations.find(id, HOST)).toMatchObject({ step: 'overlap' });
  });

  it('never undoes what a person wrote meanwhile', async () => {
    after.set('verify', async () => stand.secrets.write(ref, { data: { value: 'by hand' } }, HOST));
    const rotation = await domain.rotations.start(ref, {}, HOST);
    expect(rotation).toMatchObject({ outcome: 'rolled-back', trouble: 'somebody else wrote a version meanwhile' });
    expect(await value()).toBe('by hand');
    expect(taken).toEqual(new Set(['first']));
  });

  it('is one at a time; with --now an overlap that runs ends first', async () => {
    await domain.rotations.start(ref, {}, HOST);
    await expect(domain.rotations.start(ref, {}, HOST)).rejects.toMatchObject({ code: 'rotation-running' });
    await expect(open('two').rotations.start(ref, { drill: true }, HOST)).rejects.toMatchObject({ code: 'rotation-running' });
    const before = await value();
    expect(await domain.rotations.start(ref, { now: true }, HOST)).toMatchObject({
      outcome: 'done',
      oldVersion: 2,
      newVersion: 3,
    });
    expect(taken).toEqual(new Set([await value()]));
    expect(taken.has(before)).toBe(false);
  });

  it('that two nodes look at is done by one', async () => {
    faults.set('check', { error: new TargetFault('away', { isAway: true }), times: 1 });
    await domain.rotations.start(ref, {}, HOST);
    stand.platform.advance(5000);
    await Promise.all([domain.tick(), open('two').tick(), open('three').tick()]);
    expect(calls).toEqual(['check', 'check', 'set', 'verify']);
  });
});

describe('a drill', () => {
  it('makes, sets and verifies a credential that is gone afterwards, and says how long it took', async () => {
    const rotation = await domain.rotations.start(ref, { drill: true }, HOST);
    expect(rotation).toMatchObject({ outcome: 'done', isDrill: true, newVersion: null, verifiedMs: expect.any(Number) });
    expect(calls).toEqual(['check', 'set', 'verify', 'undo']);
    expect(taken).toEqual(new Set(['first']));
    expect(await states()).toEqual(['1 current']);
  });

  it('that another process began is taken back, because its credential is known to nobody', async () => {
    faults.set('verify', { error: new TargetFault('away', { isAway: true }), times: 1 });
    const { id } = await domain.rotations.start(ref, { drill: true }, HOST);
    stand.platform.advance(5000);
    await open('two').tick();
    expect(await domain.rotations.find(id, HOST)).toMatchObject({ outcome: 'rolled-back', trouble: 'the drill was interrupted' });
    expect(taken).toEqual(new Set(['first']));
  });
});

describe('a schedule', () => {
  it('is due within its days, never after them, and again when it was done', async () => {
    const [plan] = await domain.rotations.plans({}, HOST);
    const now = stand.platform.clock.now();
    expect(plan?.nextAt).toBeLessThanOrEqual(now + 30 * DAY_MS);
    expect(plan?.nextAt).toBeGreaterThan(now + 29 * DAY_MS - 1000);
    await domain.tick();
    expect(calls).toEqual([]);
    stand.platform.advance(30 * DAY_MS);
    await domain.tick();
    expect(calls).toEqual(['check', 'set', 'verify']);
    stand.platform.advance(2 * HOUR_MS);
    await domain.tick();
    const [after] = await domain.rotations.plans({}, HOST);
    expect(after?.nextAt).toBeGreaterThan(stand.platform.clock.now() + 28 * DAY_MS);
    expect((await stand.secrets.find(ref, HOST))?.versions).toHaveLength(2);
  });

  it('that failed is tried again after an hour, and what failed is counted', async () => {
    faults.set('check', { error: new TargetFault('there is no such role'), times: 1 });
    stand.platform.advance(30 * DAY_MS);
    await domain.tick();
    const [plan] = await domain.rotations.plans({}, HOST);
    expect(plan).toMatchObject({ failures: 1 });
    expect(plan?.nextAt).toBeLessThanOrEqual(stand.platform.clock.now() + HOUR_MS);
    stand.platform.advance(HOUR_MS);
    await domain.tick();
    expect(await domain.rotations.plans({}, HOST)).toMatchObject([{ failures: 1 }]);
    expect(await value()).toMatch(/^made-/u);
  });

  it('ends with its secret, and is refused for one that is not there', async () => {
    await stand.secrets.remove(ref, HOST);
    expect(await domain.rotations.plans({}, HOST)).toEqual([]);
    await expect(domain.rotations.setPlan({ ...ref, settings }, HOST)).rejects.toMatchObject({ code: 'not-found' });
    await expect(domain.rotations.start(ref, {}, HOST)).rejects.toMatchObject({ code: 'rotation-missing' });
  });
});

describe('who may', () => {
  const reader = {
    ...HOST,
    principal: { actor: { kind: 'token', ref: 't' }, permissions: new Set(['secret:read' as const]) },
  } as const;
  it('is asked before anything is done, also for the secret that administers the target', async () => {
    await expect(domain.rotations.start(ref, {}, reader)).rejects.toMatchObject({ code: 'permission-missing' });
    const rotator = { ...HOST, principal: { ...reader.principal, permissions: new Set(['secret:rotate' as const]) } };
    const postgres = { rotator: 'postgres' as const, admin: at('ADMIN'), role: 'shop' };
    const permits = { text: 'permit(principal is ServiceAccount, action, resource);' };
    await stand.access.policies.accept('holdfast-secrets', { input: permits, actor: HOST.principal.actor });
    await expect(domain.rotations.setPlan({ ...ref, settings: postgres }, rotator)).rejects.toMatchObject({
      code: 'permission-missing',
    });
    expect(calls).toEqual([]);
    expect(
      await domain.rotations.list({ limit: 10 }, { ...rotator, principal: { ...rotator.principal, permissions: new Set() } }),
    ).toEqual({
      items: [],
      next: null,
    });
  });

  it('sends a new credential over HTTPS or to this machine alone', async () => {
    const webhook = { rotator: 'webhook' as const, signing: at('SIGNING') };
    for (const url of ['http://hooks.example.test/', 'https://user:pass@hooks.example.test/'])
      await expect(domain.rotations.setPlan({ ...ref, settings: { ...webhook, url } }, HOST)).rejects.toMatchObject({
        code: 'input-invalid',
      });
    const plan = await domain.rotations.setPlan({ ...ref, settings: { ...webhook, url: 'https://hooks.example.test/' } }, HOST);
    expect(plan.settings).toMatchObject({ rotator: 'webhook', length: 40 });
  });
});
