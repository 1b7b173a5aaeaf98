import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beside, digestOf, KEPT, LATER, makeBackedUp, type BackedUp } from '../../support/backed-up.ts';

/** Each command is a process of its own, and a restore starts a database. */
const LONG_MS = 600_000;

let made: BackedUp;
beforeAll(async () => {
  const { server, ...backedUp } = await makeBackedUp();
  made = backedUp;
  await server[Symbol.asyncDispose]();
}, LONG_MS);
afterAll(() => made.remove());

const recover = (place: string, killAt: string | null, more: readonly string[] = []) =>
  made.run(
    ['recover', '--backup', made.backup, '--keep-log', '--yes', ...more],
    place,
    killAt === null ? {} : { HOLDFAST_TEST_KILL_AT: killAt },
  );
const undo = (place: string, killAt: string | null) =>
  made.run(['recover', 'undo', '--yes'], place, killAt === null ? {} : { HOLDFAST_TEST_KILL_AT: killAt });

describe('a recovery that is killed', () => {
  test.each(['recover:unpacked', 'recover:prepared', 'recover:stated'])(
    'at %s has changed nothing; asked again, it comes to its end',
    async (point) => {
      const place = made.clone(point.replace(':', '-'));
      const before = digestOf(place);
      expect((await recover(place, point)).code).not.toBe(0);
      expect([digestOf(place), beside(place, 'before-restore')]).toEqual([before, []]);
      await comesToItsEnd(place);
      expect(beside(place, 'before-restore').map(digestOf)).toEqual([before]);
    },
    LONG_MS,
  );

  test(
    'between its two renames has both data directories whole beside; asked again, it comes to its end',
    async () => {
      const place = made.clone('aside');
      const before = digestOf(place);
      expect((await recover(place, 'recover:aside')).code).not.toBe(0);
      expect(digestOf(place)).toBeNull();
      expect(beside(place, 'before-restore').map(digestOf)).toEqual([before]);
      expect(beside(place, 'restoring')).toHaveLength(1);
      await comesToItsEnd(place);
      expect(beside(place, 'before-restore').map(digestOf)).toEqual([before]);
    },
    LONG_MS,
  );

  test(
    'between its two renames can also be taken back, as if nothing had been',
    async () => {
      const place = made.clone('aside-back');
      const before = digestOf(place);
      expect((await recover(place, 'recover:aside')).code).not.toBe(0);
      expect(await undo(place, null)).toMatchObject({ code: 0, data: { state: null } });
      expect(digestOf(place)).toBe(before);
      expect([...beside(place, 'before-restore'), ...beside(place, 'restoring')]).toEqual([]);
    },
    LONG_MS,
  );

  test.each(['recover:swapped', 'recover:placed', 'recover:recorded'])(
    'at %s has the restored one in place, whole; asked again, it comes to its end and is recorded once',
    async (point) => {
      const place = made.clone(point.replace(':', '-'));
      const before = digestOf(place);
      expect((await recover(place, point)).code).not.toBe(0);
      expect(beside(place, 'before-restore').map(digestOf)).toEqual([before]);
      expect(beside(place, 'restoring')).toEqual([]);
      await comesToItsEnd(place);
      const { data } = await made.run(['audit', 'tail', '--type', 'backup.restored'], place);
      expect(data['events']).toHaveLength(1);
    },
    LONG_MS,
  );

  test(
    'and on whose data directory a server went on, begins anew: nothing that was recorded meanwhile is lost',
    async () => {
      const place = made.clone('went-on');
      expect((await recover(place, 'recover:stated')).code).not.toBe(0);
      expect((await made.run(['ban', 'add', '198.51.100.3', '--for', '9h', '--reason', 'meanwhile'], place)).code).toBe(0);
      const records = await made.records(place);
      const { code, data } = await recover(place, null);
      expect(code, JSON.stringify(data)).toBe(0);
      const items = data['items'] as readonly { readonly step: string; readonly state: string }[];
      expect(items).toContainEqual(expect.objectContaining({ step: 'go on where it was', state: 'skipped' }));
      expect(await made.bans(place)).toEqual([KEPT]);
      expect(await made.records(place)).toBeGreaterThan(records);
    },
    LONG_MS,
  );

  async function comesToItsEnd(place: string): Promise<void> {
    const { code, data } = await recover(place, null);
    expect(code, JSON.stringify(data)).toBe(0);
    expect(await made.bans(place)).toEqual([KEPT]);
    expect(await made.records(place)).toBeGreaterThan(0);
    expect(beside(place, 'restoring')).toEqual([]);
    expect((await made.run(['recover', 'status'], place)).data).toMatchObject({ state: { done: 'over' } });
  }
});

describe('an undo that is killed', () => {
  test(
    'comes to its end when it is asked again, and is undone in its turn; the log only grows',
    async () => {
      const place = made.clone('undone');
      expect((await recover(place, null)).code).toBe(0);
      let records = await made.records(place);
      const steps = [
        ['recover:copied', [KEPT, LATER]],
        ['recover:aside', [KEPT]],
        ['recover:swapped', [KEPT, LATER]],
      ] as const;
      for (const [point, bans] of steps) {
        expect((await undo(place, point)).code, point).not.toBe(0);
        const again = await undo(place, null);
        expect(again.code, `${point}: ${JSON.stringify(again.data)}`).toBe(0);
        expect(await made.bans(place), point).toEqual(bans);
        const now = await made.records(place);
        expect(now, point).toBeGreaterThan(records);
        records = now;
        expect(beside(place, 'restoring'), point).toEqual([]);
      }
    },
    LONG_MS,
  );
});
