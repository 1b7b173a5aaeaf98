import type { PromotionInput } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTuningStand, operator, type RequestParts, type Stand } from './tuning-stand.ts';

const TABLES = ['tuning_vector', 'tuning_route', 'tuning_client', 'tuning_decision', 'tuning_promotion', 'exception'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let stand: Stand;

beforeAll(async () => {
  stand = await openTuningStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.restart();
  for (const table of TABLES) await stand.platform.db.query(`delete from protection_${table}`);
  await stand.applications.adjust('shop', { actor: operator }, (current) => ({
    ...current,
    mode: 'monitor',
    rules: {},
    canary: null,
  }));
  stand.platform.recorded.length = 0;
});

const tuning = () => stand.protection().tuning;
const input = (parts: Partial<PromotionInput> = {}): PromotionInput => ({
  application: 'shop',
  share: 10,
  forSeconds: 3600,
  force: false,
  ...parts,
});
const green = () => ({ passed: true, at: stand.platform.clock.now() });
const promote = async (parts: Partial<PromotionInput> = {}) => tuning().promote(input(parts), green(), operator);
const shop = async () => (await stand.applications.get('shop')).application;
const sweep = async () => stand.protection().sweep();
const latest = async () => (await tuning().promotions())[0];
const person = (number: number): string => `198.51.100.${number}`;
const refused: RequestParts = {
  path: '/articles/1',
  method: 'POST',
  mode: 'canary',
  outcome: 'blocked',
  status: 403,
  findings: [{}],
};
const types = () => stand.platform.recorded.map(({ type }) => type);

/** Enough watched, nothing found, and five people who are established. */
function becomeReady(): void {
  for (const number of [1, 2, 3, 4, 5]) stand.see(2000, { address: person(number) });
}
async function hurt(parts: RequestParts = {}): Promise<void> {
  for (const number of [1, 2, 3]) stand.see(3, { ...refused, address: person(number), ...parts });
  await tuning().inbox({ state: 'open' }, null);
  await sweep();
}

describe('a promotion', () => {
  it('is refused with each line that is missing, and forced it is recorded as such', async () => {
    stand.see(1, { findings: [{}] });
    const attempt = tuning().promote(input(), null, operator);
    await expect(attempt).rejects.toMatchObject({ code: 'promotion-not-ready' });
    const pointers = await attempt.catch((error: { errors: { pointer: string }[] }) =>
      error.errors.map(({ pointer }) => pointer),
    );
    expect(pointers).toEqual(['/readiness/traffic', '/readiness/routes', '/readiness/inbox', '/readiness/self-test']);
    expect((await shop()).canary).toBeNull();
    await promote({ force: true, reason: 'launch day' });
    expect(stand.platform.recorded.at(-1)).toMatchObject({
      type: 'tuning.promoted',
      reason: 'launch day',
      payload: { forced: true, share: 10 },
    });
  });

  it('of a ready application judges a share, then everybody by itself, and is settled after the watch', async () => {
    becomeReady();
    const view = await promote();
    expect(view).toMatchObject({ state: 'canary', forced: false, share: 10 });
    expect(await shop()).toMatchObject({
      mode: 'monitor',
      canary: { share: 10, group: null, since: view.startedAt, until: view.until },
    });
    await sweep();
    expect((await latest())?.state).toBe('canary');
    await stand.restart();
    stand.platform.advance(HOUR_MS);
    await sweep();
    expect(await shop()).toMatchObject({ mode: 'enforce', canary: null });
    expect((await latest())?.state).toBe('full');
    stand.platform.advance(DAY_MS);
    await sweep();
    expect((await latest())?.state).toBe('settled');
    expect(types().filter((type) => type.startsWith('tuning.'))).toEqual(['tuning.promoted', 'tuning.advanced']);
  });

  it('of one class needs only its own cards decided, and leaves the mode alone', async () => {
    becomeReady();
    stand.see(1, { path: '/articles/1', findings: [{}] });
    await expect(promote()).rejects.toMatchObject({ code: 'promotion-not-ready' });
    await promote({ group: 'sqli' });
    expect((await shop()).canary).toMatchObject({ group: 'sqli' });
    stand.platform.advance(HOUR_MS);
    await sweep();
    expect(await shop()).toMatchObject({ mode: 'monitor', rules: { sqli: 'block' }, canary: null });
  });

  it('is one at a time, and of nothing that is blocked already', async () => {
    becomeReady();
    await promote();
    await expect(promote({ force: true })).rejects.toMatchObject({ code: 'conflict' });
    await tuning().rollBack({ application: 'shop' }, operator);
    await promote({ share: 100 });
    expect(await shop()).toMatchObject({ mode: 'enforce', canary: null });
    await expect(promote({ force: true })).rejects.toMatchObject({ code: 'promotion-not-ready' });
  });
});

describe('a promotion goes back', () => {
  it('by hand at any time, to what was before', async () => {
    becomeReady();
    for (const waitMs of [0, HOUR_MS, 3 * DAY_MS]) {
      await promote();
      stand.platform.advance(waitMs);
      await sweep();
      await tuning().rollBack({ application: 'shop', reason: 'checkout' }, operator);
      expect(await shop()).toMatchObject({ mode: 'monitor', canary: null });
      expect(await latest()).toMatchObject({ state: 'undone', why: 'checkout' });
      becomeReady();
    }
    await expect(tuning().rollBack({ application: 'shop' }, operator)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('by itself when established clients are blocked, with the figures, during the canary and after', async () => {
    becomeReady();
    await promote();
    await hurt();
    expect(await shop()).toMatchObject({ mode: 'monitor', canary: null });
    expect(await latest()).toMatchObject({ state: 'rolled-back', why: expect.stringContaining('3 established clients') });
    expect(stand.platform.recorded.at(-1)).toMatchObject({
      type: 'tuning.rolled-back',
      payload: { cause: 'established-clients-blocked', establishedBlocks: 9, establishedClients: 3 },
    });
    stand.platform.advance(HOUR_MS);
    await promote({ force: true });
    stand.platform.advance(HOUR_MS);
    await sweep();
    expect((await shop()).mode).toBe('enforce');
    await hurt({ mode: 'enforce' });
    expect((await shop()).mode).toBe('monitor');
  });

  it('by itself when established clients no longer fit the schema, which refuses in enforce as well', async () => {
    becomeReady();
    await promote();
    const steps = [{ step: 'schema', verdict: 'violated', detail: 'unknown: form gift (/paths/~1order/post)' }];
    await hurt({ path: '/order', outcome: 'refused', findings: [], reason: 'schema.unknown', steps });
    expect(await latest()).toMatchObject({ state: 'rolled-back' });
    expect((await tuning().inbox({ state: 'open' }, null)).cards[0]).toMatchObject({ rule: 'schema.unknown', blocked: 9 });
  });

  it('not because of what a virtual patch refused', async () => {
    becomeReady();
    await promote();
    await hurt({ reason: 'patch.01J8Z3K4M5N6P7Q8R9S0T1V2W3' });
    expect((await latest())?.state).toBe('canary');
  });

  it('not because of strangers, one client, or one who is blocked everywhere', async () => {
    becomeReady();
    await promote();
    for (const number of [1, 2, 3]) stand.see(50, { ...refused, address: `203.0.113.${number}` });
    stand.see(50, { ...refused, address: person(1) });
    for (const number of [2, 3])
      for (const path of ['/a', '/b', '/c', '/d', '/e']) stand.see(5, { ...refused, path, address: person(number) });
    await tuning().inbox({ state: 'open' }, null);
    await sweep();
    expect((await latest())?.state).toBe('canary');
  });

  it('is given up when somebody writes other settings, which then hold', async () => {
    becomeReady();
    await promote();
    await stand.applications.adjust('shop', { actor: operator }, (current) => ({ ...current, canary: null, maskErrors: false }));
    stand.platform.advance(HOUR_MS);
    await sweep();
    expect(await shop()).toMatchObject({ mode: 'monitor', maskErrors: false });
    expect(await latest()).toMatchObject({ state: 'undone', why: 'its settings were changed by other means' });
  });
});
