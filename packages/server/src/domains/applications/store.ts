import { applicationSchema, modeHistoryEntrySchema, type Application, type ModeHistoryEntry } from '@holdfast/contract';
import type { Kysely, Selectable } from 'kysely';
import type { ApplicationTables } from './tables.ts';

/** One application with its bookkeeping. */
export interface StoredApplication {
  readonly application: Application;
  readonly origin: 'config' | 'operator';
  readonly declaredDigest: string | null;
  readonly revision: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

export interface ModeChangeRow extends ModeHistoryEntry {
  readonly seq: number;
}

export type ApplicationDb = Kysely<ApplicationTables>;

function toStored(row: Selectable<ApplicationTables['application_entry']>): StoredApplication {
  return {
    // Settings written by an earlier version gain the defaults of fields that came later.
    application: applicationSchema.parse(row.settings),
    origin: row.origin,
    declaredDigest: row.declared_digest,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

export async function readApplications(db: ApplicationDb): Promise<StoredApplication[]> {
  const rows = await db.selectFrom('application_entry').selectAll().orderBy('id').execute();
  return rows.map(toStored);
}

/** Every page after `after`, newest first; `limit` rows. */
export async function readModeChanges(
  db: ApplicationDb,
  query: { readonly application: string; readonly before: number | null; readonly limit: number },
): Promise<ModeChangeRow[]> {
  const all = db.selectFrom('application_mode_change').selectAll().where('application', '=', query.application);
  const page = query.before === null ? all : all.where('seq', '<', query.before);
  const rows = await page.orderBy('seq', 'desc').limit(query.limit).execute();
  return rows.map((row) => ({
    seq: row.seq,
    ...modeHistoryEntrySchema.parse({
      application: row.application,
      group: row.rule_group,
      from: row.from_mode,
      to: row.to_mode,
      reason: row.reason,
      actor: row.actor,
      at: row.changed_at,
    }),
  }));
}

const columnsOf = (stored: StoredApplication) => ({
  id: stored.application.id,
  mode: stored.application.mode,
  upstream: stored.application.upstream,
  settings: JSON.stringify(stored.application),
  origin: stored.origin,
  declared_digest: stored.declaredDigest,
  revision: stored.revision,
  created_at: stored.createdAt,
  updated_at: stored.updatedAt,
  updated_by: stored.updatedBy,
});

export async function insertApplication(tx: ApplicationDb, stored: StoredApplication): Promise<void> {
  await tx.insertInto('application_entry').values(columnsOf(stored)).execute();
}

/** False when the row is no longer at `revisionBefore`: somebody else was faster. */
export async function updateApplication(tx: ApplicationDb, stored: StoredApplication, revisionBefore: number): Promise<boolean> {
  const result = await tx
    .updateTable('application_entry')
    .set(columnsOf(stored))
    .where('id', '=', stored.application.id)
    .where('revision', '=', revisionBefore)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

export async function deleteApplication(tx: ApplicationDb, id: string, revisionBefore: number): Promise<boolean> {
  const result = await tx
    .deleteFrom('application_entry')
    .where('id', '=', id)
    .where('revision', '=', revisionBefore)
    .executeTakeFirst();
  return Number(result.numDeletedRows) === 1;
}

export async function insertModeChange(tx: ApplicationDb, entry: ModeHistoryEntry): Promise<void> {
  await tx
    .insertInto('application_mode_change')
    .values({
      application: entry.application,
      rule_group: entry.group,
      from_mode: entry.from,
      to_mode: entry.to,
      reason: entry.reason,
      actor: entry.actor,
      changed_at: entry.at,
    })
    .execute();
}
