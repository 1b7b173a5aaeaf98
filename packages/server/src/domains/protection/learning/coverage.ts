import {
  SCHEMA_REASONS,
  type Application,
  type SchemaCoverage,
  type SchemaRoute,
  type SchemaShare,
  type SchemaViolationView,
} from '@holdfast/contract';
import type { Applications } from '../../applications/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { tablesOf } from '../change.ts';
import type { SeenTraffic } from '../tuning/tuning.ts';
import type { RouteTotal } from '../tuning/vector-store.ts';
import type { Vector } from '../tuning/vectors.ts';
import { listedAs, listingOf, type Listing } from './listed-routes.ts';
import { inForce, readFragment, readVersions } from './schema-store.ts';

const DAY_MS = 86_400_000;
const LIVE_DAYS = 7;
const LISTED_MAX = 100;
const ROUTES_MAX = 500;
/** Numbers for metrics are asked for every few seconds; opening what is kept of the traffic costs more than they are worth. */
const REMEMBERED_MS = 30_000;

export interface CoverageParts {
  readonly db: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly applications: Applications;
  readonly seen: SeenTraffic;
}

/** How much of the live traffic is under a schema in force. */
export interface Coverage {
  show(application: string): Promise<SchemaCoverage>;
  /** Of all applications; as of half a minute ago at most. */
  shares(): Promise<SchemaShare[]>;
  /** Routes that the application answered with success, most visited first. */
  live(application: string): Promise<readonly RouteTotal[]>;
}

export function createCoverage(parts: CoverageParts): Coverage {
  const { applications, clock, seen } = parts;
  let held: { readonly at: number; readonly shares: Promise<SchemaShare[]> } | null = null;
  const readShares = async (): Promise<SchemaShare[]> => {
    const shares: SchemaShare[] = [];
    for (const { application } of await applications.list()) shares.push((await readOne(parts, application)).share);
    return shares;
  };
  return {
    async show(id) {
      const { application } = await applications.get(id);
      const one = await readOne(parts, application);
      const { share, live, listing } = one;
      const since = clock.now() - DAY_MS;
      const vectors = await seen.vectors(id, since);
      const uncovered = live.filter(({ method, route }) => listing === null || listedAs(listing, method, route) === null);
      const misfits = misfitsOf(vectors);
      return {
        ...share,
        list: routesOf(one, { lastDay: await seen.routes(id, since), misfits }),
        misfits: [...misfits.values()].reduce((total, count) => total + count, 0),
        uncovered: uncovered.slice(0, LISTED_MAX).map(({ method, route, clean }) => ({ method, route, requests: clean })),
        violations: violationsOf(vectors),
      };
    },
    async shares() {
      const now = clock.now();
      if (held === null || now - held.at > REMEMBERED_MS || now < held.at) held = { at: now, shares: readShares() };
      return held.shares.catch((error: unknown) => {
        held = null;
        throw error;
      });
    },
    live: async (id) => readLive(parts, id),
  };
}

/** Routes that the application answered with success: what scanners tried is not its own. */
async function readLive({ clock, seen }: CoverageParts, application: string): Promise<RouteTotal[]> {
  const routes = await seen.routes(application, clock.now() - LIVE_DAYS * DAY_MS);
  return routes.filter(({ clean }) => clean > 0).toSorted((left, right) => right.clean - left.clean);
}

interface One {
  readonly share: SchemaShare;
  readonly live: readonly RouteTotal[];
  readonly listing: Listing | null;
}

async function readOne(parts: CoverageParts, { id, mode }: Pick<Application, 'id' | 'mode'>): Promise<One> {
  const tables = tablesOf(parts.db);
  const version = inForce(await readVersions(tables, id));
  const text = version === null ? null : await readFragment(tables, id, version.version);
  const listing = text === null ? null : listingOf(JSON.parse(text));
  const live = await readLive(parts, id);
  const covered = listing === null ? [] : live.filter(({ method, route }) => listedAs(listing, method, route) !== null);
  const requests = (routes: readonly RouteTotal[]): number => routes.reduce((total, { clean }) => total + clean, 0);
  const share = {
    application: id,
    kind: version?.kind ?? null,
    version: version?.version ?? null,
    mode,
    schemaMode: version?.mode ?? null,
    routes: { live: live.length, covered: covered.length },
    requests: { live: requests(live), covered: requests(covered) },
  };
  return { share, live, listing };
}

