import type { WatchedEvent } from '../../watch/watched-event.ts';
import { refusedOwn, tried, visited } from './events.ts';
import { honestSignIn } from './people.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Who exists gets another answer. */
function probed(
  random: Random,
  of: { count: number; minutes: number; exists: Answer; not: Answer; share?: number },
): WatchedEvent[] {
  const { count, minutes, exists, not, share = 0.3 } = of;
  return Array.from({ length: count }, (_, index) =>
    tried({
      time: BEGIN + (index / count) * minutes * MINUTE + random.between(0, 500),
      account: `guess-${index}`,
      address: `203.0.113.${1 + (index % 3)}`,
      answer: random.chance(share) ? exists : not,
    }),
  ).flat();
}

interface Answer {
  readonly status: number;
  readonly bytes: number;
}

interface Posts {
  readonly count: number;
  readonly path: string;
  readonly status: () => number;
  readonly account?: string;
  readonly minutes?: number;
}

function posts(random: Random, { count, path, status, account, minutes = 6 }: Posts): WatchedEvent[] {
  return Array.from({ length: count }, (_, index) =>
    visited({
      time: BEGIN + (index / count) * minutes * MINUTE + random.between(0, 500),
      address: '203.0.113.50',
      path,
      method: 'POST',
      status: status(),
      account: account ?? null,
    }),
  );
}

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B10', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B10', name, isAttack: false, make });

export const probingTraces: readonly Trace[] = [
  attack('another status at sign-in', (random) =>
    probed(random, {
      count: random.between(60, 120),
      minutes: 8,
      exists: { status: 401, bytes: 800 },
      not: { status: 404, bytes: 800 },
    }),
  ),
  attack('another length at sign-in', (random) =>
    probed(random, {
      count: random.between(60, 120),
      minutes: 8,
      exists: { status: 200, bytes: 1210 },
      not: { status: 200, bytes: 1184 },
    }),
  ),
  attack('registration says who is there', (random) =>
    posts(random, { count: random.between(60, 100), path: '/register', status: () => (random.chance(0.3) ? 409 : 200) }),
  ),
  attack('slowly, at the recovery of passwords', (random) =>
    posts(random, { count: 140, path: '/password/forgot', minutes: 25, status: () => (random.chance(0.3) ? 200 : 404) }),
  ),
  attack('whether a name is free', (random) =>
    Array.from({ length: random.between(60, 120) }, (_, index) =>
      visited({
        time: BEGIN + index * 3 * SECOND,
        address: '203.0.113.50',
        path: '/api/username/available',
        query: `name=guess-${index}`,
        status: random.chance(0.4) ? 200 : 409,
      }),
    ),
  ),
  attack('names that do not exist at our own sign-in', (random) =>
    Array.from({ length: random.between(40, 80) }, (_, index) =>
      refusedOwn({
        time: BEGIN + index * 5 * SECOND,
        address: '203.0.113.50',
        person: random.chance(0.15) ? `person-${index}` : null,
        cause: 'unknown',
      }),
    ),
  ),
  twin('a school signs in', (random) =>
    Array.from({ length: 60 }, (_, index) =>
      honestSignIn(random, {
        time: BEGIN + random.between(0, 9 * MINUTE),
        account: `pupil-${index}`,
        address: '192.0.2.44',
        known: 0.3,
      }),
    ).flat(),
  ),
  twin('a class registers', (random) =>
    Array.from({ length: 40 }, (_, index) => {
      const time = BEGIN + random.between(0, 8 * MINUTE);
      const address = '192.0.2.44';
      const pages = ['/', '/register', '/app.css', '/app.js', '/logo.svg', '/welcome'];
      const status = random.chance(0.2) ? 422 : 303;
      return [
        ...pages.map((path, at) => visited({ time: time + at * 800, address, path })),
        visited({ time: time + 30_000, address, path: '/register', method: 'POST', status, bytes: 900 + index }),
      ];
    }).flat(),
  ),
  twin('a help desk looks people up', (random) =>
    posts(random, { count: 80, path: '/staff/lookup', account: 'help-desk', status: () => (random.chance(0.3) ? 404 : 200) }),
  ),
  twin('answers that are all alike', (random) =>
    probed(random, { count: 60, minutes: 8, exists: { status: 401, bytes: 800 }, not: { status: 401, bytes: 800 } }),
  ),
  twin('somebody taps "send again"', (random) =>
    posts(random, { count: 45, path: '/password/reset/send', status: () => (random.chance(0.5) ? 200 : 429) }),
  ),
];
