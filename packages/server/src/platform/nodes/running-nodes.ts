import type { Database } from '../db/database.ts';
import { LINE_NAME } from './line.ts';

/** Names of the nodes that serve from this database now, by the connections that they listen on. */
export async function runningNodes(db: Database): Promise<readonly string[]> {
  if (db.kind === 'embedded') return [];
  const rows = await db.query<{ name: string }>(
    'select application_name as name from pg_stat_activity where datname = current_database() and starts_with(application_name, $1) order by 1',
    [LINE_NAME],
  );
  return rows.map(({ name }) => name.slice(LINE_NAME.length));
}
