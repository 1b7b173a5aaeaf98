import { adviceBatchSchema, type AdviceBatch, type AdviceProposal } from '@holdfast/contract';
import type { JSONColumnType, Kysely, Selectable } from 'kysely';

export type AdviceTables = {
  access_advice: {
    id: string;
    items: JSONColumnType<AdviceProposal[]>;
    applied_at: number;
    applied_by: string;
    undone_at: number | null;
    undone_by: string | null;
  };
};
export type AdviceDb = Kysely<AdviceTables>;

const KEPT_MAX = 100;

function toBatch(row: Selectable<AdviceTables['access_advice']>): AdviceBatch {
  const { id, items } = row;
  return adviceBatchSchema.parse({ id, items, appliedAt: row.applied_at, appliedBy: row.applied_by, undoneAt: row.undone_at });
}

/** The newest one that was not undone. */
export async function lastApplied(db: AdviceDb): Promise<AdviceBatch | null> {
  const row = await db
    .selectFrom('access_advice')
    .selectAll()
    .where('undone_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toBatch(row);
}

export async function insertBatch(tx: AdviceDb, { id, items, appliedAt, appliedBy }: AdviceBatch): Promise<void> {
  await tx
    .insertInto('access_advice')
    .values({ id, items: JSON.stringify(items), applied_at: appliedAt, applied_by: appliedBy, undone_at: null, undone_by: null })
    .execute();
  const old = tx.selectFrom('access_advice').select('id').orderBy('id', 'desc').offset(KEPT_MAX).limit(1);
  await tx
    .deleteFrom('access_advice')
    .where('id', '<=', (query) => query.selectFrom(old.as('old')).select('old.id'))
    .execute();
}

export async function keepItems(tx: AdviceDb, id: string, items: readonly AdviceProposal[]): Promise<void> {
  await tx
    .updateTable('access_advice')
    .set({ items: JSON.stringify(items) })
    .where('id', '=', id)
    .execute();
}

/** False = somebody has undone it meanwhile. */
export async function markUndone(tx: AdviceDb, id: string, by: { readonly at: number; readonly who: string }): Promise<boolean> {
  const row = await tx
    .updateTable('access_advice')
    .set({ undone_at: by.at, undone_by: by.who })
    .where('id', '=', id)
    .where('undone_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}
