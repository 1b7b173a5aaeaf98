import type { WatchedEvent } from '../../watch/watched-event.ts';
import {
  askedBy,
  AU_ABROAD,
  BR_HOME,
  cameIn,
  cameInAt,
  CHROME,
  DE_HOME,
  DE_OFFICE,
  NL_SERVER,
  personActor,
  recorded,
  type Somewhere,
} from './account-events.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const STRANGE = [AU_ABROAD, BR_HOME, NL_SERVER];

/** What the owner does on the days before. */
function usual(random: Random, come: typeof cameIn): WatchedEvent[] {
  return Array.from({ length: random.between(2, 6) }, (_, index) =>
    come({ time: BEGIN - (index + 1) * DAY + random.between(0, 600) * MINUTE, from: index % 2 === 0 ? DE_HOME : DE_OFFICE }),
  );
}

const CHANGES = ['/account/password', '/account/email', '/settings/payout', '/account/mfa', '/api-keys'];
const REACHES = ['/orders/export', '/wallet/transfer', '/admin/users', '/account/download'];

/** A change and then a use of the application, minutes apart. */
function deeds(random: Random, from: Somewhere, { begin = BEGIN } = {}): WatchedEvent[] {
  const change = begin + random.between(1, 30) * MINUTE;
  const shared = { from, agent: CHROME, account: 'ada' };
  return [
    askedBy({ ...shared, time: change, method: random.pick(['POST', 'PUT', 'PATCH']), path: random.pick(CHANGES), status: 200 }),
    askedBy({ ...shared, time: change + random.between(1, 120) * MINUTE, path: random.pick(REACHES), status: 200 }),
  ];
}

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B6', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B6', name, isAttack: false, make });

export const takeoverTraces: readonly Trace[] = [
  attack('at an application: strange device, change, export', (random) => {
    const from = random.pick(STRANGE);
    return [...usual(random, cameInAt), cameInAt({ time: BEGIN, from, isKnown: false }), ...deeds(random, from)];
  }),
  attack('in the administration: strange device, a factor, secrets', (random) => {
    const minutes = random.between(1, 60);
    return [
      ...usual(random, cameIn),
      cameIn({ time: BEGIN, from: random.pick(STRANGE), isKnown: false, kind: 'admin' }),
      recorded({
        type: random.pick(['identity.factor-enrolled', 'identity.factor-removed', 'identity.password-changed']),
        time: BEGIN + minutes * MINUTE,
        actor: personActor('ada'),
        payload: { person: 'ada', factor: 'totp', cause: 'change' },
      }),
      recorded({
        type: random.pick(['secret.read', 'audit.exported', 'identity.person-created']),
        time: BEGIN + (minutes + random.between(1, 60)) * MINUTE,
        actor: personActor('ada'),
      }),
    ];
  }),
  twin('a traveller who changes a password', (random) => [
    ...usual(random, cameInAt),
    cameInAt({ time: BEGIN, from: AU_ABROAD, isKnown: false }),
    ...deeds(random, AU_ABROAD).slice(0, 1),
  ]),
  twin('a new laptop at home', (random) => [
    ...usual(random, cameInAt),
    cameInAt({ time: BEGIN, from: DE_HOME, isKnown: false }),
    ...deeds(random, DE_HOME),
  ]),
  twin('the owner at home changes and exports', (random) => [
    ...usual(random, cameInAt),
    cameInAt({ time: BEGIN, from: DE_OFFICE }),
    ...deeds(random, DE_OFFICE),
  ]),
  twin('the first sign-in of all', (random) => [
    cameInAt({ time: BEGIN, from: DE_HOME, isKnown: false }),
    ...deeds(random, DE_HOME),
  ]),
  twin('a strange device, and the owner at home', (random) => [
    ...usual(random, cameInAt),
    cameInAt({ time: BEGIN, from: AU_ABROAD, isKnown: false }),
    ...deeds(random, DE_HOME),
    ...deeds(random, DE_OFFICE),
  ]),
  twin('what was wanted is refused', (random) => [
    ...usual(random, cameInAt),
    cameInAt({ time: BEGIN, from: AU_ABROAD, isKnown: false }),
    ...deeds(random, AU_ABROAD).map(({ event, place }) => ({
      event: { ...event, payload: { ...event.payload, status: 403 } },
      place,
    })),
  ]),
  twin('days apart', (random) => [
    ...usual(random, cameInAt),
    cameInAt({ time: BEGIN, from: AU_ABROAD, isKnown: false }),
    ...deeds(random, AU_ABROAD, { begin: BEGIN + 3 * DAY }),
  ]),
];
