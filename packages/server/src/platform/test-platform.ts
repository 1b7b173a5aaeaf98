import type { EventRecord } from '@holdfast/contract';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createBus, type Bus } from './bus/bus.ts';
import { systemClock, type Clock } from './clock.ts';
import { openDatabase, type Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { digestOf, migrationsFolder, readMigrations } from './db/migrations.ts';
import { silentLog } from './log.ts';

interface TestDatabase extends AsyncDisposable {
  readonly db: Database;
}

/** Embedded, or a database of its own on the PostgreSQL server of `HOLDFAST_TEST_POSTGRES`. */
async function openTestDatabase(dataDir: string): Promise<TestDatabase> {
  const server = process.env['HOLDFAST_TEST_POSTGRES'];
  if (server === undefined) {
    const db = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
    return { db, [Symbol.asyncDispose]: () => db.close() };
  }
  const admin = await openDatabase({ kind: 'postgres', url: server }, silentLog);
  const template = await templateAt(admin, server);
  const name = newName();
  await admin.query(`create database ${name} template ${template}`);
  const db = await openDatabase({ kind: 'postgres', url: urlOf(server, name) }, silentLog);
  return {
    db,
    async [Symbol.asyncDispose]() {
      await db.close();
      await admin.query(`drop database ${name}`);
      await admin.close();
    },
  };
}

// Names are ours and hexadecimal: CREATE DATABASE takes no parameters.
const newName = (): string => `hf_test_${randomBytes(8).toString('hex')}`;

function urlOf(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** A database with empty tables, made by whoever comes first: every test that migrates one of its own would wait a second. */
async function templateAt(admin: Database, server: string): Promise<string> {
  const name = `hf_tables_${digestOf(await readMigrations(migrationsFolder()))}`;
  const isThere = async (): Promise<boolean> =>
    (await admin.query('select 1 from pg_database where datname = $1', [name])).length > 0;
  if (await isThere()) return name;
  const partial = newName();
  await admin.query(`create database ${partial}`);
  const db = await openDatabase({ kind: 'postgres', url: urlOf(server, partial) }, silentLog);
  await migrate({ db, clock: systemClock, log: silentLog });
  await db.close();
  try {
    await admin.query(`alter database ${partial} rename to ${name}`);
  } catch (error) {
    // Another worker was faster.
    await admin.query(`drop database ${partial}`);
    if (!(await isThere())) throw error;
  }
  return name;
}

/** For tests of stores and services: a migrated database, a clock that can be moved, and a ledger in memory. */
export interface TestPlatform extends AsyncDisposable {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly dataDir: string;
  /** Everything that was recorded, in order. */
  readonly recorded: EventRecord[];
  /** Makes the ledger refuse, or take records again. */
  failRecording(isFailing: boolean): void;
  advance(ms: number): void;
}

export async function openTestPlatform(): Promise<TestPlatform> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'hf-platform-'));
  let skewMs = 0;
  let isFailing = false;
  const clock: Clock = { now: () => Date.now() + skewMs, monotonicMs: () => performance.now() + skewMs };
  const database = await openTestDatabase(dataDir);
  const { db } = database;
  await migrate({ db, clock, log: silentLog });
  const recorded: EventRecord[] = [];
  const bus = createBus({ db, clock, log: silentLog, node: 'test' });
  bus.attachRecorder({
    append: (event) => {
      if (isFailing) return Promise.reject(new Error('the ledger of this test refuses'));
      recorded.push(event);
      return Promise.resolve({ index: recorded.length - 1 });
    },
  });
  return {
    db,
    bus,
    clock,
    dataDir,
    recorded,
    failRecording: (value) => {
      isFailing = value;
    },
    advance: (ms) => {
      skewMs += ms;
    },
    async [Symbol.asyncDispose]() {
      await bus.close();
      await database[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
