import { CUT_MARK } from './fold-route.ts';
import { vectorKey, type Seen } from './vectors.ts';

/** Different shapes, routes and clients held between two writes; a flood beyond that is counted, not kept. */
const VECTORS_MAX = 2000;
const ROUTES_MAX = 2000;
const CLIENTS_MAX = 10_000;

export interface PendingVector {
  readonly seen: Seen;
  readonly key: string;
  count: number;
  last: number;
}

export interface Batch {
  readonly vectors: Map<string, PendingVector>;
  readonly routes: Map<
    string,
    { application: string; hour: number; method: string; route: string; requests: number; clean: number }
  >;
  readonly clients: Map<string, { application: string; client: string; clean: number; last_seen: number }>;
}

export const newBatch = (): Batch => ({ vectors: new Map(), routes: new Map(), clients: new Map() });

function countRoute({ routes }: Batch, { application, hour, method, route: known, isClean }: Seen): void {
  const keyOf = (route: string): string => `${application} ${hour} ${method} ${route}`;
  // Past the limit requests still count towards the total, under no route of their own.
  const route = routes.size < ROUTES_MAX || routes.has(keyOf(known)) ? known : CUT_MARK;
  const row = routes.get(keyOf(route)) ?? { application, hour, method, route, requests: 0, clean: 0 };
  row.requests += 1;
  if (isClean) row.clean += 1;
  routes.set(keyOf(route), row);
}

function countClient({ clients }: Batch, { application, client, time, isClean }: Seen): void {
  if (!isClean) return;
  const key = `${application} ${client}`;
  const known = clients.get(key);
  if (known === undefined) {
    if (clients.size < CLIENTS_MAX) clients.set(key, { application, client, clean: 1, last_seen: time });
    return;
  }
  known.clean += 1;
  known.last_seen = time;
}

/** False when the findings of the request found no room. */
export function addSeen(batch: Batch, seen: Seen): boolean {
  countRoute(batch, seen);
  countClient(batch, seen);
  if (seen.findings.length === 0) return true;
  const key = vectorKey(seen);
  const place = `${seen.application} ${key}`;
  const known = batch.vectors.get(place);
  if (known !== undefined) {
    known.count += 1;
    known.last = seen.time;
    return true;
  }
  if (batch.vectors.size >= VECTORS_MAX) return false;
  batch.vectors.set(place, { seen, key, count: 1, last: seen.time });
  return true;
}
