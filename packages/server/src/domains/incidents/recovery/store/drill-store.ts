import type { DrillStep, DrillView } from '@holdfast/contract';
import type { DrillRow, RecoveryDb } from './tables.ts';

export const toDrillView = (row: DrillRow): DrillView => ({
  id: row.id,
  startedAt: row.started_at,
  startedBy: row.started_by,
  state: row.state,
  backup: row.backup,
  tookMs: row.took_ms,
  lostMs: row.lost_ms,
  lostRecords: row.lost_records,
  steps: [...row.steps],
});

/** Newest first. */
export async function readDrills(
  db: RecoveryDb,
  { node, cursor, limit }: { readonly node: string; readonly cursor?: string | undefined; readonly limit: number },
): Promise<DrillRow[]> {
  let query = db.selectFrom('recovery_drill').selectAll().where('node', '=', node);
  if (cursor !== undefined) query = query.where('id', '<', cursor);
  return query.orderBy('id', 'desc').limit(limit).execute();
}

export async function findDrill(db: RecoveryDb, node: string, id: string): Promise<DrillRow | null> {
  const query = db.selectFrom('recovery_drill').selectAll().where('node', '=', node).where('id', '=', id);
  return (await query.executeTakeFirst()) ?? null;
}

export interface NewDrill extends Pick<DrillRow, 'id' | 'node' | 'started_at' | 'started_by' | 'backup'> {}

export async function addDrill(tx: RecoveryDb, drill: NewDrill): Promise<void> {
  const fresh = { state: 'running', took_ms: null, lost_ms: null, lost_records: null, steps: '[]' } as const;
  await tx
    .insertInto('recovery_drill')
    .values({ ...drill, ...fresh })
    .execute();
}

export interface DrillEnd extends Pick<DrillRow, 'state' | 'took_ms' | 'lost_ms' | 'lost_records'> {
  readonly steps: readonly DrillStep[];
}

export async function endDrill(tx: RecoveryDb, id: string, { steps, ...end }: DrillEnd): Promise<void> {
  const values = { ...end, steps: JSON.stringify(steps) };
  await tx.updateTable('recovery_drill').set(values).where('id', '=', id).execute();
}

/** A process that was killed ends no drill: the next one says so. */
export async function endInterrupted(tx: RecoveryDb, node: string): Promise<void> {
  const steps = [{ name: 'run to the end', state: 'failed', tookMs: 0, detail: 'The process ended before.' }];
  await tx
    .updateTable('recovery_drill')
    .set({ state: 'failed', steps: JSON.stringify(steps) })
    .where('node', '=', node)
    .where('state', '=', 'running')
    .execute();
}
