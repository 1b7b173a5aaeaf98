import type { Database } from '../../../platform/db/database.ts';
import { countStrangers, dropRows, readRows, rowOf, writeRows, type ProjectedRow } from './store.ts';
import type { SearchKeys } from '../search/search-keys.ts';
import type { CheckedRecord, Fault } from '../tree/verify-log.ts';

export interface RowCheck {
  readonly db: Database;
  readonly origin: string;
  readonly keys: SearchKeys;
  /** Records from here on have no row yet. */
  readonly next: () => number;
  readonly onFault: (fault: Fault) => Promise<void>;
}

/** Compares every column with the record it was made of: whoever edits SQL changes what a page shows, and is found here. */
export async function checkRows(records: readonly CheckedRecord[], { db, origin, keys, next, onFault }: RowCheck): Promise<void> {
  const due = records.filter(({ index }) => index < next());
  const [first, last] = [due[0], due.at(-1)];
  if (first === undefined || last === undefined) return;
  const wanted = due.map((record) => rowOf({ origin, keys }, record));
  const range = [first.index, last.index + 1] as const;
  const rows = new Map((await readRows(db, origin, range)).map((row) => [row.leaf_index, row]));
  for (const row of wanted) {
    const found = rows.get(row.leaf_index);
    if (found !== undefined && isSame(found, row)) continue;
    await onFault({ place: 'sql audit_event', index: row.leaf_index, repair: () => writeRows(db, [row]) });
  }
}

/** Rows that no record stands behind. `size` = records of the log. */
export async function checkStrangers(size: number, { db, origin, onFault }: RowCheck): Promise<void> {
  const count = await countStrangers(db, origin, size);
  if (count === 0) return;
  const repair = async (): Promise<void> => {
    await dropRows(db, origin, { from: size });
    await dropRows(db, origin, { below: 0 });
  };
  await onFault({ place: `sql audit_event: ${count} rows without a record`, index: null, repair });
}

/** A path that cannot be read any more was known when the row was made: its subject is being erased just now. */
const GONE = new Set<string>(['path_first', 'path_last'] satisfies (keyof ProjectedRow)[]);

function isSame(found: ProjectedRow, wanted: ProjectedRow): boolean {
  // Both have exactly the columns of the table.
  return (Object.keys(wanted) as (keyof ProjectedRow)[]).every(
    (column) => found[column] === wanted[column] || (wanted[column] === null && GONE.has(column)),
  );
}
