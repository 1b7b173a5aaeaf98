import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const NAME = /^(\d{4})_[a-z]+_[a-z0-9_]+\.sql$/u;

export interface Migration {
  readonly name: string;
  readonly sha256: string;
  readonly text: string;
}

/** Where it is written down which ones ran. */
export const DONE_TABLE =
  'create table if not exists platform_migration (name text primary key, sha256 text not null, applied_at bigint not null)';
/** Name, SHA-256 of the text, milliseconds since the epoch. */
export const DONE_INSERT = 'insert into platform_migration (name, sha256, applied_at) values ($1, $2, $3)';

/** The folder that is published with the server. */
export function migrationsFolder(): string {
  return path.resolve(import.meta.dirname, '../../../migrations');
}

/** In the order in which they run. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const name of names) {
    if (!NAME.test(name)) throw new Error(`assertion: a migration is named NNNN_domain_what.sql: ${name}`);
    const text = await readFile(path.join(folder, name), 'utf8');
    migrations.push({ name, text, sha256: createHash('sha256').update(text).digest('hex') });
  }
  return migrations;
}

/** The same for the same tables. */
export function digestOf(migrations: readonly Migration[]): string {
  const digest = createHash('sha256');
  for (const { name, sha256 } of migrations) digest.update(`${name} ${sha256}\n`);
  return digest.digest('hex').slice(0, 12);
}
