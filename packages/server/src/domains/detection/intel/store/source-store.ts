import type { IntelDb, SourceRow } from './tables.ts';

/** Small enough that a backup holds many of them in memory at once. */
const PART_BYTES = 131_072;

export const readSources = async (db: IntelDb): Promise<SourceRow[]> =>
  db.selectFrom('detection_intel_source').selectAll().orderBy('id').execute();

export const findSource = async (db: IntelDb, id: string): Promise<SourceRow | undefined> =>
  db.selectFrom('detection_intel_source').selectAll().where('id', '=', id).executeTakeFirst();

export async function insertSource(db: IntelDb, row: SourceRow): Promise<boolean> {
  const result = await db
    .insertInto('detection_intel_source')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
}

export async function updateSource(db: IntelDb, id: string, to: Partial<Omit<SourceRow, 'id'>>): Promise<boolean> {
  if (Object.keys(to).length === 0) return true;
  const result = await db.updateTable('detection_intel_source').set(to).where('id', '=', id).executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

export async function deleteSource(db: IntelDb, id: string): Promise<void> {
  await db.deleteFrom('detection_intel_source').where('id', '=', id).execute();
}

/** Those that are due, each claimed: no other node reads them in this turn. */
export async function claimDue(db: IntelDb, now: number): Promise<SourceRow[]> {
  const due = await db
    .selectFrom('detection_intel_source')
    .selectAll()
    .where('enabled', '=', true)
    .where('url', 'is not', null)
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .execute();
  const claimed: SourceRow[] = [];
  for (const row of due) {
    const result = await db
      .updateTable('detection_intel_source')
      .set({ next_at: now + row.every_minutes * 60_000 })
      .where('id', '=', row.id)
      .where('next_at', '=', row.next_at)
      .executeTakeFirst();
    if (Number(result.numUpdatedRows) > 0) claimed.push(row);
  }
  return claimed;
}

export async function replaceContent(db: IntelDb, source: string, bytes: Uint8Array): Promise<void> {
  await db.deleteFrom('detection_intel_content').where('source', '=', source).execute();
  for (let part = 0; part * PART_BYTES < bytes.length; part += 1) {
    const some = Buffer.from(bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES));
    await db.insertInto('detection_intel_content').values({ source, part, bytes: some }).execute();
  }
}

export async function readContent(db: IntelDb, source: string): Promise<Uint8Array> {
  const parts = await db
    .selectFrom('detection_intel_content')
    .select('bytes')
    .where('source', '=', source)
    .orderBy('part')
    .execute();
  return Buffer.concat(parts.map(({ bytes }) => bytes));
}
