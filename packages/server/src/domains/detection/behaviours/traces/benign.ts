import type { WatchedEvent } from '../../watch/watched-event.ts';
import { visited } from './events.ts';
import { honestSignIn, networkOfNumber } from './people.ts';
import { randomOf, type Random } from './random.ts';
import { BEGIN } from './trace.ts';

/** One line of a corpus of honest requests: what was asked for, and by what. */
export interface Shape {
  readonly method: string;
  readonly path: string;
  readonly agent: string;
}

const DAYS = 4;
const DAY = 86_400_000;
const PRODUCTS = 60;
const PEOPLE = 3000;
const NETWORKS = 2500;
const ASSETS = ['/static/app.css', '/static/app.js', '/favicon.ico', '/static/logo.svg'];

/** Honest visits to a shop, and whatever the corpus holds, as requests in the order in which they end. */
export function* benignEvents(of: { seed: number; requests: number; shapes: readonly Shape[] }): Generator<WatchedEvent> {
  const random = randomOf(of.seed);
  const all: WatchedEvent[] = [];
  let requests = 0;
  while (requests < of.requests) {
    const visit = visitOf(random, of.shapes);
    requests += visit.filter(({ event }) => event.type === 'request.completed').length;
    all.push(...visit);
  }
  yield* all.toSorted((a, b) => a.event.time - b.event.time);
}

function visitOf(random: Random, shapes: readonly Shape[]): WatchedEvent[] {
  const who = random.between(0, PEOPLE - 1);
  const address = `${networkOfNumber(who % NETWORKS)}.${1 + Math.floor(who / NETWORKS)}`;
  // More by day than by night.
  const begin = BEGIN + random.between(0, DAYS - 1) * DAY + ((random.next() + random.next() + random.next()) / 3) * DAY;
  const isSignedIn = random.chance(0.3);
  const account = `person-${who}`;
  const events = isSignedIn ? honestSignIn(random, { time: begin, account, address, known: 0.75 }) : [];
  let time = begin + 20_000;
  const session = isSignedIn ? `s${who}` : null;
  for (let page = random.between(2, 14); page > 0; page -= 1) {
    time += random.between(1500, 40_000);
    const asked = pageOf(random, { shapes, who, isSignedIn });
    const status = asked.status ?? (random.chance(0.02) ? 404 : 200);
    const shared = { address, session, account: isSignedIn ? `key-${account}` : null };
    events.push(visited({ ...shared, ...asked, time, status, bytes: random.between(800, 60_000) }));
    if (random.chance(0.4))
      for (const [at, path] of ASSETS.entries())
        events.push(visited({ ...shared, time: time + at * 40, path, bytes: random.between(500, 200_000) }));
  }
  return events;
}

interface Page {
  readonly path: string;
  readonly query?: string;
  readonly method?: string;
  readonly agent?: string;
  readonly status?: number;
}

function pageOf(random: Random, of: { shapes: readonly Shape[]; who: number; isSignedIn: boolean }): Page {
  const { shapes, who, isSignedIn } = of;
  if (shapes.length > 0 && random.chance(0.5)) {
    const { method, path, agent } = random.pick(shapes);
    const [stem = '/', query = ''] = path.split('?', 2);
    return { method, path: stem.slice(0, 512), query: query.slice(0, 512), agent };
  }
  const kind = random.between(0, 9);
  if (kind < 5) return { path: `/products/${random.between(1, PRODUCTS)}` };
  if (kind === 5) return { path: '/search', query: `q=tea&page=${random.between(1, 9)}` };
  if (kind === 6 && isSignedIn) return { path: `/api/orders/${who * 10 + random.between(0, 4)}` };
  if (kind === 7 && isSignedIn) return { path: '/orders' };
  // A wrong field, or an address that is taken: some registrations are refused.
  if (kind === 8 && !isSignedIn && random.chance(0.1))
    return { path: '/register', method: 'POST', status: random.chance(0.3) ? 422 : 303 };
  return { path: '/' };
}
