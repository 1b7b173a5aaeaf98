import type { Database, Queryable } from '../db/database.ts';
import { Refusal } from '../refusal.ts';
import type { TableRows } from './manifest.ts';

const FETCH_ROWS = 500;
const LINE_CHARS_MAX = 16_777_216;
const NAME_MAX = 63;

/** One line of a dump: a table begins, or one of its rows as PostgreSQL writes it in JSON. */
type DumpLine = { readonly table: string; readonly columns: readonly string[] } | { readonly row: string };

export interface DumpOptions {
  /** Projections that are built anew from the ledger, and the list of migrations. */
  readonly skip: (table: string) => boolean;
  readonly write: (line: string) => Promise<void>;
}

/** Migrations are the new database's own; what they have made is there already. */
const SCHEMA_TABLE = 'platform_migration';

/**
 * Writes all tables as JSON lines, all of one moment (repeatable read). Logical, so a dump of the embedded database loads into
 * PostgreSQL and the other way round. Tables come before those that refer to them.
 */
export async function dumpTables(db: Database, { skip, write }: DumpOptions): Promise<readonly TableRows[]> {
  return db.transaction(async (tx) => {
    const counted: TableRows[] = [];
    await tx.query('set transaction isolation level repeatable read, read only');
    for (const table of await tablesInOrder(tx)) {
      if (table === SCHEMA_TABLE || skip(table)) continue;
      const columns = await storedColumns(tx, table);
      await write(JSON.stringify({ table, columns }));
      // A cursor: memory does not depend on the table's size.
      await tx.query(`declare dump_cursor no scroll cursor for select row_to_json(t)::text as row from ${quoted(table)} t`);
      let count = 0;
      for (;;) {
        const rows = await tx.query<{ row: string }>(`fetch ${FETCH_ROWS} from dump_cursor`);
        for (const { row } of rows) await write(JSON.stringify({ row }));
        count += rows.length;
        if (rows.length < FETCH_ROWS) break;
      }
      await tx.query('close dump_cursor');
      counted.push({ table, rows: count });
    }
    return counted;
  });
}

/** How many rows each of these tables holds now; of a table that is not there, none. */
export async function countRows(db: Queryable, tables: readonly string[]): Promise<readonly TableRows[]> {
  const known = new Set(await tablesInOrder(db));
  const counted: TableRows[] = [];
  for (const table of tables) {
    const [row] = known.has(table)
      ? await db.query<{ rows: string | number }>(`select count(*) as rows from ${quoted(table)}`)
      : [];
    counted.push({ table, rows: Number(row?.rows ?? 0) });
  }
  return counted;
}

/** Replaces the content of every table that the dump names, in one transaction. */
export async function loadTables(db: Database, lines: AsyncIterable<string>): Promise<number> {
  return db.transaction(async (tx) => {
    const known = new Set(await tablesInOrder(tx));
    let current: { table: string; columns: readonly string[] } | null = null;
    let batch: string[] = [];
    let count = 0;
    const flush = async (): Promise<void> => {
      if (current !== null && batch.length > 0) await insertRows(tx, { ...current, rows: batch });
      count += batch.length;
      batch = [];
    };
    for await (const text of lines) {
      const line = readLine(text);
      if ('row' in line) {
        batch.push(line.row);
        if (batch.length >= FETCH_ROWS) await flush();
        continue;
      }
      await flush();
      if (!known.has(line.table))
        throw new Refusal('backup-unreadable', {
          detail: `This release has no table ${line.table}. A newer Holdfast wrote the backup.`,
        });
      current = line;
      await tx.query(`truncate ${quoted(line.table)} cascade`);
    }
    await flush();
    await advanceSequences(tx);
    return count;
  });
}

interface Batch {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

/** Columns that a later release added keep their defaults: only those of the dump are written. */
async function insertRows(tx: Queryable, { table, columns, rows }: Batch): Promise<void> {
  const names = columns.map(quoted).join(', ');
  const text = `insert into ${quoted(table)} (${names}) overriding system value select ${names} from json_populate_recordset(null::${quoted(table)}, $1::json)`;
  await tx.query(text, [`[${rows.join(',')}]`]);
}

function readLine(text: string): DumpLine {
  if (text.length > LINE_CHARS_MAX) throw new Refusal('backup-unreadable', { detail: 'A row of the backup is too long.' });
  // The digests of the archive hold the dump to what was written; the shape is checked because names become SQL.
  const line = JSON.parse(text) as Partial<Record<'table' | 'row' | 'columns', unknown>>;
  if (typeof line.row === 'string') return { row: line.row };
  const isNames = Array.isArray(line.columns) && line.columns.every((name) => typeof name === 'string');
  if (typeof line.table !== 'string' || !isNames)
    throw new Refusal('backup-unreadable', { detail: 'A line of the dump is not understood.' });
  // Checked just above, element by element.
  return { table: line.table, columns: line.columns as readonly string[] };
}

/** Identifiers cannot be parameters; quoted they can be any text (PostgreSQL 4.1.1). */
function quoted(name: string): string {
  if (name.length > NAME_MAX || name.includes('\0'))
    throw new Refusal('backup-unreadable', { detail: 'A name in the dump is too long.' });
  return `"${name.replaceAll('"', '""')}"`;
}

async function storedColumns(tx: Queryable, table: string): Promise<readonly string[]> {
  const rows = await tx.query<{ column_name: string }>(
    `select column_name from information_schema.columns where table_schema = current_schema() and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`,
    [table],
  );
  return rows.map((row) => row.column_name);
}

/** All tables, those that are referred to first; a circle of references keeps its order by name. */
async function tablesInOrder(tx: Queryable): Promise<readonly string[]> {
  const tables = await tx.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name`,
  );
  const edges = await tx.query<{ child: string; parent: string }>(
    `select c.relname as child, p.relname as parent from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid where k.contype = 'f'`,
  );
  const left = new Set(tables.map(({ name }) => name));
  const ordered: string[] = [];
  while (left.size > 0) {
    const free = [...left].filter(
      (name) => !edges.some(({ child, parent }) => child === name && parent !== name && left.has(parent)),
    );
    for (const name of free.length > 0 ? free : [...left]) {
      left.delete(name);
      ordered.push(name);
    }
  }
  return ordered;
}

/** Serial and identity columns go on after the highest value that was loaded. */
async function advanceSequences(tx: Queryable): Promise<void> {
  // Materialized: whatever the planner thinks best, the function is asked about tables of this schema alone, for it fails on others.
  const columns = await tx.query<{ table: string; column: string; sequence: string }>(
    `with own as materialized (select table_name, column_name from information_schema.columns where table_schema = current_schema())
     select table_name as table, column_name as column, pg_get_serial_sequence(quote_ident(table_name), column_name) as sequence from own
     where pg_get_serial_sequence(quote_ident(table_name), column_name) is not null`,
  );
  for (const { table, column, sequence } of columns) {
    await tx.query(
      `select setval($1::regclass, coalesce(max(${quoted(column)}), 1), max(${quoted(column)}) is not null) from ${quoted(table)}`,
      [sequence],
    );
  }
}
