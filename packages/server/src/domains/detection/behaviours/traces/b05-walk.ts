import type { WatchedEvent } from '../../watch/watched-event.ts';
import { visited } from './events.ts';
import { networkOfNumber } from './people.ts';
import type { Random } from './random.ts';
import { BEGIN, type Trace } from './trace.ts';

const SECOND = 1000;
const POLICY = { action: 'GET', application: 'shop', route: '/api/orders/*', policies: ['own-orders'], errors: [] };

interface Walk {
  readonly ids: readonly (number | string)[];
  readonly seconds: number;
  readonly status: (index: number) => number;
  readonly account?: string | null;
  readonly session?: string | null;
  readonly path?: (id: number | string) => string;
}

function walked(
  random: Random,
  { ids, seconds, status, path = (id) => `/api/orders/${id}`, account = null, session = null }: Walk,
): WatchedEvent[] {
  return ids.map((id, index) =>
    visited({
      time: BEGIN + (index / ids.length) * seconds * SECOND + random.between(0, 200),
      address: '203.0.113.20',
      path: path(id),
      status: status(index),
      account,
      session,
    }),
  );
}

const upTo = (count: number, from = 1): number[] => Array.from({ length: count }, (_, index) => from + index);

/** People who look at their own orders: what the route is for. */
function usual(random: Random): WatchedEvent[] {
  return Array.from({ length: 40 }, (_, index) =>
    upTo(random.between(1, 4), 1 + index * 5).map((id) =>
      visited({
        time: BEGIN - random.between(10, 3000) * SECOND,
        address: `${networkOfNumber(index)}.3`,
        path: `/api/orders/${id}`,
        account: `buyer-${index}`,
      }),
    ),
  ).flat();
}

/** Things that everybody looks at. */
function products(random: Random): WatchedEvent[] {
  return Array.from({ length: 300 }, () =>
    visited({
      time: BEGIN - random.between(10, 3000) * SECOND,
      address: `${networkOfNumber(random.between(0, 60))}.3`,
      path: `/products/${random.between(1, 40)}`,
    }),
  );
}

const attack = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B5', name, isAttack: true, make });
const twin = (name: string, make: Trace['make']): Trace => ({ behaviour: 'B5', name, isAttack: false, make });

export const walkTraces: readonly Trace[] = [
  attack('orders of others, refused by the application', (random) =>
    walked(random, {
      ids: upTo(200),
      seconds: random.between(30, 250),
      account: 'mallory',
      status: (index) => (index % 40 === 3 ? 200 : 403),
    }),
  ),
  attack('orders of others, refused by a policy', (random) =>
    upTo(random.between(20, 60)).map((id, index) =>
      visited({
        time: BEGIN + index * random.between(1, 3) * SECOND,
        address: '203.0.113.20',
        path: `/api/orders/${id}`,
        account: 'mallory',
        status: 403,
        access: { ...POLICY, allowed: false, enforced: true, principal: { kind: 'person', id: 'mallory' } },
      }),
    ),
  ),
  attack('in order, and the application gives them all', (random) => [
    ...usual(random),
    ...walked(random, {
      ids: upTo(random.between(60, 120), 100),
      seconds: random.between(30, 200),
      account: 'mallory',
      status: () => 200,
    }),
  ]),
  attack('random ids without an account, most of them missing', (random) =>
    walked(random, {
      ids: Array.from({ length: 90 }, () => random.between(1, 99_999)),
      seconds: random.between(20, 120),
      status: () => (random.chance(0.8) ? 404 : 200),
    }),
  ),
  attack('a session walks a parameter of the query', (random) =>
    upTo(random.between(60, 150)).map((id, index) =>
      visited({
        time: BEGIN + index * 2 * SECOND,
        address: '203.0.113.20',
        path: '/invoice',
        query: `order_id=${id}`,
        session: 'f00dfeedf00dfeed',
        status: random.chance(0.6) ? 403 : 200,
      }),
    ),
  ),
  attack('slowly and downwards', (random) =>
    walked(random, {
      ids: upTo(160).toReversed(),
      seconds: 600,
      session: 'f00dfeedf00dfeed',
      status: () => (random.chance(0.4) ? 404 : 200),
    }),
  ),
  twin('a crawler reads the catalogue in order', (random) => [
    ...products(random),
    ...walked(random, {
      ids: upTo(300),
      seconds: 280,
      path: (id) => `/products/${id}`,
      status: () => (random.chance(0.05) ? 404 : 200),
    }),
  ]),
  twin('a crawler reads a new site in order', (random) =>
    walked(random, { ids: upTo(200), seconds: 280, path: (id) => `/products/${id}`, status: () => 200 }),
  ),
  twin('an export job with its own credential', (random) =>
    upTo(400).map((id, index) =>
      visited({
        time: BEGIN + index * 500 + random.between(0, 100),
        address: '192.0.2.60',
        path: `/api/orders/${id}`,
        account: 'export-job',
        access: { ...POLICY, allowed: true, enforced: true, principal: { kind: 'service', id: 'export-job' } },
      }),
    ),
  ),
  twin('somebody looks through products', (random) =>
    Array.from({ length: 70 }, () =>
      visited({
        time: BEGIN + random.between(0, 280) * SECOND,
        address: '192.0.2.61',
        path: `/products/${random.between(1, 400)}`,
        account: 'ada',
        status: random.chance(0.03) ? 404 : 200,
      }),
    ),
  ),
  twin('a page with a hundred thumbnails', (random) =>
    Array.from({ length: 100 }, (_, index) =>
      visited({
        time: BEGIN + index * 30,
        address: '192.0.2.62',
        path: `/media/${random.between(1, 99_999_999)}`,
        account: 'ada',
      }),
    ),
  ),
];
