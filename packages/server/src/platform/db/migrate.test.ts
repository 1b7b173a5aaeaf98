import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLog } from '../log.ts';
import { openDatabase, type Database } from './database.ts';
import { migrate } from './migrate.ts';

let dataDir = '';
let folder = '';
let db: Database;
const run = (): Promise<readonly string[]> => migrate({ db, clock: systemClock, log: silentLog, folder });

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'hf-mig-'));
  folder = await mkdtemp(path.join(os.tmpdir(), 'hf-mig-sql-'));
  db = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
}, 60_000);

afterAll(async () => {
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

test('missing ones run in order, once', async () => {
  await writeFile(path.join(folder, '0002_demo_fill.sql'), 'insert into demo values (1); insert into demo values (2);');
  await writeFile(path.join(folder, '0001_demo_create.sql'), 'create table demo (n integer);');
  expect(await run()).toEqual(['0001_demo_create.sql', '0002_demo_fill.sql']);
  expect(await run()).toEqual([]);
  expect(await db.query('select count(*) as n from demo')).toEqual([{ n: 2 }]);
});

test('one that fails leaves nothing behind and is tried again', async () => {
  const file = path.join(folder, '0003_demo_more.sql');
  await writeFile(file, 'create table more (n integer); insert into nowhere values (1);');
  await expect(run()).rejects.toThrow(/nowhere/u);
  expect(await db.query(`select 1 from pg_tables where tablename = 'more'`)).toEqual([]);
  await writeFile(file, 'create table more (n integer);');
  expect(await run()).toEqual(['0003_demo_more.sql']);
});

test('one that was edited after it ran is refused, named, and nothing else runs', async () => {
  await writeFile(path.join(folder, '0001_demo_create.sql'), 'create table demo (n bigint);');
  await writeFile(path.join(folder, '0004_demo_last.sql'), 'create table last (n integer);');
  await expect(run()).rejects.toThrow(/0001_demo_create\.sql was changed/u);
  expect(await db.query(`select 1 from pg_tables where tablename = 'last'`)).toEqual([]);
});

test('the shipped migrations apply to an empty database, and give what a new data directory begins with', async () => {
  const own = await mkdtemp(path.join(os.tmpdir(), 'hf-mig-'));
  await using fresh = await openDatabase({ kind: 'embedded', dataDir: own }, silentLog);
  const begun = await shapeOf(fresh);
  expect(begun.length).toBeGreaterThan(500);
  await fresh.query('drop schema public cascade');
  await fresh.query('create schema public');
  const applied = await migrate({ db: fresh, clock: systemClock, log: silentLog });
  expect(applied[0]).toBe('0001_platform_outbox.sql');
  expect(await fresh.query('select * from platform_outbox')).toEqual([]);
  expect(await shapeOf(fresh)).toEqual(begun);
  await fresh.close();
  await rm(own, { recursive: true, force: true });
}, 60_000);

/** Columns, indexes and constraints, and how many rows there are. */
async function shapeOf(fresh: Database): Promise<readonly string[]> {
  const rows = await fresh.query<{ text: string }>(`
    select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) as text
      from information_schema.columns where table_schema = 'public'
    union all select indexdef from pg_indexes where schemaname = 'public'
    union all select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
      where connamespace = 'public'::regnamespace
    union all select concat_ws(' ', name, sha256) from platform_migration
    order by text`);
  return rows.map(({ text }) => text);
}
