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

test('the shipped migrations apply to an empty database', async () => {
  const own = await mkdtemp(path.join(os.tmpdir(), 'hf-mig-'));
  await using fresh = await openDatabase({ kind: 'embedded', dataDir: own }, silentLog);
  const applied = await migrate({ db: fresh, clock: systemClock, log: silentLog });
  expect(applied[0]).toBe('0001_platform_outbox.sql');
  expect(await fresh.query('select * from platform_outbox')).toEqual([]);
  await fresh.close();
  await rm(own, { recursive: true, force: true });
}, 60_000);

test('the shipped migrations apply to PostgreSQL too, also when two nodes start at once', async (context) => {
  const url = process.env['HOLDFAST_TEST_POSTGRES'];
  if (url === undefined) {
    console.warn('SKIPPED: migrations on PostgreSQL; set HOLDFAST_TEST_POSTGRES');
    context.skip();
    return;
  }
  await using admin = await openDatabase({ kind: 'postgres', url }, silentLog);
  const name = `hf_migrate_${process.pid}`;
  await admin.query(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  try {
    await using one = await openDatabase({ kind: 'postgres', url: own.href }, silentLog);
    await using other = await openDatabase({ kind: 'postgres', url: own.href }, silentLog);
    const parts = { clock: systemClock, log: silentLog };
    const [first, second] = await Promise.all([migrate({ db: one, ...parts }), migrate({ db: other, ...parts })]);
    expect(new Set([...first, ...second]).size).toBe(first.length + second.length);
    expect(first.length + second.length).toBeGreaterThan(0);
    expect(await migrate({ db: one, ...parts })).toEqual([]);
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`);
  }
});
