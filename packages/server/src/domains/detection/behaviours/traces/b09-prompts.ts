import type { WatchedEvent } from '../../watch/watched-event.ts';
import { refusedOwn, signedInOwn, visited } from './events.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const SECOND = 1000;

function refused(random: Random, of: { count: number; seconds: number; cause?: string; isKnown?: boolean }): WatchedEvent[] {
  const { count, seconds, ...how } = of;
  return Array.from({ length: count }, (_, index) =>
    refusedOwn({
      ...how,
      time: BEGIN + (index / count) * seconds * SECOND + random.between(0, 900),
      address: '203.0.113.40',
      person: 'ada',
      step: 'totp',
    }),
  );
}

function asked(random: Random, of: { count: number; path: string; status: number }): WatchedEvent[] {
  return Array.from({ length: of.count }, (_, index) =>
    visited({
      time: BEGIN + index * 20 * SECOND + random.between(0, 900),
      address: '203.0.113.40',
      path: of.path,
      method: 'POST',
      status: of.status,
      session: 'feedfeedfeedfeed',
    }),
  );
}

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B9', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B9', name, isAttack: false, make });

export const promptTraces: readonly Trace[] = [
  attack('again and again, never approved', (random) =>
    refused(random, { count: random.between(5, 20), seconds: random.between(20, 300) }),
  ),
  attack('approved at last', (random) => [
    ...refused(random, { count: random.between(3, 4), seconds: random.between(30, 300) }),
    signedInOwn({ time: BEGIN + 340 * SECOND, address: '203.0.113.40', person: 'ada' }),
  ]),
  attack('slowly', (random) => refused(random, { count: random.between(8, 16), seconds: 900 })),
  attack('at the second factor of an application', (random) =>
    asked(random, { count: random.between(6, 20), path: '/account/mfa', status: random.pick([401, 403, 422]) }),
  ),
  twin('a code sent again', (random) => [
    ...asked(random, { count: random.between(5, 15), path: '/account/otp/resend', status: random.pick([200, 429]) }),
    ...asked(random, { count: 1, path: '/account/otp', status: 303 }),
  ]),
  twin('the same code sent twice, and twice more', (random) => refused(random, { count: 7, seconds: 60, cause: 'reused' })),
  twin('a wrong clock on a phone that is known', (random) => [
    ...refused(random, { count: 6, seconds: 200, isKnown: true }),
    signedInOwn({ time: BEGIN + 300 * SECOND, address: '203.0.113.40', person: 'ada', isKnown: true }),
  ]),
  twin('mistyped twice', (random) => [
    ...refused(random, { count: 2, seconds: 40 }),
    signedInOwn({ time: BEGIN + 300 * SECOND, address: '203.0.113.40', person: 'ada' }),
  ]),
];
