import { randomBytes } from 'node:crypto';
import { openDatabase, type Database } from '../../platform/db/database.ts';
import { silentLog } from '../../platform/log.ts';
import { Refusal } from '../../platform/refusal.ts';

const PREFIX = 'holdfast_drill_';

/** A schema of its own in a database that held no table before. */
export interface EmptyDatabase {
  readonly url: string;
  /** What was made in it goes. */
  clear(): Promise<void>;
}

/** Refuses one that holds anything: a mistyped name is the database in force, or somebody else's. */
export async function assertEmpty(url: string): Promise<void> {
  await using db = await openDatabase({ kind: 'postgres', url }, silentLog);
  const [found] = await db.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname <> 'information_schema'
     and not starts_with(n.nspname, 'pg_') and not starts_with(n.nspname, $1) limit 1`,
    [PREFIX],
  );
  if (found !== undefined)
    throw new Refusal('conflict', {
      detail: `That database holds ${found.name.slice(0, 100)}: a drill takes one without tables.`,
      errors: [{ pointer: '/databaseUrl', detail: 'holds tables: name an empty database' }],
    });
}

/** What a killed drill left there goes first. */
export async function openEmptyDatabase(url: string): Promise<EmptyDatabase> {
  await assertEmpty(url);
  const schema = `${PREFIX}${randomBytes(6).toString('hex')}`;
  await using db = await openDatabase({ kind: 'postgres', url }, silentLog);
  const before = new Set(await schemasOf(db));
  for (const name of before) if (name.startsWith(PREFIX)) await drop(db, name);
  await db.query(`create schema ${quoted(schema)}`);
  return {
    url: withSearchPath(url, schema),
    async clear() {
      await using again = await openDatabase({ kind: 'postgres', url }, silentLog);
      for (const name of await schemasOf(again)) if (!before.has(name)) await drop(again, name);
    },
  };
}

async function schemasOf(db: Database): Promise<readonly string[]> {
  const rows = await db.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname <> 'information_schema' and not starts_with(nspname, 'pg_')`,
  );
  return rows.map(({ name }) => name);
}

/** An identifier cannot be a parameter; quoted it can be any text (PostgreSQL 4.1.1). */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const drop = async (db: Database, name: string): Promise<void> => void (await db.query(`drop schema ${quoted(name)} cascade`));

/** For every connection, whatever opens it (PostgreSQL 20.1.3: options of a session). */
function withSearchPath(url: string, schema: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set('options', `-c search_path=${schema}`);
  return parsed.href;
}
