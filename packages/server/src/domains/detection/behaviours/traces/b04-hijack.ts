import type { WatchedEvent } from '../../watch/watched-event.ts';
import {
  askedBy,
  at,
  CHROME,
  CURL,
  DE_HOME,
  DE_MOBILE,
  FIREFOX,
  FR_HOTEL,
  NL_SERVER,
  PHONE,
  type Somewhere,
} from './account-events.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

interface Party {
  readonly from: Somewhere;
  readonly agent: string;
  readonly tlsKey: string | null;
}
const OWNER: Party = { from: DE_HOME, agent: FIREFOX, tlsKey: 'aaaaaaaaaaaaaaaa' };
const PHONE_AT_HOME: Party = { from: DE_HOME, agent: PHONE, tlsKey: 'bbbbbbbbbbbbbbbb' };
const ROAMING = at('FR', 3209, '109.40.2.9');

/** One after the other in turn, some seconds between. */
function inTurn(random: Random, parties: readonly Party[], rounds: number): WatchedEvent[] {
  let time = BEGIN;
  return Array.from({ length: rounds }, (_, round) => {
    time += random.between(2, 15) * SECOND;
    const party = parties[round % parties.length] ?? OWNER;
    return askedBy({ ...party, time, account: 'ada', path: random.pick(['/', '/orders', '/cart']) });
  });
}

/** Some requests of one party, then some of the next. */
function after(random: Random, parties: readonly Party[]): WatchedEvent[] {
  let time = BEGIN;
  return parties.flatMap((party) =>
    Array.from({ length: random.between(2, 6) }, () => {
      time += random.between(5, 25) * SECOND;
      return askedBy({ ...party, time, account: 'ada' });
    }),
  );
}

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B4', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B4', name, isAttack: false, make });

export const hijackTraces: readonly Trace[] = [
  attack('a copied cookie at another network, with another client', (random) =>
    after(random, [OWNER, { from: NL_SERVER, agent: random.pick([CHROME, CURL]), tlsKey: 'cccccccccccccccc' }]),
  ),
  attack('the browser is copied too, its TLS is not', (random) =>
    after(random, [OWNER, { from: NL_SERVER, agent: FIREFOX, tlsKey: 'cccccccccccccccc' }]),
  ),
  attack('behind a proxy that hides TLS, with another browser', (random) =>
    after(random, [
      { ...OWNER, tlsKey: null },
      { from: random.pick([FR_HOTEL, DE_MOBILE]), agent: CHROME, tlsKey: null },
    ]),
  ),
  attack('in turn from two networks of one country, alike in all else', (random) =>
    inTurn(random, [OWNER, { ...OWNER, from: DE_MOBILE }], random.between(6, 12)),
  ),
  attack('in turn with another country', (random) =>
    inTurn(random, [OWNER, { ...OWNER, from: NL_SERVER }], random.between(4, 10)),
  ),
  twin('a phone that leaves the wifi', (random) => after(random, [PHONE_AT_HOME, { ...PHONE_AT_HOME, from: DE_MOBILE }])),
  twin('a phone that leaves the wifi and comes back', (random) =>
    after(random, [PHONE_AT_HOME, { ...PHONE_AT_HOME, from: DE_MOBILE }, PHONE_AT_HOME]),
  ),
  twin('an app and the browser inside it, at home and on the way', (random) => {
    const app: Party = { from: DE_HOME, agent: 'ShopApp/4.1 okhttp/4.12', tlsKey: 'dddddddddddddddd' };
    return [
      ...inTurn(random, [app, PHONE_AT_HOME], 6),
      ...after(random, [app, PHONE_AT_HOME]).map(({ event, place }) => ({
        event: { ...event, time: event.time + 3 * MINUTE },
        place,
      })),
    ];
  }),
  twin('TLS taken up again has no key', (random) => after(random, [OWNER, { ...OWNER, tlsKey: null }, OWNER])),
  twin('an update of the browser', (random) =>
    after(random, [OWNER, { ...OWNER, agent: FIREFOX.replaceAll('140', '141'), tlsKey: 'eeeeeeeeeeeeeeee' }]),
  ),
  twin('a journey across the border with the network of home', (random) =>
    after(random, [
      { ...PHONE_AT_HOME, from: DE_MOBILE },
      { ...PHONE_AT_HOME, from: ROAMING },
    ]),
  ),
  twin('home in the evening, the office in the morning', () => [
    askedBy({ ...OWNER, time: BEGIN, account: 'ada' }),
    askedBy({ from: NL_SERVER, agent: FIREFOX, tlsKey: 'ffffffffffffffff', time: BEGIN + 12 * 60 * MINUTE, account: 'ada' }),
  ]),
];
