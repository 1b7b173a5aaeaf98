import { sql } from 'kysely';
import { setImmediate as pause } from 'node:timers/promises';
import type { ProtectionDb } from '../tables.ts';
import type { Batch, PendingVector, RouteCount } from './pending.ts';
import type { Vault } from './vault.ts';
import { HOUR_MS, KEY_CHARS, type Vector, type VectorFinding } from './vectors.ts';

const DAY_MS = 24 * HOUR_MS;
/** Vectors are advice for the weeks of tuning; older traffic says little of today's application. */
const VECTOR_DAYS = 14;
/** Known routes: seen within this time. */
const ROUTE_DAYS = 30;
export const ESTABLISHED_DAYS = 7;
/** Clean requests after which a client counts as one that belongs here. */
export const ESTABLISHED_CLEAN_MIN = 20;
export const VECTORS_PER_APPLICATION_MAX = 10_000;
const ROUTES_PER_APPLICATION_MAX = 50_000;
const CLIENTS_PER_APPLICATION_MAX = 50_000;
const ROWS_PER_STATEMENT = 500;

function* chunks<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) yield rows.slice(start, start + ROWS_PER_STATEMENT);
}

async function writeClients(tx: ProtectionDb, clients: Batch['clients']): Promise<void> {
  for (const rows of chunks([...clients.values()])) {
    await tx
      .insertInto('protection_tuning_client')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['application', 'client']).doUpdateSet({
          // After a pause a client has to earn it anew: its address may belong to somebody else by now.
          clean: sql`CASE WHEN protection_tuning_client.last_seen < excluded.last_seen - ${ESTABLISHED_DAYS * DAY_MS}::bigint
            THEN excluded.clean ELSE protection_tuning_client.clean + excluded.clean END`,
          last_seen: sql`excluded.last_seen`,
        }),
      )
      .execute();
  }
}

async function writeRoutes(tx: ProtectionDb, routes: Batch['routes'], vault: Vault): Promise<void> {
  const toRow = ({ application, hour, method, route, requests, clean }: RouteCount) => {
    const text = JSON.stringify([method, route]);
    return {
      application,
      hour,
      place: vault.pseudonym(`route ${text}`).slice(0, KEY_CHARS),
      sealed: vault.seal(text),
      requests,
      clean,
    };
  };
  for (const some of chunks([...routes.values()])) {
    const rows = some.map(toRow);
    await tx
      .insertInto('protection_tuning_route')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['application', 'hour', 'place']).doUpdateSet({
          requests: sql`protection_tuning_route.requests + excluded.requests`,
          clean: sql`protection_tuning_route.clean + excluded.clean`,
        }),
      )
      .execute();
  }
}

async function writeVectors(
  tx: ProtectionDb,
  vectors: readonly PendingVector[],
  { established, vault }: { readonly established: ReadonlySet<string>; readonly vault: Vault },
): Promise<void> {
  const toRow = ({ seen, key, count, last }: PendingVector) => ({
    application: seen.application,
    key,
    hour: seen.hour,
    client: seen.client,
    established: established.has(clientKey(seen)),
    mode: seen.mode,
    outcome: seen.outcome,
    status_class: seen.statusClass,
    sealed: vault.seal(JSON.stringify([seen.method, seen.route, seen.findings])),
    count,
    first_seen: seen.time,
    last_seen: last,
    request_id: seen.requestId,
  });
  for (const rows of chunks(vectors)) {
    await tx
      .insertInto('protection_tuning_vector')
      .values(rows.map(toRow))
      .onConflict((conflict) =>
        conflict.columns(['application', 'key']).doUpdateSet({
          count: sql`protection_tuning_vector.count + excluded.count`,
          established: sql`protection_tuning_vector.established OR excluded.established`,
          last_seen: sql`excluded.last_seen`,
          request_id: sql`excluded.request_id`,
        }),
      )
      .execute();
  }
}

export const clientKey = ({ application, client }: { readonly application: string; readonly client: string }): string =>
  `${application} ${client}`;

/** Which clients of the batch that had findings are established, as {@link clientKey}s. */
async function readEstablished(tx: ProtectionDb, batch: Batch): Promise<Set<string>> {
  const clients = [...new Set([...batch.vectors.values()].map(({ seen }) => seen.client))];
  const established = new Set<string>();
  for (const some of chunks(clients)) {
    const rows = await tx
      .selectFrom('protection_tuning_client')
      .select(['application', 'client'])
      .where('client', 'in', some)
      .where('clean', '>=', ESTABLISHED_CLEAN_MIN)
      .execute();
    for (const row of rows) established.add(clientKey(row));
  }
  return established;
}

/** Adds what was seen to what is stored, and tells which clients with findings are established. */
export async function writeBatch(tx: ProtectionDb, batch: Batch, vault: Vault): Promise<Set<string>> {
  await writeClients(tx, batch.clients);
  await writeRoutes(tx, batch.routes, vault);
  const established = await readEstablished(tx, batch);
  await writeVectors(tx, [...batch.vectors.values()], { established, vault });
  return established;
}

