import {
  SCHEMA_REASONS,
  type Application,
  type SchemaCoverage,
  type SchemaPreview,
  type SchemaShare,
  type SchemaViolationView,
} from '@holdfast/contract';
import type { Applications } from '../../applications/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/database.ts';
import { tablesOf } from '../change.ts';
import { isDocument } from '../documents/document-schema.ts';
import type { SeenTraffic } from '../tuning/tuning.ts';
import type { RouteTotal } from '../tuning/vector-store.ts';
import type { Vector } from '../tuning/vectors.ts';
import { listsOf, listsRoute, type Lists } from './listed-routes.ts';
import { inForce, readFragment, readVersions } from './schema-store.ts';

const DAY_MS = 86_400_000;
const LIVE_DAYS = 7;
const LISTED_MAX = 100;
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
  /** What a schema would leave unlisted. */
  preview(application: string, lists: Lists): Promise<SchemaPreview>;
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
      const { share, live, lists } = await readOne(parts, application);
      const vectors = await seen.vectors(id, clock.now() - DAY_MS);
      const uncovered = live.filter(({ method, route }) => lists === null || !listsRoute(lists, method, route));
      return {
        ...share,
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
    async preview(id, lists) {
      const live = await readLive(parts, id);
      const unlisted = live.filter(({ method, route }) => !listsRoute(lists, method, route));
      const sum = (routes: readonly RouteTotal[]): number => routes.reduce((total, { clean }) => total + clean, 0);
      return {
        requests: sum(live),
        covered: sum(live) - sum(unlisted),
        unlisted: unlisted.slice(0, LISTED_MAX).map(({ method, route, clean }) => ({
          method,
          route,
          location: null,
          name: '',
          requests: clean,
        })),
      };
    },
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
  readonly lists: Lists | null;
}

async function readOne(parts: CoverageParts, { id, mode }: Pick<Application, 'id' | 'mode'>): Promise<One> {
  const tables = tablesOf(parts.db);
  const version = inForce(await readVersions(tables, id))?.version ?? null;
  const text = version === null ? null : await readFragment(tables, id, version);
  const fragment: unknown = text === null ? null : JSON.parse(text);
  const lists = fragment === null ? null : listsOf(fragment);
  const live = await readLive(parts, id);
  const covered = lists === null ? [] : live.filter(({ method, route }) => listsRoute(lists, method, route));
  const requests = (routes: readonly RouteTotal[]): number => routes.reduce((total, { clean }) => total + clean, 0);
  const share = {
    application: id,
    kind: fragment === null ? null : isDocument(fragment) ? ('document' as const) : ('learned' as const),
    version,
    mode,
    routes: { live: live.length, covered: covered.length },
    requests: { live: requests(live), covered: requests(covered) },
  };
  return { share, live, lists };
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
