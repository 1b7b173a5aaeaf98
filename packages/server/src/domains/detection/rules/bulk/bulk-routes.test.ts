import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../../../../platform/test-platform.ts';
import { exfiltrationVolume } from '../../behaviours/requests/b07-exfiltration-volume.ts';
import { volumeTraces } from '../../behaviours/traces/b07-volume.ts';
import { randomOf } from '../../behaviours/traces/random.ts';
import { arrivalsOf } from '../../behaviours/traces/trace.ts';
import { Engine } from '../../watch/engine/engine.ts';
import type { BulkRoute } from '../../watch/watch.ts';
import { actor, openRules, type RulesStand } from '../test-rules.ts';

let platform: TestPlatform;
let stand: RulesStand;

beforeAll(async () => {
  platform = await openTestPlatform();
  stand = openRules(platform, { definitions: [exfiltrationVolume] });
}, 60_000);
afterAll(async () => {
  await stand.rules[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

/** What B7 tells of one attack while these routes are marked. */
function toldWith(bulk: readonly BulkRoute[]): number {
  const [trace] = volumeTraces.filter(({ isAttack }) => isAttack);
  if (trace === undefined) throw new Error('assertion: B7 has an attack');
  const random = randomOf(1);
  const events = arrivalsOf(trace.make(random), random).map(({ event }) => ({
    ...event,
    payload: { ...event.payload, route: '/reports/{}' },
  }));
  const engine = new Engine({
    definitions: [exfiltrationVolume],
    places: { find: () => null },
    now: () => 0,
    isExempt: () => false,
    onFault(_detector, cause) {
      throw cause;
    },
  });
  engine.setBehaviours([{ id: 'B7', state: 'on', thresholds: {} }], bulk);
  return events.flatMap((event) => engine.observe([event]).detections).length;
}

it('a route that is marked is no unusual volume; one beside it, and one of another application, is', () => {
  const application = 'shop';
  expect(toldWith([])).toBeGreaterThan(0);
  expect(toldWith([{ application, route: '/reports/{}' }])).toBe(0);
  expect(toldWith([{ application, route: '/reports/*' }])).toBe(0);
  expect(toldWith([{ application, route: '/exports/*' }])).toBeGreaterThan(0);
  expect(toldWith([{ application: 'billing', route: '/reports/*' }])).toBeGreaterThan(0);
});

it('is stored once, given to the watch, recorded with its reason, and gone when it is removed', async () => {
  const { rules } = stand;
  const input = { application: 'shop', route: '/export/*', reason: 'nightly export' };
  platform.recorded.length = 0;
  const made = await rules.bulk.add(input, actor);
  expect(await rules.bulk.list()).toMatchObject([{ ...input, createdBy: 'operator:host:0' }]);
  await rules.tick();
  expect(stand.bulk.at(-1)).toEqual([{ application: 'shop', route: '/export/*' }]);
  await expect(rules.bulk.add(input, actor)).rejects.toMatchObject({ code: 'conflict' });
  await rules.bulk.remove(made.id, actor);
  expect(await rules.bulk.list()).toEqual([]);
  await rules.tick();
  expect(stand.bulk.at(-1)).toEqual([]);
  await expect(rules.bulk.remove(made.id, actor)).rejects.toMatchObject({ code: 'not-found' });
  const told = platform.recorded.filter(({ type }) => type === 'detection.bulk-route-changed');
  expect(told.map(({ payload, reason, application }) => [payload['change'], reason, application])).toEqual([
    ['added', 'nightly export', 'shop'],
    ['removed', 'nightly export', 'shop'],
  ]);
});
