import type { PlaybookView, Trigger } from '@holdfast/contract';
import type { Queryable } from '../../../platform/db/database.ts';

/** What lists show of a document. */
export type Head = Pick<PlaybookView, 'description' | 'types' | 'labels' | 'steps' | 'modifiedAt'>;

/** A playbook as it is stored; its document is sealed. */
export interface Stored {
  readonly id: string;
  readonly origin: 'shipped' | 'given';
  readonly document: string;
  readonly digest: string;
  readonly name: string;
  readonly head: Head;
  readonly signature: PlaybookView['signature'];
  readonly isOn: boolean;
  readonly triggers: readonly Trigger[];
  readonly shippedDigest: string | null;
  readonly isSet: boolean;
  readonly lastRunAt: number | null;
  readonly changedAt: number;
  readonly changedBy: string;
  readonly removedAt: number | null;
  readonly revision: number;
}

const COLUMNS = `id, origin, document, digest, name, head, signature, is_on as "isOn", triggers, shipped_digest as "shippedDigest",
  is_set as "isSet", last_run_at as "lastRunAt", changed_at as "changedAt", changed_by as "changedBy", removed_at as "removedAt", revision`;

/** In the order of their names. */
export async function readAll(db: Queryable): Promise<readonly Stored[]> {
  return db.query<Stored>(`select ${COLUMNS} from incidents_playbook order by name, id`);
}

/** Also one that was removed. */
export async function readOne(db: Queryable, id: string): Promise<Stored | null> {
  const [row] = await db.query<Stored>(`select ${COLUMNS} from incidents_playbook where id = $1`, [id]);
  return row ?? null;
}

export async function countThere(db: Queryable): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    'select count(*)::int as count from incidents_playbook where removed_at is null',
  );
  return row?.count ?? 0;
}

const valuesOf = (row: Stored): readonly unknown[] => [
  row.id,
  row.origin,
  row.document,
  row.digest,
  row.name,
  JSON.stringify(row.head),
  row.signature,
  row.isOn,
  JSON.stringify(row.triggers),
  row.shippedDigest,
  row.isSet,
  row.lastRunAt,
  row.changedAt,
  row.changedBy,
  row.removedAt,
];

/** False = somebody else brought one of this id meanwhile. */
export async function insertOne(tx: Queryable, row: Stored): Promise<boolean> {
  const rows = await tx.query(
    `insert into incidents_playbook (id, origin, document, digest, name, head, signature, is_on, triggers, shipped_digest, is_set,
      last_run_at, changed_at, changed_by, removed_at, revision)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1) on conflict (id) do nothing returning id`,
    valuesOf(row),
  );
  return rows.length > 0;
}

/** False = it was changed since it was read. */
export async function replaceOne(tx: Queryable, before: Stored, next: Stored): Promise<boolean> {
  const rows = await tx.query(
    `update incidents_playbook set origin = $2, document = $3, digest = $4, name = $5, head = $6, signature = $7, is_on = $8,
      triggers = $9, shipped_digest = $10, is_set = $11, last_run_at = $12, changed_at = $13, changed_by = $14, removed_at = $15,
      revision = revision + 1 where id = $1 and revision = $16 returning id`,
    [...valuesOf(next), before.revision],
  );
  return rows.length > 0;
}

/** Of a run that began; it is no change of the playbook. */
export async function noteRun(tx: Queryable, id: string, at: number): Promise<void> {
  await tx.query('update incidents_playbook set last_run_at = $2 where id = $1', [id, at]);
}
