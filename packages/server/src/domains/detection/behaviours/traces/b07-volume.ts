import type { WatchedEvent } from '../../watch/watched-event.ts';
import { visited } from './events.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIB = 2 ** 20;

interface Fetch {
  readonly account: string;
  readonly from: number;
  readonly minutes: number;
  readonly mib: number;
  readonly requests: number;
}

function fetched(random: Random, { account, from, minutes, mib, requests }: Fetch): WatchedEvent[] {
  return Array.from({ length: requests }, (_, index) =>
    visited({
      time: from + (index / requests) * minutes * MINUTE + random.between(0, 500),
      address: '203.0.113.30',
      path: `/reports/${index}`,
      account,
      bytes: Math.round((mib * MIB * (0.8 + random.next() * 0.4)) / requests),
    }),
  );
}

/** Each working day some hours with a few mebibytes. */
function days(random: Random, of: { account: string; count: number; mib?: number; until?: number }): WatchedEvent[] {
  const { account, count, mib = 4, until = BEGIN } = of;
  return Array.from({ length: count }, (_, day) =>
    Array.from({ length: 4 }, (_, hour) => {
      const from = until - (day + 1) * DAY + hour * HOUR;
      return fetched(random, { account, from, minutes: 50, mib: mib * (0.5 + random.next()), requests: 6 });
    }).flat(),
  ).flat();
}

const peers = (random: Random): WatchedEvent[] =>
  Array.from({ length: 10 }, (_, index) => days(random, { account: `staff-${index}`, count: 4 })).flat();

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B7', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B7', name, isAttack: false, make });
const MONTH_END = Date.UTC(2026, 2, 31, 9);

export const volumeTraces: readonly Trace[] = [
  attack('an account that was always small takes it all', (random) => [
    ...days(random, { account: 'mallory', count: 12 }),
    ...fetched(random, {
      account: 'mallory',
      from: BEGIN,
      minutes: random.between(5, 55),
      mib: random.between(90, 900),
      requests: 40,
    }),
  ]),
  attack('slowly over a day', (random) => [
    ...days(random, { account: 'mallory', count: 12 }),
    ...fetched(random, { account: 'mallory', from: BEGIN, minutes: 20 * 60, mib: random.between(500, 900), requests: 300 }),
  ]),
  attack('an account that began yesterday', (random) => [
    ...peers(random),
    ...days(random, { account: 'mallory', count: 1 }),
    ...fetched(random, {
      account: 'mallory',
      from: BEGIN,
      minutes: random.between(10, 50),
      mib: random.between(90, 500),
      requests: 60,
    }),
  ]),
  attack('at night, in many small answers', (random) => [
    ...days(random, { account: 'mallory', count: 10 }),
    ...fetched(random, {
      account: 'mallory',
      from: BEGIN + 13 * HOUR,
      minutes: 50,
      mib: random.between(120, 300),
      requests: 900,
    }),
  ]),
  twin('a usual day', (random) => days(random, { account: 'ada', count: 20, until: BEGIN + DAY })),
  twin('somebody who always fetches much', (random) =>
    days(random, { account: 'backup', count: 20, mib: 300, until: BEGIN + DAY }),
  ),
  twin('a report at the end of the month, as at the last one', (random) => [
    ...days(random, { account: 'books', count: 40, until: MONTH_END }),
    ...fetched(random, { account: 'books', from: Date.UTC(2026, 1, 1, 9), minutes: 45, mib: 300, requests: 60 }),
    ...fetched(random, { account: 'books', from: MONTH_END, minutes: 45, mib: 350, requests: 60 }),
  ]),
  twin('somebody new who works as the others do', (random) => [
    ...peers(random),
    ...days(random, { account: 'new', count: 1, mib: 8, until: BEGIN + DAY }),
  ]),
];
