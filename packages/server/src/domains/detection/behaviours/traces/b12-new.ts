import type { WatchedEvent } from '../../watch/watched-event.ts';
import { askedBy, AU_ABROAD, BR_HOME, cameInAt, DE_HOME, DE_OFFICE, FR_HOTEL, personActor, recorded } from './account-events.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ROUTES = ['/orders', '/orders/{}', '/cart', '/account'];

/** Ten days of what is usual here. */
function usual(random: Random): WatchedEvent[] {
  return Array.from({ length: 10 }, (_, index) => index - 10).flatMap((day) => {
    const time = BEGIN + day * DAY + random.between(0, 600) * MINUTE;
    const from = random.pick([DE_HOME, DE_OFFICE]);
    return [
      cameInAt({ time, from }),
      ...(day % 2 === 0 ? [cameInAt({ time: time + HOUR, from: FR_HOTEL, person: 'grace' })] : []),
      ...ROUTES.map((route, at) => askedBy({ time: time + (at + 1) * MINUTE, from, account: 'ada', route })),
      recorded({ type: 'ban.removed', time: time + 2 * HOUR, actor: personActor('ada') }),
    ];
  });
}

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B12', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B12', name, isAttack: false, make });
const later = (random: Random): number => BEGIN + random.between(1, 600) * MINUTE;

export const newTraces: readonly Trace[] = [
  attack('a sign-in from a country that nobody signs in from', (random) => [
    ...usual(random),
    cameInAt({ time: later(random), from: random.pick([AU_ABROAD, BR_HOME]) }),
  ]),
  attack('a person uses a route that people do not use', (random) => [
    ...usual(random),
    askedBy({ time: later(random), from: DE_HOME, account: 'ada', route: random.pick(['/internal/debug', '/admin/users']) }),
  ]),
  attack('something is done in the administration that nobody does', (random) => [
    ...usual(random),
    recorded({ type: random.pick(['audit.exported', 'token.created']), time: later(random), actor: personActor('ada') }),
  ]),
  twin('what is usual', (random) => [
    ...usual(random),
    cameInAt({ time: later(random), from: random.pick([DE_HOME, FR_HOTEL]), person: 'linus' }),
    askedBy({ time: later(random), from: DE_HOME, account: 'linus', route: random.pick(ROUTES) }),
    recorded({ type: 'ban.removed', time: later(random), actor: personActor('grace') }),
  ]),
  twin('in the first week everything is new', (random) =>
    Array.from({ length: 40 }, (_, index) => [
      cameInAt({ time: BEGIN + index * 3 * HOUR, from: random.pick([AU_ABROAD, BR_HOME, DE_HOME, FR_HOTEL]) }),
      askedBy({ time: BEGIN + index * 3 * HOUR + MINUTE, from: DE_HOME, account: 'ada', route: `/r${index}` }),
    ]).flat(),
  ),
  twin('strangers who ask for what is not there', (random) => [
    ...usual(random),
    ...Array.from({ length: 30 }, (_, index) =>
      askedBy({
        time: later(random),
        from: BR_HOME,
        account: 'ada',
        route: `/wp-admin/${index}`,
        status: random.pick([403, 404]),
      }),
    ),
    askedBy({ time: later(random), from: BR_HOME, session: null, route: '/new-page' }),
  ]),
];