/** Drops what is old, then what is too much: strangers before established clients, so that a flood washes away only itself. */
export async function prune(tx: ProtectionDb, now: number): Promise<void> {
  const since = (days: number): number => now - days * DAY_MS;
  await tx.deleteFrom('protection_tuning_vector').where('last_seen', '<', since(VECTOR_DAYS)).execute();
  await tx.deleteFrom('protection_tuning_route').where('hour', '<', since(ROUTE_DAYS)).execute();
  await tx.deleteFrom('protection_tuning_client').where('last_seen', '<', since(ESTABLISHED_DAYS)).execute();
  await sql`DELETE FROM protection_tuning_vector WHERE (application, key) IN (
    SELECT application, key FROM (
      SELECT application, key, row_number() OVER (PARTITION BY application ORDER BY established DESC, last_seen DESC) AS place
      FROM protection_tuning_vector) AS ranked WHERE place > ${VECTORS_PER_APPLICATION_MAX})`.execute(tx);
  await sql`DELETE FROM protection_tuning_route WHERE (application, hour, place) IN (
    SELECT application, hour, place FROM (
      SELECT application, hour, place, row_number() OVER (PARTITION BY application ORDER BY hour DESC, clean DESC) AS rank
      FROM protection_tuning_route) AS ranked WHERE rank > ${ROUTES_PER_APPLICATION_MAX})`.execute(tx);
  await sql`DELETE FROM protection_tuning_client WHERE (application, client) IN (
    SELECT application, client FROM (
      SELECT application, client, row_number() OVER (PARTITION BY application ORDER BY clean DESC, last_seen DESC) AS place
      FROM protection_tuning_client) AS ranked WHERE place > ${CLIENTS_PER_APPLICATION_MAX})`.execute(tx);
}

/** What one row holds sealed; null when it does not open, after which it is nothing to anybody. */
function unseal(vault: Vault, sealed: string): unknown {
  const text = vault.open(sealed);
  return text === null ? null : JSON.parse(text);
}

export interface ReadFrom {
  readonly db: ProtectionDb;
  readonly vault: Vault;
}

/** Columns that hold single words, as they stand in a line. What is sealed has no line breaks and comes last. */
const WORDS = 'key, hour, client, established, mode, outcome, status_class, count, first_seen, last_seen, request_id';

function toVector(application: string, line: string, vault: Vault): Vector[] {
  const [
    key = '',
    hour,
    client = '',
    established,
    mode = '',
    outcome = '',
    statusClass,
    count,
    firstSeen,
    lastSeen,
    requestId,
    ...sealed
  ] = line.split(' ');
  // Sealed by writeVectors with this shape.
  const content = unseal(vault, sealed.join(' ')) as [string, string, VectorFinding[]] | null;
  if (content === null) return [];
  const [method, route, findings] = content;
  const vector = {
    application,
    key,
    hour: Number(hour),
    method,
    route,
    client,
    established: established === 't',
    mode,
    outcome,
    statusClass: Number(statusClass),
    findings,
    count: Number(count),
    firstSeen: Number(firstSeen),
    lastSeen: Number(lastSeen),
    requestId: requestId === '-' ? null : (requestId ?? null),
  };
  return [vector];
}

/** Lines come in one text for hundreds: handing over thousands of rows is most of what they cost on the embedded database. */
export async function readVectors({ db, vault }: ReadFrom, application: string, since = 0): Promise<Vector[]> {
  const words = sql.raw(WORDS.replace('request_id', "coalesce(request_id, '-')"));
  const { rows } = await sql<{ lines: string }>`
    SELECT string_agg(concat_ws(' ', ${words}, sealed), E'\n' ORDER BY place) AS lines FROM (
      SELECT *, row_number() OVER (ORDER BY last_seen DESC) AS place FROM protection_tuning_vector
      WHERE application = ${application} AND last_seen >= ${since} ORDER BY last_seen DESC LIMIT ${VECTORS_PER_APPLICATION_MAX}
    ) AS newest GROUP BY (place - 1) / ${sql.raw(String(ROWS_PER_STATEMENT))} ORDER BY min(place)`.execute(db);
  const vectors: Vector[] = [];
  for (const { lines } of rows) {
    for (const line of lines.split('\n')) vectors.push(...toVector(application, line, vault));
    // Opening thousands takes a tenth of a second: requests pass in between.
    await pause();
  }
  return vectors;
}

export interface RouteTotal {
  readonly method: string;
  readonly route: string;
  readonly requests: number;
  readonly clean: number;
  readonly firstHour: number;
  readonly lastCleanHour: number;
}

/** Every route of the last weeks with its traffic since the given time (0 = all that is kept). */
export async function readRoutes({ db, vault }: ReadFrom, application: string, since = 0): Promise<RouteTotal[]> {
  const rows = await db
    .selectFrom('protection_tuning_route')
    .select((query) => [
      // Sealed anew in each process, so one of them stands for all.
      query.fn.min('sealed').as('sealed'),
      query.fn.sum<string>('requests').as('requests'),
      query.fn.sum<string>('clean').as('clean'),
      query.fn.min('hour').as('first_hour'),
      sql<number>`coalesce(max(hour) FILTER (WHERE clean > 0), 0)`.as('last_clean_hour'),
    ])
    .where('application', '=', application)
    .where('hour', '>=', since)
    .groupBy('place')
    .execute();
  return rows.flatMap((row) => {
    // Sealed by writeRoutes with this shape.
    const content = unseal(vault, row.sealed) as [string, string] | null;
    if (content === null) return [];
    const [method, route] = content;
    // Sums of bigint are numeric in SQL, which the drivers hand over as text.
    const counts = { requests: Number(row.requests), clean: Number(row.clean) };
    return { method, route, ...counts, firstHour: row.first_hour, lastCleanHour: row.last_clean_hour };
  });
}
