import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { Database, Queryable } from './database.ts';

const NAME = /^(\d{4})_[a-z]+_[a-z0-9_]+\.sql$/u;
/** Any constant does, as long as all nodes use the same: PostgreSQL's advisory locks share one number space. */
const LOCK_KEY = 4_711_200_801;

export interface MigrateParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly folder?: string;
}

interface Migration {
  readonly name: string;
  readonly sha256: string;
  readonly text: string;
}

/** The folder that is published with the server. */
export function migrationsFolder(): string {
  return path.resolve(import.meta.dirname, '../../../migrations');
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

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const name of names) {
    if (!NAME.test(name)) throw new Refusal('internal', { detail: `${name} is not named NNNN_domain_what.sql.` });
    const text = await readFile(path.join(folder, name), 'utf8');
    migrations.push({ name, text, sha256: createHash('sha256').update(text).digest('hex') });
  }
  return migrations;
}

async function readDone(db: Database): Promise<ReadonlyMap<string, string>> {
  await db.transaction(async (tx) => {
    await lock(tx);
    await tx.query(
      'create table if not exists platform_migration (name text primary key, sha256 text not null, applied_at bigint not null)',
    );
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
    await tx.query('insert into platform_migration (name, sha256, applied_at) values ($1, $2, $3)', [
      migration.name,
      migration.sha256,
      now,
    ]);
    return true;
  });
}

/** One node migrates at a time; released with the transaction, also when the process dies. */
async function lock(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK_KEY]);
}
