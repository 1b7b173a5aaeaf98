import type { WatchedEvent } from '../../watch/watched-event.ts';
import { tried } from './events.ts';
import { honestSignIn, networkOfNumber } from './people.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const MINUTE = 60_000;

interface Spray {
  readonly accounts: number;
  readonly rounds: number;
  readonly minutes: number;
  readonly addresses: readonly string[];
}

/** The same password on all accounts, then the next one. */
function sprayed(random: Random, { accounts, rounds, minutes, addresses }: Spray): WatchedEvent[] {
  const total = accounts * rounds;
  return Array.from({ length: total }, (_, index) => {
    const time = BEGIN + (index / total) * minutes * MINUTE + random.between(0, 1000);
    return tried({ time, account: `person-${index % accounts}`, address: random.pick(addresses), agent: `Browser/${index % 7}` });
  }).flat();
}

function others(random: Random, count: number): WatchedEvent[] {
  return Array.from({ length: count }, (_, index) =>
    honestSignIn(random, {
      time: BEGIN + random.between(0, 55 * MINUTE),
      account: `visitor-${index}`,
      address: `${networkOfNumber(random.between(0, 900))}.${random.between(1, 200)}`,
      known: 0.7,
    }),
  ).flat();
}

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B2', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B2', name, isAttack: false, make });

export const sprayTraces: readonly Trace[] = [
  attack('one source, one password', (random) =>
    sprayed(random, { accounts: random.between(34, 90), rounds: 1, minutes: random.between(2, 50), addresses: ['203.0.113.9'] }),
  ),
  attack('few sources, three passwords', (random) =>
    sprayed(random, {
      accounts: random.between(34, 60),
      rounds: random.between(2, 3),
      minutes: random.between(20, 55),
      addresses: ['203.0.113.9', '198.51.100.3', '192.0.2.99'],
    }),
  ),
  attack('many addresses of few operators, slowly', (random) =>
    sprayed(random, {
      accounts: random.between(40, 80),
      rounds: 1,
      minutes: 55,
      addresses: Array.from({ length: 60 }, (_, index) => `45.${10 + (index % 6)}.${index}.20`),
    }),
  ),
  attack('while others sign in', (random) => [
    ...others(random, 150),
    ...sprayed(random, { accounts: random.between(45, 80), rounds: 2, minutes: 40, addresses: ['203.0.113.9', '198.51.100.3'] }),
  ]),
  twin('a busy hour', (random) => others(random, 600)),
  twin('a school behind one address', (random) =>
    Array.from({ length: 60 }, (_, index) =>
      honestSignIn(random, {
        time: BEGIN + random.between(0, 20 * MINUTE),
        account: `pupil-${index}`,
        address: '192.0.2.44',
        known: 0.2,
      }),
    ).flat(),
  ),
  twin('everybody sets a new password', (random) =>
    Array.from({ length: 120 }, (_, index) => {
      const time = BEGIN + random.between(0, 50 * MINUTE);
      const one = { account: `staff-${index}`, address: `192.0.2.${index % 30}`, isKnown: random.chance(0.7) };
      return [
        ...tried({ ...one, time }),
        ...tried({ ...one, time: time + 20_000 }),
        ...tried({ ...one, time: time + 240_000, isOk: true }),
      ];
    }).flat(),
  ),
  twin('sign-in is out of order', (random) =>
    Array.from({ length: 70 }, (_, index) => {
      const time = BEGIN + random.between(0, 50 * MINUTE);
      return tried({ time, account: `staff-${index}`, address: '192.0.2.44', isKnown: random.chance(0.75) });
    }).flat(),
  ),
];
