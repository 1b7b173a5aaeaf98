import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Detection } from '@holdfast/contract';
import { detectionOf, openAlertsStand, type AlertsStand } from './test-alerts.ts';
import { beginFold, digestOf, fold, type Folded, type Hashed } from './fold.ts';

const MINUTE_MS = 60_000;
const START = 1_760_000_000_000;
const ulid = (number: number): string => `01J8Z3K4M5N6P7Q8R9${String(number).padStart(8, '0')}`;

const evidence = (number: number): Detection['evidence'][number] => ({
  event: ulid(number),
  type: 'request.completed',
  time: START + number,
  requestId: null,
  outcome: 'allowed',
  summary: `GET /${number}`,
});
/** Within one window, or hours later in another: as disordered as a stream is, and no more. */
const detection = fc
  .record({
    cluster: fc.integer({ min: 0, max: 2 }),
    minute: fc.integer({ min: 0, max: 14 }),
    address: fc.constantFrom('203.0.113.1', '203.0.113.2'),
    severity: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
    number: fc.integer({ min: 0, max: 9999 }),
  })
  .map(({ cluster, minute, address, severity, number }) =>
    detectionOf({
      time: START + cluster * 3 * 60 * MINUTE_MS + minute * MINUTE_MS,
      address,
      severity,
      reason: `${number} tries`,
      evidence: [evidence(number)],
    }),
  );

/** Two detections that are completed by one event are one. */
const eventOf = (one: Detection): string | undefined => one.evidence[0]?.event;
const hashed = (one: Detection): Hashed => ({ ...one, evidence: one.evidence.map((each) => ({ ...each, hash: null })) });

function folded(found: readonly Detection[]): Folded | null {
  let state: Folded | null = null;
  for (const one of found) {
    const digest = digestOf(one);
    state = state === null ? beginFold(hashed(one), digest) : (fold(state, hashed(one), digest) ?? state);
  }
  return state;
}

const comparable = (state: Folded | null) => (state === null ? null : { ...state, seen: state.seen.toSorted() });

describe('folding', () => {
  it('gives the same in any order, and with any of them told twice', () => {
    fc.assert(
      fc.property(
        fc
          .uniqueArray(detection, { minLength: 1, maxLength: 30, selector: eventOf })
          .map((all) => all.map((one) => ({ ...one, entities: detectionOf().entities })))
          .chain((all) =>
            fc.record({
              straight: fc.constant(all),
              mixed: fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
            }),
          ),
        ({ straight, mixed }) => {
          expect(comparable(folded(mixed))).toEqual(comparable(folded(straight)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('knows a detection again by what completed it', () => {
    const one = detectionOf({ evidence: [evidence(1)], time: START });
    expect(digestOf({ ...one, reason: 'in other words', events: 2 })).toBe(digestOf(one));
    expect(digestOf({ ...one, evidence: [evidence(2)] })).not.toBe(digestOf(one));
  });
});

describe('alerts', () => {
  let stand: AlertsStand;
  beforeAll(async () => {
    stand = await openAlertsStand();
  }, 60_000);
  afterAll(async () => stand[Symbol.asyncDispose]());

  async function alertsOf(batches: readonly (readonly Detection[])[]): Promise<string[]> {
    await stand.clear();
    await using alerts = stand.open();
    for (const batch of batches) {
      alerts.take(batch);
      await alerts.settle();
    }
    const { items } = await alerts.list({ state: 'all', limit: 200 });
    return items
      .map(({ entity, times, firstAt, lastAt, severity, reason }) =>
        [entity.value, times, firstAt, lastAt, severity, reason].join(' '),
      )
      .toSorted();
  }

  it('are the same in whatever order, in whatever pieces and however often detections come', async () => {
    const mixed = fc.uniqueArray(detection, { minLength: 1, maxLength: 20, selector: eventOf }).chain((all) =>
      fc.record({
        all: fc.constant(all),
        mixed: fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
        cut: fc.integer({ min: 0, max: all.length }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(mixed, async (given) => {
        const pieces = [given.mixed.slice(0, given.cut), given.mixed.slice(given.cut)];
        expect(await alertsOf(pieces)).toEqual(await alertsOf([given.all]));
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
