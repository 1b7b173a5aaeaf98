import type { WatchedEvent } from '../../watch/watched-event.ts';
import { askedBy, AU_ABROAD, DE_OFFICE, NL_SERVER, recorded, type Somewhere } from './account-events.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TOKEN = '01TOKENTOKENTOKENTOKENTOKE';
const ACCOUNT = '01ACCOUNTACCOUNTACCOUNTACC';

interface Called {
  readonly time: number;
  readonly from?: Somewhere;
  readonly path?: string;
  readonly reason?: string | null;
}

function called({ time, from = DE_OFFICE, path = '/api/stock', reason = null }: Called): WatchedEvent {
  const status = reason === null ? 200 : 401;
  const seen = askedBy({
    time,
    from,
    path,
    status,
    session: null,
    account: reason === null ? ACCOUNT : null,
    agent: 'stock-sync/2',
  });
  const steps = [{ step: 'session', verdict: 'passed', detail: `service account ${ACCOUNT} token ${TOKEN}` }];
  return { place: seen.place, event: { ...seen.event, reason, payload: { ...seen.event.payload, steps } } };
}

/** Two days of doing the same. */
const usual = (random: Random): WatchedEvent[] =>
  Array.from({ length: 96 }, (_, index) =>
    called({
      time: BEGIN - 2 * DAY + index * 30 * MINUTE + random.between(0, 60_000),
      path: random.pick(['/api/stock', '/api/prices']),
    }),
  );

const revoked = (time: number): WatchedEvent =>
  recorded({
    type: 'token.revoked',
    time,
    actor: { kind: 'operator', ref: 'host:0' },
    payload: { token: TOKEN, account: ACCOUNT },
  });

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B11', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B11', name, isAttack: false, make });

export const tokenTraces: readonly Trace[] = [
  attack('from a new network for something new', (random) => [
    ...usual(random),
    called({ time: BEGIN + random.between(1, 20) * MINUTE, from: random.pick([NL_SERVER, AU_ABROAD]), path: '/api/stock' }),
    called({ time: BEGIN + random.between(21, 50) * MINUTE, from: random.pick([NL_SERVER, AU_ABROAD]), path: '/api/customers' }),
  ]),
  attack('from a new network, trying what it may not', (random) => [
    ...usual(random),
    called({ time: BEGIN + random.between(1, 20) * MINUTE, from: NL_SERVER }),
    called({ time: BEGIN + random.between(21, 50) * MINUTE, from: NL_SERVER, reason: 'token-application' }),
  ]),
  attack('used long after it was revoked', (random) => [
    ...usual(random),
    revoked(BEGIN),
    called({ time: BEGIN + random.between(2, 600) * MINUTE, from: random.pick([NL_SERVER, DE_OFFICE]), reason: 'token-revoked' }),
  ]),
  attack('a wrapped answer is opened a second time', (random) => [
    recorded({
      type: 'vault.wrapping.opened-twice',
      time: BEGIN + random.between(1, 60) * MINUTE,
      actor: { kind: 'visitor', ref: 'api' },
      payload: { accessor: '01ACCESSOR', path: 'auth/approle/role/ci/secret-id', openedAt: BEGIN },
      outcome: 'refused',
    }),
  ]),
  twin('a rolling deployment ends with the old token', (random) => [
    ...usual(random),
    revoked(BEGIN),
    called({ time: BEGIN + random.between(1, 25) * 1000, reason: 'token-revoked' }),
  ]),
  twin('the program moves to another place', (random) => [
    ...usual(random),
    ...Array.from({ length: 20 }, (_, index) => called({ time: BEGIN + index * 10 * MINUTE, from: NL_SERVER })),
  ]),
  twin('the program learns something new', (random) => [
    ...usual(random),
    ...Array.from({ length: random.between(2, 6) }, (_, index) =>
      called({ time: BEGIN + index * 5 * MINUTE, path: `/api/reports/${index}` }),
    ),
  ]),
  twin('a new program finds its way', (random) =>
    Array.from({ length: 40 }, (_, index) =>
      called({ time: BEGIN + index * MINUTE, from: random.pick([DE_OFFICE, NL_SERVER]), path: `/api/${index % 9}` }),
    ),
  ),
  twin('a token that is over', (random) => [
    ...usual(random),
    ...Array.from({ length: random.between(1, 30) }, (_, index) =>
      called({ time: BEGIN + index * 5 * MINUTE, reason: 'token-expired' }),
    ),
  ]),
];
