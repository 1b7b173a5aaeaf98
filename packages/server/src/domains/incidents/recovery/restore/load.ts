import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TABLES_PATH } from '../../../../platform/backup/parts.ts';
import { loadTables } from '../../../../platform/backup/tables.ts';
import { systemClock } from '../../../../platform/clock.ts';
import { openDatabase, type Database, type DatabaseOptions } from '../../../../platform/db/database.ts';
import { migrate } from '../../../../platform/db/migrate.ts';
import { silentLog } from '../../../../platform/log.ts';
import { runningNodes } from '../../../../platform/nodes/running-nodes.ts';
import { Refusal } from '../../../../platform/refusal.ts';

/** The tables of an unpacked backup into a database; what they held before is replaced. The caller closes it. */
export async function loadUnpacked(folder: string, options: DatabaseOptions): Promise<{ db: Database; rows: number }> {
  const db = await openDatabase(options, silentLog);
  try {
    const nodes = await runningNodes(db);
    if (nodes.length > 0)
      throw new Refusal('data-dir-locked', { detail: `Nodes run on this database: stop them first: ${nodes.join(', ')}.` });
    await migrate({ db, clock: systemClock, log: silentLog });
    const rows = await loadTables(db, linesOf(join(folder, TABLES_PATH)));
    return { db, rows };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** The rows are sealed with the keyring of the backup: the next start shares that one. */
export async function settleLoaded(db: Database, folder: string): Promise<void> {
  await db.query('delete from platform_keyring');
  await db.query('delete from platform_key_report');
  await rm(join(folder, 'sql'), { recursive: true, force: true });
}

/** Opened only when the first line is asked for: readline drops what it reads before somebody listens. */
async function* linesOf(file: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity });
}