/** Of the last day. */
interface LastDay {
  readonly lastDay: readonly RouteTotal[];
  readonly misfits: ReadonlyMap<string, number>;
}

const keyOf = ({ method, route }: { readonly method: string; readonly route: string }): string => `${method} ${route}`;

function routesOf({ share, live, listing }: One, { lastDay, misfits }: LastDay): SchemaRoute[] {
  const judged = new Map(lastDay.map((total) => [keyOf(total), total.requests]));
  const listed = share.mode === 'enforce' && share.schemaMode === 'enforce' ? ('enforced' as const) : ('monitored' as const);
  const visited = new Set<string>();
  const rows = live.map(({ method, route, clean }): SchemaRoute => {
    const as = listing === null ? null : listedAs(listing, method, route);
    if (as !== null) visited.add(`${method} ${as}`);
    const missed = misfits.get(keyOf({ method, route })) ?? 0;
    return {
      method,
      route,
      source: as === null ? null : share.kind,
      state: as === null ? 'unlisted' : listed,
      requests: clean,
      judged: Math.max(judged.get(keyOf({ method, route })) ?? 0, missed),
      misfits: missed,
    };
  });
  const others = (listing?.operations ?? []).filter(({ method, path }) => !visited.has(`${method} ${path}`));
  const missed = misfitsAs(listing, misfits);
  const quiet = others.map(({ method, path }): SchemaRoute => {
    const count = missed.get(`${method} ${path}`) ?? 0;
    return { method, route: path, source: share.kind, state: listed, requests: 0, judged: count, misfits: count };
  });
  return [...rows, ...quiet].slice(0, ROUTES_MAX);
}

/** The same by operation of the schema: where everything is refused, nothing is answered with success. */
function misfitsAs(listing: Listing | null, misfits: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [key, count] of misfits) {
    const space = key.indexOf(' ');
    const [method, route] = [key.slice(0, space), key.slice(space + 1)];
    const as = listing === null ? null : listedAs(listing, method, route);
    if (as !== null) counts.set(`${method} ${as}`, (counts.get(`${method} ${as}`) ?? 0) + count);
  }
  return counts;
}

/** Requests that did not fit, by route. */
function misfitsOf(vectors: readonly Vector[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const vector of vectors)
    if (vector.findings.some(({ group }) => group === 'schema'))
      counts.set(keyOf(vector), (counts.get(keyOf(vector)) ?? 0) + vector.count);
  return counts;
}

const PREFIX = 'schema.';

function violationsOf(vectors: readonly Vector[]): SchemaViolationView[] {
  const rows = new Map<string, { view: SchemaViolationView; clients: Set<string> }>();
  for (const { method, route, findings, client, count, lastSeen, requestId } of vectors) {
    for (const { group, rule, location, parameter } of findings) {
      const reason = SCHEMA_REASONS.find((known) => rule === PREFIX + known);
      if (group !== 'schema' || reason === undefined) continue;
      const place = location ?? '';
      const key = JSON.stringify([method, route, place, parameter, reason]);
      const row = rows.get(key) ?? {
        view: {
          method,
          route,
          location: place,
          name: parameter,
          pointer: pointerOf(place, parameter),
          reason,
          requests: 0,
          clients: 0,
          lastSeen,
          requestId,
        },
        clients: new Set<string>(),
      };
      row.clients.add(client);
      const isNewer = lastSeen >= row.view.lastSeen;
      row.view = {
        ...row.view,
        requests: row.view.requests + count,
        clients: row.clients.size,
        ...(isNewer ? { lastSeen, requestId: requestId ?? row.view.requestId } : {}),
      };
      rows.set(key, row);
    }
  }
  return [...rows.values()]
    .map(({ view }) => view)
    .toSorted((left, right) => right.requests - left.requests)
    .slice(0, LISTED_MAX);
}

/** As `schema-report.ts` of the contract writes pointers, with `*` for every element. */
function pointerOf(location: string, name: string): string {
  if (name === '') return '';
  const names = location === 'json' ? name.split('.') : [name];
  return names.map((each) => `/${each.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
