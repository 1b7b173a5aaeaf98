import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { Database, Queryable } from './database.ts';
import { DONE_INSERT, DONE_TABLE, migrationsFolder, readMigrations, type Migration } from './migrations.ts';

/** Any constant does, as long as all nodes use the same: PostgreSQL's advisory locks share one number space. */
const LOCK_KEY = 4_711_200_801;

export interface MigrateParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly folder?: string;
}

/**
 * Applies what is missing, in the order of the names, each in its own transaction: a process killed in between goes on at the
 * next start. A migration that was edited after it ran is refused before anything is changed.
 */
export async function migrate({ db, clock, log, folder = migrationsFolder() }: MigrateParts): Promise<readonly string[]> {
  const migrations = await readMigrations(folder);
  const done = await readDone(db);
  assertUnedited(migrations, done);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (done.has(migration.name)) continue;
    if (await apply({ db, migration, now: clock.now() })) applied.push(migration.name);
  }
  if (applied.length > 0) log.info({ applied }, 'the database schema was brought up to date');
  return applied;
}

async function readDone(db: Database): Promise<ReadonlyMap<string, string>> {
  await db.transaction(async (tx) => {
    await lock(tx);
    await tx.query(DONE_TABLE);
  });
  const rows = await db.query<{ name: string; sha256: string }>('select name, sha256 from platform_migration');
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

function assertUnedited(migrations: readonly Migration[], done: ReadonlyMap<string, string>): void {
  for (const { name, sha256 } of migrations) {
    const known = done.get(name);
    if (known !== undefined && known !== sha256) {
      throw new Refusal('database-unavailable', {
        detail: `Migration ${name} was changed after it ran (then ${known.slice(0, 12)}, now ${sha256.slice(0, 12)}). Install the release that made this data directory, or a newer one.`,
      });
    }
  }
}

/** False when another node was faster. */
function apply({ db, migration, now }: { db: Database; migration: Migration; now: number }): Promise<boolean> {
  return db.transaction(async (tx) => {
    await lock(tx);
    const there = await tx.query('select 1 from platform_migration where name = $1', [migration.name]);
    if (there.length > 0) return false;
    await tx.query(migration.text);
    await tx.query(DONE_INSERT, [migration.name, migration.sha256, now]);
    return true;
  });
}

/** One node migrates at a time; released with the transaction, also when the process dies. */
async function lock(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK_KEY]);
}
