import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../log.ts';
import { openTestPlatform, type TestPlatform } from '../test-platform.ts';
import { createJobs } from './jobs.ts';
import { createSchedule } from './schedule.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(() => platform[Symbol.asyncDispose]());

describe('repeated jobs', () => {
  test('run when due, not before, and on one node only', async () => {
    const { db, clock } = platform;
    let runs = 0;
    const run = (): Promise<void> => {
      runs += 1;
      return Promise.resolve();
    };
    const nodes = [createSchedule({ db, clock, log: silentLog }), createSchedule({ db, clock, log: silentLog })];
    for (const node of nodes) {
      node.every({ name: 'sweep', seconds: 60, run });
      await node.start();
    }
    for (const node of nodes) await node.tick();
    expect(runs).toBe(0);
    platform.advance(61_000);
    for (const node of nodes) await node.tick();
    expect(runs).toBe(1);
    platform.advance(61_000);
    for (const node of nodes) await node.tick();
    expect(runs).toBe(2);
    for (const node of nodes) await node.close();
  });

  test('run once for two nodes whose clocks differ, and soon again after a clock was set back by far', async () => {
    const { db, clock } = platform;
    let runs = 0;
    const run = (): Promise<void> => {
      runs += 1;
      return Promise.resolve();
    };
    const behind = { now: () => clock.now() - 5000, monotonicMs: () => clock.monotonicMs() };
    const far = { now: () => clock.now() - 86_400_000, monotonicMs: () => clock.monotonicMs() };
    const [first, second, third] = [clock, behind, far].map((time) => createSchedule({ db, clock: time, log: silentLog }));
    for (const node of [first, second, third]) node?.every({ name: 'skewed', seconds: 60, run });
    await first?.start();
    await second?.start();
    platform.advance(66_000);
    await first?.tick();
    await second?.tick();
    expect(runs).toBe(1);
    await third?.start();
    await third?.tick();
    expect(runs).toBe(2);
    for (const node of [first, second, third]) await node?.close();
  });

  test('one that fails is counted and runs again at its next turn', async () => {
    const { db, clock } = platform;
    const outcomes: string[] = [];
    const schedule = createSchedule({ db, clock, log: silentLog, onRun: (_name, outcome) => outcomes.push(outcome) });
    let isBroken = true;
    schedule.every({
      name: 'shaky',
      seconds: 30,
      run: () => (isBroken ? Promise.reject(new RangeError('no')) : Promise.resolve()),
    });
    await schedule.start();
    platform.advance(31_000);
    await schedule.tick();
    isBroken = false;
    platform.advance(31_000);
    await schedule.tick();
    expect(outcomes).toEqual(['failed', 'ok']);
    await schedule.close();
  });
});

test('a single job is stored, done once, and tried again after a failure; the database stays usable', async () => {
  const { db, clock } = platform;
  await using jobs = createJobs({ db, clock, log: silentLog });
  const done: unknown[] = [];
  jobs.work('demo', (data) => {
    done.push(data['n']);
    return Promise.resolve();
  });
  await jobs.start();
  await jobs.enqueue('demo', { n: 1 });
  await jobs.enqueue('demo', { n: 2 });
  await vi.waitFor(() => expect(new Set(done)).toEqual(new Set([1, 2])), { timeout: 15_000 });
  await expect(jobs.enqueue('unknown', {})).rejects.toThrow(/nobody works/u);
  expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
}, 30_000);
