import type { WatchedEvent } from '../../watch/watched-event.ts';
import { tried } from './events.ts';
import { honestSignIn, networkOfNumber } from './people.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const TOOL = 'python-requests/2.32';

interface Stuffing {
  readonly users: number;
  readonly addresses: readonly string[];
  readonly minutes: number;
  readonly agent?: string;
}

/** Each account once, from addresses in turn; about one in a hundred fits. */
function stuffed(random: Random, { users, addresses, minutes, agent = TOOL }: Stuffing): WatchedEvent[] {
  return Array.from({ length: users }, (_, index) => {
    const time = BEGIN + (index / users) * minutes * MINUTE + random.between(0, 2000);
    const isOk = random.chance(0.01);
    return tried({ time, account: `leaked-${index}`, address: addresses[index % addresses.length] ?? '', isOk, agent });
  }).flat();
}

const addressesOf = (network: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${network}.${index + 1}`);

/** Days before, at the same hour, with the failures that are usual. */
function daysBefore(random: Random, failures: number): WatchedEvent[] {
  return Array.from({ length: 10 }, (_, day) =>
    Array.from({ length: failures }, () => {
      const time = BEGIN - (day + 1) * DAY + random.between(0, 30 * MINUTE);
      return tried({
        time,
        account: `u${random.between(0, 500)}`,
        address: `${networkOfNumber(random.between(0, 300))}.7`,
        answer: null,
      });
    }).flat(),
  ).flat();
}

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B1', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B1', name, isAttack: false, make });

export const stuffingTraces: readonly Trace[] = [
  attack('one address', (random) =>
    stuffed(random, { users: random.between(24, 80), addresses: ['203.0.113.9'], minutes: random.between(1, 8) }),
  ),
  attack('one network, slowly', (random) =>
    stuffed(random, { users: random.between(60, 90), addresses: addressesOf('203.0.113', 20), minutes: random.between(15, 22) }),
  ),
  attack('forty addresses of one operator', (random) =>
    stuffed(random, {
      users: 300,
      addresses: Array.from({ length: 40 }, (_, index) => `198.18.${index}.9`),
      minutes: 8,
      agent: `Browser/${random.between(1, 9)}`,
    }),
  ),
  attack('an address each, one tool', (random) =>
    stuffed(random, {
      users: random.between(80, 150),
      addresses: Array.from({ length: 150 }, (_, index) => `${networkOfNumber(index * 37)}.9`),
      minutes: 10,
    }),
  ),
  attack('from within a network of honest people', (random) => [
    ...stuffed(random, { users: random.between(40, 60), addresses: ['203.0.113.9'], minutes: 8 }),
    ...Array.from({ length: 20 }, (_, index) =>
      honestSignIn(random, {
        time: BEGIN + random.between(0, 8 * MINUTE),
        account: `staff-${index}`,
        address: '203.0.113.77',
        known: 0.9,
      }),
    ).flat(),
  ]),
  attack('everywhere, each with another browser', (random) => [
    ...daysBefore(random, random.between(8, 14)),
    ...Array.from({ length: 200 }, (_, index) =>
      tried({
        time: BEGIN + random.between(0, 9 * MINUTE),
        account: `leaked-${index}`,
        address: `${networkOfNumber(index * 41 + 7)}.9`,
        agent: `Browser/${index}`,
        answer: null,
      }),
    ).flat(),
  ]),
  twin('a school behind one address', (random) =>
    Array.from({ length: 60 }, (_, index) =>
      honestSignIn(random, {
        time: BEGIN + random.between(0, 9 * MINUTE),
        account: `pupil-${index}`,
        address: '192.0.2.44',
        known: 0.3,
      }),
    ).flat(),
  ),
  twin('sign-in is out of order', (random) =>
    Array.from({ length: 60 }, (_, index) => {
      const time = BEGIN + random.between(0, 9 * MINUTE);
      return tried({ time, account: `staff-${index}`, address: '192.0.2.44', isKnown: random.chance(0.75) });
    }).flat(),
  ),
  twin('everybody sets a new password', (random) => [
    ...daysBefore(random, 10),
    ...Array.from({ length: 90 }, (_, index) => {
      const time = BEGIN + random.between(0, 50 * MINUTE);
      const one = { account: `staff-${index}`, address: `${networkOfNumber(index)}.5`, isKnown: random.chance(0.7) };
      return [
        ...tried({ ...one, time }),
        ...tried({ ...one, time: time + 20_000 }),
        ...tried({ ...one, time: time + 90_000, isOk: true }),
      ];
    }).flat(),
  ]),
  twin('one person who has forgotten it', (random) =>
    Array.from({ length: random.between(15, 60) }, (_, index) =>
      tried({ time: BEGIN + index * 4000, account: 'ada', address: '192.0.2.8' }),
    ).flat(),
  ),
];
