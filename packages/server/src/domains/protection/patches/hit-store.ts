import type { PatchView } from '@holdfast/contract';
import { sql } from 'kysely';
import { ESTABLISHED_CLEAN_MIN } from '../tuning/vector-store.ts';
import type { ProtectionDb } from '../tables.ts';

/** Clients kept for each patch; the row of all clients together loses nothing. */
const CLIENTS_PER_PATCH_MAX = 2000;
/** No keyed hash is empty: this row counts everybody. */
export const EVERYBODY = '';

export interface Hit {
  readonly patch: string;
  readonly client: string;
  honest: number;
  attacks: number;
  blocked: number;
  last: number;
}

export async function writeHits(tx: ProtectionDb, hits: readonly Hit[]): Promise<void> {
  if (hits.length === 0) return;
  const rows = hits.map(({ last, ...hit }) => ({ ...hit, last_seen: last }));
  await tx
    .insertInto('protection_patch_hit')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['patch', 'client']).doUpdateSet({
        honest: sql`protection_patch_hit.honest + excluded.honest`,
        attacks: sql`protection_patch_hit.attacks + excluded.attacks`,
        blocked: sql`protection_patch_hit.blocked + excluded.blocked`,
        last_seen: sql`greatest(protection_patch_hit.last_seen, excluded.last_seen)`,
      }),
    )
    .execute();
  const patches = [...new Set(hits.map(({ patch }) => patch))];
  await sql`DELETE FROM protection_patch_hit WHERE (patch, client) IN (
    SELECT patch, client FROM (
      SELECT patch, client, row_number() OVER (PARTITION BY patch ORDER BY honest DESC, last_seen DESC) AS place
      FROM protection_patch_hit WHERE client <> '' AND patch IN (${sql.join(patches)})) AS ranked
    WHERE place > ${CLIENTS_PER_PATCH_MAX})`.execute(tx);
}

export const NO_HITS: PatchView['hits'] = { recorded: 0, blocked: 0, lastSeen: null };

/** Of each patch all that it met. */
export async function readTotals(db: ProtectionDb, patches: readonly string[]): Promise<Map<string, PatchView['hits']>> {
  if (patches.length === 0) return new Map();
  const rows = await db
    .selectFrom('protection_patch_hit')
    .selectAll()
    .where('patch', 'in', patches)
    .where('client', '=', EVERYBODY)
    .execute();
  return new Map(
    rows.map(({ patch, honest, attacks, blocked, last_seen: lastSeen }) => [
      patch,
      { recorded: Math.max(0, honest + attacks - blocked), blocked, lastSeen },
    ]),
  );
}

export async function forgetHits(tx: ProtectionDb, patch: string): Promise<void> {
  await tx.deleteFrom('protection_patch_hit').where('patch', '=', patch).execute();
}

export interface Met {
  readonly honest: number;
  readonly attacks: number;
  /** Clients with a request in which the engine itself found no attack. */
  readonly clients: readonly string[];
}

export async function readMet(db: ProtectionDb, patch: string): Promise<Met> {
  const rows = await db.selectFrom('protection_patch_hit').selectAll().where('patch', '=', patch).execute();
  const all = rows.find(({ client }) => client === EVERYBODY);
  return {
    honest: all?.honest ?? 0,
    attacks: all?.attacks ?? 0,
    clients: rows.filter(({ client, honest }) => client !== EVERYBODY && honest > 0).map(({ client }) => client),
  };
}

/** Clients of an application that belong there, by their own clean requests. */
export async function readEstablishedClients(db: ProtectionDb, application: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('protection_tuning_client')
    .select('client')
    .where('application', '=', application)
    .where('clean', '>=', ESTABLISHED_CLEAN_MIN)
    .execute();
  return new Set(rows.map(({ client }) => client));
}
