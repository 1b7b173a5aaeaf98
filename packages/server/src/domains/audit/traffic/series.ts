import type {
  SignIns,
  TrafficCounts,
  TrafficPoint,
  TrafficQuery,
  TrafficSeries,
  TrafficTop,
  TrafficTopQuery,
} from '@holdfast/contract';
import type { Database } from '../../../platform/db/database.ts';
import { isOutcome, noCounts, type Entry, type Interval, type TrafficKind } from './counting.ts';
import { percentile } from './percentile.ts';
import { chooseSpan, type ChosenSpan } from './span.ts';
import { readKinds, readRoutes, readTotals, type KindRow } from './store.ts';

export interface SeriesParts {
  readonly db: Database;
  readonly now: () => number;
  /** Counted, and not written yet. */
  readonly unwritten: () => readonly Interval[];
  /** Null for a name that does not open. */
  readonly openRoute: (sealed: string) => string | null;
}

interface Bucket {
  readonly counts: ReturnType<typeof noCounts>;
  readonly latency: Map<number, number>;
}
const newBucket = (): Bucket => ({ counts: noCounts(), latency: new Map() });

function put({ counts, latency }: Bucket, { kind, key, count }: Pick<Entry, 'kind' | 'key' | 'count'>): void {
  if (kind === 'outcome' && isOutcome(key)) counts[key] += count;
  if (kind === 'latency') latency.set(Number(key), (latency.get(Number(key)) ?? 0) + count);
}

const figures = ({ counts, latency }: Bucket): TrafficCounts & Pick<TrafficPoint, 'p50Us' | 'p95Us'> => ({
  ...counts,
  p50Us: percentile(latency, 0.5),
  p95Us: percentile(latency, 0.95),
});

/** What is still in memory belongs to the newest interval of any step. */
function unwrittenRows({ unwritten }: SeriesParts, kinds: readonly TrafficKind[], span: ChosenSpan): KindRow[] {
  const { application, stepMs, since, until } = span;
  return unwritten().flatMap(({ at, entries }) => {
    const start = Math.floor(at / stepMs) * stepMs;
    if (start < since || start >= until) return [];
    return [...entries.values()]
      .filter((entry) => kinds.includes(entry.kind) && (application === undefined || entry.application === application))
      .map(({ kind, key, count }) => ({ kind, at: start, key, count }));
  });
}

/** Kinds whose keys are single words: see `readKinds`. */
async function rowsOf(parts: SeriesParts, kinds: readonly TrafficKind[], span: ChosenSpan): Promise<KindRow[]> {
  const written = await readKinds(parts.db, kinds, span);
  return [...written, ...unwrittenRows(parts, kinds, span)];
}

/** Requests by outcome, and what was added to their time, in equal intervals. */
export async function readSeries(parts: SeriesParts, query: TrafficQuery): Promise<TrafficSeries> {
  const span = chooseSpan(query, parts.now());
  const buckets = new Map<number, Bucket>();
  const totals = newBucket();
  for (const row of await rowsOf(parts, ['outcome', 'latency'], span)) {
    const bucket = buckets.get(row.at) ?? newBucket();
    buckets.set(row.at, bucket);
    put(bucket, row);
    put(totals, row);
  }
  const points: TrafficPoint[] = [];
  for (let time = span.since; time < span.until; time += span.stepMs)
    points.push({ time, ...figures(buckets.get(time) ?? newBucket()) });
  return { since: span.since, until: span.until, step: span.step, points, totals: figures(totals) };
}

/** Sign-ins by what became of them. */
export async function readSignIns(parts: SeriesParts, query: TrafficQuery): Promise<SignIns> {
  const span = chooseSpan(query, parts.now());
  const counts = new Map<number, { succeeded: number; refused: number; lockedOut: number }>();
  const at = (time: number): { succeeded: number; refused: number; lockedOut: number } => {
    const held = counts.get(time) ?? { succeeded: 0, refused: 0, lockedOut: 0 };
    counts.set(time, held);
    return held;
  };
  for (const { at: time, key, count } of await rowsOf(parts, ['sign-in'], span))
    if (key === 'succeeded' || key === 'refused' || key === 'lockedOut') at(time)[key] += count;
  const points: SignIns['points'] = [];
  for (let time = span.since; time < span.until; time += span.stepMs) points.push({ time, ...at(time) });
  return { since: span.since, until: span.until, step: span.step, points };
}

export async function readTop(parts: SeriesParts, { by, limit, ...asked }: TrafficTopQuery): Promise<TrafficTop> {
  const span = chooseSpan(asked, parts.now());
  const counts = new Map<string, number>();
  for (const { key, count } of [...(await readTotals(parts.db, by, span)), ...unwrittenRows(parts, [by], span)])
    counts.set(key, (counts.get(key) ?? 0) + count);
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, limit);
  const names =
    by === 'route'
      ? await readRoutes(
          parts.db,
          sorted.map(([key]) => key),
        )
      : null;
  const nameOf = (key: string): string | null => {
    if (names === null) return key;
    const sealed = names.get(key);
    return sealed === undefined ? null : parts.openRoute(sealed);
  };
  const items = sorted.flatMap(([key, count]) => {
    const name = nameOf(key);
    return name === null ? [] : [{ key: name, count }];
  });
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { by, since: span.since, until: span.until, total, items };
}
