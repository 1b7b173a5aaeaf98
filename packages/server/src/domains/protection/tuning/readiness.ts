import type { Mode, Readiness } from '@holdfast/contract';
import type { RouteTotal } from './vector-store.ts';
import { HOUR_MS } from './vectors.ts';

const DAY_MS = 24 * HOUR_MS;
const REQUESTS_MIN = 10_000;
const WATCH_DAYS_MIN = 7;
const LATELY_DAYS = 7;
const ROUTES_SHARE_MIN = 0.95;
const SELF_TEST_DAYS_MAX = 7;
/** A page that answers every address well makes a route of each that a scanner tries once. */
const KNOWN_CLEAN_MIN = 3;

export interface SelfTestFact {
  readonly passed: boolean;
  readonly at: number;
}

export interface ReadinessFacts {
  readonly application: string;
  readonly mode: Mode;
  readonly now: number;
  readonly routes: readonly RouteTotal[];
  readonly openCards: number;
  /** The last one; null = none is on record. */
  readonly selfTest: SelfTestFact | null;
}

type Line = Readiness['lines'][number];

function traffic({ routes, now }: ReadinessFacts): Line {
  const requests = routes.reduce((total, route) => total + route.requests, 0);
  const firstHour = Math.min(now, ...routes.map((route) => route.firstHour));
  const days = Math.floor((now - firstHour) / DAY_MS);
  return {
    name: 'traffic',
    passed: requests >= REQUESTS_MIN || (requests > 0 && days >= WATCH_DAYS_MIN),
    figure: `${requests} requests in ${days} ${days === 1 ? 'day' : 'days'} (wanted: ${REQUESTS_MIN} requests or ${WATCH_DAYS_MIN} days)`,
    next: 'go on watching',
  };
}

/** A route that nobody used lately was not watched under the settings of today. */
function coverage({ routes, now }: ReadinessFacts): Line {
  const known = routes.filter(({ clean }) => clean >= KNOWN_CLEAN_MIN);
  const lately = known.filter(({ lastCleanHour }) => lastCleanHour >= now - LATELY_DAYS * DAY_MS);
  const share = known.length === 0 ? 0 : lately.length / known.length;
  return {
    name: 'routes',
    passed: share >= ROUTES_SHARE_MIN,
    figure: `${lately.length} of ${known.length} known routes seen in ${LATELY_DAYS} days (wanted: ${ROUTES_SHARE_MIN * 100} %)`,
    next: 'go on watching, or use the application',
  };
}

function inbox({ openCards }: ReadinessFacts): Line {
  const figure = `${openCards} open ${openCards === 1 ? 'card' : 'cards'} (wanted: 0)`;
  return { name: 'inbox', passed: openCards === 0, figure, next: 'holdfast tune suggest' };
}

function selfTested({ selfTest, now }: ReadinessFacts): Line {
  const next = 'holdfast test attack';
  if (selfTest === null) return { name: 'self-test', passed: false, figure: 'not run yet', next };
  const hours = Math.max(0, Math.round((now - selfTest.at) / HOUR_MS));
  const isFresh = now - selfTest.at <= SELF_TEST_DAYS_MAX * DAY_MS;
  const figure = `${selfTest.passed ? 'green' : 'failed'}, ${hours} h ago (wanted: green, at most ${SELF_TEST_DAYS_MAX} days old)`;
  return { name: 'self-test', passed: selfTest.passed && isFresh, figure, next };
}

/** Whether enough was watched, and everything that was found has been decided. */
export function readinessOf(facts: ReadinessFacts): Readiness {
  const lines = [traffic(facts), coverage(facts), inbox(facts), selfTested(facts)];
  return { application: facts.application, mode: facts.mode, ready: lines.every(({ passed }) => passed), lines };
}
