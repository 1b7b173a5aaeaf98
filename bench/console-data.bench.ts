import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../packages/server/src/platform/db/database.ts';
import { systemClock as clock } from '../packages/server/src/platform/clock.ts';
import { migrate } from '../packages/server/src/platform/db/migrate.ts';
import { silentLog as log } from '../packages/server/src/platform/log.ts';
import { createPostgresCluster, postgresMissing } from '../tests/support/postgres-cluster.ts';
import { callsOf, type Call } from './console-calls.ts';
import { fillEvents, fillLists, fillTraffic, type Filled } from '../tests/support/console-data/fill.ts';
import { openKeys, openStand } from '../tests/support/console-data/stand.ts';
import { memoryMib } from './measured-process.ts';
import { report } from './report.ts';

const P95_MS_MAX = 300;
const ROUNDS = 40;
const POSTGRES_EVENTS = Number(process.env['HOLDFAST_BENCH_EVENTS'] ?? 10_000_000);
const EMBEDDED_EVENTS = Math.min(1_000_000, POSTGRES_EVENTS);
const HOUR_MS = 3_600_000;

interface Measured {
  readonly page: string;
  /** Of the first round, in which nothing is warm. */
  readonly firstMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly items: number | null;
}

const tenths = (ms: number | undefined): number => Math.round((ms ?? 0) * 10) / 10;

/** Nearest rank: so large a share of the values is not above it. */
const at = (sorted: readonly number[], share: number): number => tenths(sorted[Math.ceil(sorted.length * share) - 1]);

async function ask(url: string, token: string, { page, path }: Call): Promise<string> {
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}`, host: 'localhost' } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`assertion: ${page} is answered: ${answer.status} ${text}`);
  return text;
}

/** Pages in turn and not one page after itself: what one leaves warm is not what the next one needs. */
async function measure(url: string, token: string, calls: readonly Call[]): Promise<Measured[]> {
  const times = new Map<string, number[]>();
  const items = new Map<string, number | null>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const call of calls) {
      const { page } = call;
      const began = performance.now();
      const text = await ask(url, token, call);
      times.set(page, [...(times.get(page) ?? []), performance.now() - began]);
      const body = JSON.parse(text) as { items?: unknown[] };
      items.set(page, body.items?.length ?? null);
    }
  }
  return calls.map(({ page }) => {
    const taken = times.get(page) ?? [];
    const sorted = taken.toSorted((a, b) => a - b);
    return { page, firstMs: tenths(taken[0]), p50Ms: at(sorted, 0.5), p95Ms: at(sorted, 0.95), items: items.get(page) ?? null };
  });
}

async function run(db: Database, count: number, batch: number): Promise<Filled & { pages: Measured[]; residentMib: number }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hf-bench-keys-'));
  try {
    await migrate({ db, clock, log });
    // Everything is an hour old: what comes meanwhile is not part of what is measured.
    const now = clock.now() - HOUR_MS;
    const keys = await openKeys(dataDir);
    const filled = await fillEvents(db, { count, now, batch, subjectKeys: keys.subjectKeys });
    await fillTraffic(db, clock.now());
    await fillLists(db, now);
    await using stand = await openStand(db, keys);
    const { url, token } = stand;
    // The very first request of the process loads the client of this bench as well.
    await ask(url, token, { page: 'tokens', path: '/api/v1/tokens' });
    const pages = await measure(url, token, callsOf(now, count));
    return { ...filled, pages, residentMib: memoryMib(process.pid).resident };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function onPostgres() {
  await using cluster = await createPostgresCluster();
  for (const setting of [
    "maintenance_work_mem = '768MB'",
    "shared_buffers = '1GB'",
    'fsync = off',
    'autovacuum = off',
    "max_wal_size = '8GB'",
  ])
    await cluster.query(`alter system set ${setting}`);
  await cluster.crash();
  await cluster.start();
  await using db = await openDatabase({ kind: 'postgres', url: cluster.url, statementTimeoutMs: 3_600_000 }, log);
  return await run(db, POSTGRES_EVENTS, 250_000);
}

async function onEmbedded() {
  const dataDir = mkdtempSync(join(tmpdir(), 'hf-bench-'));
  try {
    await using db = await openDatabase({ kind: 'embedded', dataDir, statementTimeoutMs: 600_000 }, log);
    return await run(db, EMBEDDED_EVENTS, 10_000);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const only = process.env['HOLDFAST_BENCH_STORE'];
const postgres = only === 'embedded' || postgresMissing !== null ? null : await onPostgres();
if (postgresMissing !== null) process.stderr.write(`${postgresMissing}\n`);
const embedded = only === 'postgres' ? null : await onEmbedded();
const all = [...(postgres?.pages ?? []), ...(embedded?.pages ?? [])];
const slow = all.filter(({ p95Ms }) => p95Ms > P95_MS_MAX);
report({
  name: 'console-data',
  budget: `every call of every page of the console within ${P95_MS_MAX} ms at p95, over HTTP: ${POSTGRES_EVENTS} events on PostgreSQL, ${EMBEDDED_EVENTS} embedded`,
  ok: slow.length === 0 && all.length > 0,
  results: { slow, slowest: all.toSorted((a, b) => b.p95Ms - a.p95Ms).slice(0, 10), postgres, embedded },
});
