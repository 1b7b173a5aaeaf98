import type { Detection, EventRecord } from '@holdfast/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownEvent } from '../watch/testing/test-events.ts';
import { createDormancy, type Dormancy } from './dormancy.ts';

const DAY_MS = 86_400_000;
const NOW = 1_700_000_000_000;
const REFUSED = { code: 'step-up-required' };

let now = NOW;
let isOn = true;
let found: Detection[] = [];
let order: string[] = [];
let dormancy: Dormancy;

beforeEach(() => {
  now = NOW;
  isOn = true;
  found = [];
  order = [];
  dormancy = createDormancy({
    clock: { now: () => now, monotonicMs: () => now },
    alerts: {
      take: (given) => void found.push(...given),
      async settle() {
        order.push('stored');
      },
    },
    people: {
      async requireStepUp(person) {
        order.push(`asked ${person}`);
      },
    },
    settings: async () => ({ isOn, days: 45 }),
  });
});

const signedIn = (person: string, quietDays: number | null): EventRecord =>
  ownEvent('identity.signed-in', { person, lastAt: quietDays === null ? null : now - quietDays * DAY_MS }, now);
const reads = async (person: string): Promise<void> => dormancy.before({ person, permission: 'secret:reveal' });

describe('a person who was away for sixty days', () => {
  it('is asked for every factor before a secret is given, with an alert of high severity that is stored by then', async () => {
    dormancy.observe([signedIn('ada', 60)]);
    await expect(reads('ada')).rejects.toMatchObject(REFUSED);
    expect(found).toMatchObject([{ detector: 'B8', severity: 'high', figures: { days: 60, action: 'secret:reveal' } }]);
    expect(order).toEqual(['stored', 'asked ada']);
    await expect(reads('ada'), 'as long as they did not').rejects.toMatchObject(REFUSED);
    expect(found, 'told once').toHaveLength(1);
    now += 60_000;
    dormancy.observe([ownEvent('identity.stepped-up', { person: 'ada' }, now)]);
    await expect(reads('ada')).resolves.toBeUndefined();
  });

  it('is let go on by signing in again, too', async () => {
    dormancy.observe([signedIn('ada', 60)]);
    await expect(reads('ada')).rejects.toMatchObject(REFUSED);
    now += 60_000;
    dormancy.observe([signedIn('ada', 0)]);
    await expect(reads('ada')).resolves.toBeUndefined();
  });

  it('is not asked where B8 is off, nor a day later', async () => {
    dormancy.observe([signedIn('ada', 60)]);
    isOn = false;
    await expect(reads('ada')).resolves.toBeUndefined();
    isOn = true;
    now += DAY_MS + 1;
    await expect(reads('ada')).resolves.toBeUndefined();
    expect(found).toEqual([]);
  });
});

it.each([
  ['was here last month', 30],
  ['was here yesterday', 1],
  ['is here for the first time', null],
] as const)('somebody who %s is answered', async (_words, quietDays) => {
  dormancy.observe([signedIn('bob', quietDays), signedIn('ada', 60)]);
  await expect(reads('bob')).resolves.toBeUndefined();
  expect(found).toEqual([]);
});
