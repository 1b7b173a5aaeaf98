import { CUT_MARK } from '../../../platform/http/fold-route.ts';
import { redactSample } from './redact-sample.ts';
import { shapeOf, type Seen } from './vectors.ts';

/** Different shapes, routes and clients held between two writes; a flood beyond that is counted, not kept. */
const VECTORS_MAX = 1000;
const ROUTES_MAX = 2000;
const CLIENTS_MAX = 10_000;

export interface PendingVector {
  readonly seen: Seen;
  readonly key: string;
  count: number;
  last: number;
}

export interface RouteCount {
  readonly application: string;
  readonly hour: number;
  readonly method: string;
  readonly route: string;
  requests: number;
  clean: number;
}

export interface Batch {
  readonly vectors: Map<string, PendingVector>;
  readonly routes: Map<string, RouteCount>;
  readonly clients: Map<string, { application: string; client: string; clean: number; last_seen: number }>;
}

export const newBatch = (): Batch => ({ vectors: new Map(), routes: new Map(), clients: new Map() });

function countRoute({ routes }: Batch, { application, hour, method, route: known, isClean }: Seen): void {
  const place = `${application} ${hour} ${method}`;
  const row = routes.get(`${place} ${known}`) ?? newRoute();
  row.requests += 1;
  if (isClean) row.clean += 1;

  function newRoute(): RouteCount {
    // Past the limit requests still count towards the total, under no route of their own.
    const route = routes.size < ROUTES_MAX ? known : CUT_MARK;
    const made = routes.get(`${place} ${route}`) ?? { application, hour, method, route, requests: 0, clean: 0 };
    routes.set(`${place} ${route}`, made);
    return made;
  }
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
export function addSeen(batch: Batch, seen: Seen, keyOf: (shape: string) => string): boolean {
  countRoute(batch, seen);
  countClient(batch, seen);
  if (seen.findings.length === 0) return true;
  const shape = shapeOf(seen);
  const known = batch.vectors.get(shape);
  if (known !== undefined) {
    known.count += 1;
    known.last = seen.time;
    return true;
  }
  if (batch.vectors.size >= VECTORS_MAX) return false;
  const findings = seen.findings.map((finding) => ({ ...finding, sample: redactSample(finding.sample) }));
  batch.vectors.set(shape, { seen: { ...seen, findings }, key: keyOf(shape), count: 1, last: seen.time });
  return true;
}
