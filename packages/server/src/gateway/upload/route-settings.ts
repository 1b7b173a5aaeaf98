import { plainUploadPath } from '@holdfast/contract';
import type { Application, UploadRoute, UploadSettings } from '@holdfast/contract';
import { createRouteTable, routeSegments } from '@holdfast/inspect';
import type { RouteTable } from '@holdfast/inspect';
import type { Exchange } from '../exchange.ts';

/** What holds for the files of one request. */
export interface RouteUploads extends UploadSettings {
  /** Whether files are taken here at all. */
  readonly files: 'take' | 'refuse';
  /** The entry that says so; null = none is about this route. */
  readonly route: string | null;
}

interface Ranked {
  readonly rank: number;
  readonly method: string | null;
  readonly settings: RouteUploads;
}

interface Compiled {
  readonly table: RouteTable<Ranked>;
  readonly elsewhere: RouteUploads;
}

const BELOW = '/*';
const ANY_SEGMENT = '{}';
/** An application of a snapshot is never changed: another one comes in its place. */
const compiled = new WeakMap<Application, Compiled>();

/** The entry that says most about this path, else what holds for the application. */
export function uploadsFor(application: Application, { head }: Pick<Exchange, 'head'>): RouteUploads {
  let found = compiled.get(application);
  if (found === undefined) {
    found = compile(application.uploads);
    compiled.set(application, found);
  }
  if (application.uploads.routes.length === 0) return found.elsewhere;
  let best: Ranked | null = null;
  for (const ranked of found.table.find(routeSegments(head.path))) {
    if (ranked.method !== null && ranked.method !== head.method) continue;
    if (best === null || ranked.rank < best.rank) best = ranked;
  }
  return best?.settings ?? found.elsewhere;
}

function compile(uploads: UploadSettings): Compiled {
  const table = createRouteTable<Ranked>();
  for (const [rank, route] of uploads.routes.toSorted(compareRoutes).entries()) {
    const path = plainUploadPath(route.path);
    const entry = { rank, method: route.method, settings: settingsOf(uploads, route) };
    if (path.endsWith(BELOW)) table.addBelow(path.slice(0, -BELOW.length), entry);
    else table.add(path, entry);
  }
  return { table, elsewhere: { ...uploads, files: uploads.elsewhere, route: null } };
}

function settingsOf(uploads: UploadSettings, route: UploadRoute): RouteUploads {
  return {
    ...uploads,
    action: route.action ?? uploads.action,
    types: route.types ?? uploads.types,
    fileBytesMax: route.fileBytesMax ?? uploads.fileBytesMax,
    filesMax: route.filesMax ?? uploads.filesMax,
    archives: { ...uploads.archives, encrypted: route.encrypted ?? uploads.archives.encrypted },
    activeContent: route.activeContent ?? uploads.activeContent,
    images: route.images ?? uploads.images,
    files: route.files,
    route: route.method === null ? route.path : `${route.method} ${route.path}`,
  };
}

/** How much is said of each segment: a word, any one, or any number of them. */
const weights = (path: string): readonly number[] =>
  routeSegments(plainUploadPath(path)).map((segment) => (segment === '*' ? 0 : segment === ANY_SEGMENT ? 2 : 3));
/** That it ends says less than any segment, and more than that anything may follow. */
const END = 1;

/** What says more comes first: at the first segment that differs, then by the method. */
function compareRoutes(left: UploadRoute, right: UploadRoute): number {
  const [ours, theirs] = [weights(left.path), weights(right.path)];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index += 1) {
    const difference = (theirs[index] ?? END) - (ours[index] ?? END);
    if (difference !== 0) return difference;
  }
  return Number(left.method === null) - Number(right.method === null);
}
