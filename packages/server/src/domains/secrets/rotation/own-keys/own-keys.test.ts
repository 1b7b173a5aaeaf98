import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClaims } from '../../../../platform/jobs/claim.ts';
import { silentLog } from '../../../../platform/log.ts';
import { Refusal } from '../../../../platform/refusal.ts';
import { openTestPlatform, type TestPlatform } from '../../../../platform/test-platform.ts';
import { DAY_MS } from '../due.ts';
import { createOwnKeys, type OwnKey, type OwnKeys, type OwnKeyWish } from './own-keys.ts';

const HOUR_MS = 3_600_000;
const OPERATOR = { kind: 'operator', ref: 'host:0' } as const;
let platform: TestPlatform;
let made: { name: string; wish: OwnKeyWish }[];
let faults: number;
let isSealed: boolean;
/** What both nodes of a test see of a key that they share. */
let since: Map<string, number | 'unknown' | null>;
/** Runs while a key is being made. */
let during: () => Promise<void>;

const key = (name: OwnKey['name'], everyDays: number | null, aheadMs = 0): OwnKey => ({
  name,
  node: null,
  everyDays,
  aheadMs,
  since: async () => Promise.resolve(since.get(name) ?? null),
  async rotate(wish) {
    await during();
    if (faults > 0) {
      faults -= 1;
      throw new Refusal('ledger-damaged');
    }
    made.push({ name, wish });
    since.set(name, platform.clock.now() + aheadMs);
  },
});
const open = (...keys: readonly OwnKey[]): OwnKeys =>
  createOwnKeys({ ...platform, keys, claims: createClaims(platform), log: silentLog, isSealed: () => isSealed });
const names = () => made.map(({ name }) => name);

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(() => {
  made = [];
  faults = 0;
  isSealed = false;
  during = async () => Promise.resolve();
  since = new Map([
    ['identity', platform.clock.now()],
    ['ledger', platform.clock.now()],
  ]);
  platform.recorded.length = 0;
});

describe('the schedule', () => {
  it('changes a key that is due once, and leaves its twin that is not', async () => {
    const own = open(key('identity', 30), key('ledger', 180));
    platform.advance(30 * DAY_MS - HOUR_MS);
    await own.tick();
    expect(names()).toEqual([]);
    platform.advance(2 * HOUR_MS);
    await own.tick();
    await own.tick();
    expect(made).toEqual([
      { name: 'identity', wish: { actor: { kind: 'system', ref: 'rotation' }, cause: 'schedule', now: false } },
    ]);
  });

  it('is so much ahead as the key is made before it is used', async () => {
    const own = open(key('identity', 30, HOUR_MS));
    platform.advance(30 * DAY_MS - HOUR_MS);
    await own.tick();
    expect(names()).toEqual(['identity']);
  });

  it('that is off changes nothing, ever, and says so', async () => {
    const own = open(key('identity', null));
    platform.advance(3650 * DAY_MS);
    await own.tick();
    expect(names()).toEqual([]);
    expect(await own.list()).toMatchObject([{ kind: 'own', name: 'identity', everyDays: null, nextAt: null }]);
  });

  it('takes a key of unknown age for too old, and does not make the first one', async () => {
    since.set('ledger', 'unknown').set('identity', null);
    const own = open(key('identity', 30), key('ledger', 180));
    await own.tick();
    await own.tick();
    expect(names()).toEqual(['ledger']);
  });

  it('of two nodes that look at the same time changes a key once', async () => {
    const [one, other] = [open(key('identity', 30)), open(key('identity', 30))];
    platform.advance(31 * DAY_MS);
    await Promise.all([one.tick(), other.tick()]);
    await Promise.all([one.tick(), other.tick()]);
    expect(names()).toEqual(['identity']);
  });

  it('says that one failed, waits, and tries again; another key is not held up', async () => {
    faults = 1;
    const own = open(key('identity', 30), key('ledger', 30));
    platform.advance(31 * DAY_MS);
    await own.tick();
    await own.tick();
    expect(names()).toEqual(['ledger']);
    const failed = platform.recorded.filter(({ type }) => type === 'keyring.own.failed');
    expect(failed).toMatchObject([
      { severity: 'high', outcome: 'failed', target: 'identity', payload: { key: 'identity', failures: 1 } },
    ]);
    expect(await own.list()).toMatchObject([{ failures: 1, trouble: 'refused here: ledger-damaged' }, { failures: 0 }]);
    platform.advance(HOUR_MS + 1000);
    await own.tick();
    expect(names()).toEqual(['ledger', 'identity']);
    expect((await own.list())[0]).toMatchObject({ failures: 0, trouble: null });
  });

  it('whose look fails is no failure of the key, and the others are looked at', async () => {
    const away = { ...key('identity', 30), since: async () => Promise.reject(new Error('the database is away')) };
    const own = open(away, key('ledger', 30));
    platform.advance(31 * DAY_MS);
    await own.tick();
    expect(names()).toEqual(['ledger']);
    expect(platform.recorded).toEqual([]);
  });

  it('waits while the keys are put away, and refuses by hand', async () => {
    isSealed = true;
    const own = open(key('identity', 30));
    platform.advance(31 * DAY_MS);
    await own.tick();
    await expect(own.rotate('identity', { now: true }, OPERATOR)).rejects.toMatchObject({ code: 'keyring-sealed' });
    expect(names()).toEqual([]);
  });
});

describe('by hand', () => {
  it('a key is changed before its time, also where the schedule is off, and the time counts anew', async () => {
    const own = open(key('identity', null), key('ledger', 180));
    platform.advance(10 * DAY_MS);
    await own.rotate('identity', { now: true }, OPERATOR);
    const shown = await own.rotate('ledger', { now: false }, OPERATOR);
    expect(made).toEqual([
      { name: 'identity', wish: { actor: OPERATOR, cause: 'operator', now: true } },
      { name: 'ledger', wish: { actor: OPERATOR, cause: 'operator', now: false } },
    ]);
    expect(shown.nextAt).toBe((shown.since ?? 0) + 180 * DAY_MS);
  });

  it('a second one at the same time is refused, and the next one is not', async () => {
    const own = open(key('identity', 30));
    let refused: unknown = null;
    during = async () => {
      during = async () => Promise.resolve();
      refused = await own.rotate('identity', { now: false }, OPERATOR).catch((error: unknown) => error);
    };
    await own.rotate('identity', { now: false }, OPERATOR);
    expect(refused).toMatchObject({ code: 'rotation-running' });
    await own.rotate('identity', { now: false }, OPERATOR);
    expect(names()).toEqual(['identity', 'identity']);
  });

  it('what fails frees the key, and a key that is not there is refused', async () => {
    faults = 1;
    const own = open(key('identity', 30));
    await expect(own.rotate('identity', { now: false }, OPERATOR)).rejects.toMatchObject({ code: 'ledger-damaged' });
    await own.rotate('identity', { now: false }, OPERATOR);
    await expect(own.rotate('data', { now: false }, OPERATOR)).rejects.toMatchObject({ code: 'not-found' });
    expect(names()).toEqual(['identity']);
  });
});
