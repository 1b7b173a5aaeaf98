import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../log.ts';
import { isRefusal } from '../refusal.ts';
import { isUniqueViolation, sqlState } from './database-error.ts';
import { openDatabase, type Database, type DatabaseOptions } from './database.ts';

const postgresUrl = process.env['HOLDFAST_TEST_POSTGRES'];
const engines: ('embedded' | 'postgres')[] = postgresUrl === undefined ? ['embedded'] : ['embedded', 'postgres'];
if (postgresUrl === undefined) console.warn('SKIPPED: PostgreSQL half of the database tests; set HOLDFAST_TEST_POSTGRES');

type Tables = {
  thing: { id: number; name: string; data: unknown; seen: number | bigint; at: Date | null; raw: Uint8Array | null };
};

describe.each(engines)('database on %s', (engine) => {
  let folder = '';
  let db: Database;
  const options = (): DatabaseOptions =>
    engine === 'embedded' ? { kind: 'embedded', dataDir: folder } : { kind: 'postgres', url: String(postgresUrl) };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'hf-db-'));
    db = await openDatabase(options(), silentLog);
    await db.query('drop table if exists thing');
    await db.query(
      'create table thing (id integer primary key, name text unique, data jsonb, seen bigint, at timestamptz, raw bytea)',
    );
  }, 60_000);

  afterAll(async () => {
    await db.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('typed queries and plain text see the same rows with the same types', async () => {
    const kysely = db.kysely.withTables<Tables>();
    const at = new Date(1_700_000_000_000);
    await kysely
      .insertInto('thing')
      .values({ id: 1, name: 'a', data: JSON.stringify({ list: [1, 'x'] }), seen: 2 ** 40, at, raw: Buffer.from([1, 2, 255]) })
      .execute();
    const row = await kysely.selectFrom('thing').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
    expect(row.data).toEqual({ list: [1, 'x'] });
    expect(row.seen).toBe(2 ** 40);
    expect(row.at).toEqual(at);
    expect([...(row.raw ?? [])]).toEqual([1, 2, 255]);
    expect(await db.query('select name from thing where id = $1', [1])).toEqual([{ name: 'a' }]);
  });

  test('values are never text of the statement', async () => {
    const hostile = `x'); drop table thing; --`;
    await db.query('insert into thing (id, name) values ($1, $2)', [2, hostile]);
    expect(await db.query('select name from thing where name = $1', [hostile])).toEqual([{ name: hostile }]);
  });

  test('a failed transaction leaves nothing; a good one stays', async () => {
    await expect(
      db.transaction(async (tx) => {
        await tx.query('insert into thing (id, name) values (10, $1)', ['gone']);
        throw new RangeError('stop');
      }),
    ).rejects.toThrow('stop');
    await db.transaction((tx) => tx.query('insert into thing (id, name) values (11, $1)', ['kept']));
    expect(await db.query('select id from thing where id in (10, 11)')).toEqual([{ id: 11 }]);
  });

  test('hooks: before commit can stop it, after rollback hears of it, after commit only when it happened', async () => {
    const heard: string[] = [];
    await expect(
      db.transaction(async (tx) => {
        tx.beforeCommit(() => Promise.reject(new RangeError('no record, no action')));
        tx.afterCommit(() => void heard.push('committed'));
        tx.afterRollback(() => void heard.push('rolled back'));
        await tx.query('insert into thing (id) values (20)');
      }),
    ).rejects.toThrow('no record');
    expect(heard).toEqual(['rolled back']);
    expect(await db.query('select id from thing where id = 20')).toEqual([]);
    await db.transaction(async (tx) => {
      tx.afterCommit(() => void heard.push('committed'));
      await tx.query('insert into thing (id) values (21)');
    });
    expect(heard).toEqual(['rolled back', 'committed']);
  });

  test('an error that was swallowed inside a transaction cannot pass as success', async () => {
    let isRecorded = false;
    await expect(
      db.transaction(async (tx) => {
        tx.beforeCommit(() => {
          isRecorded = true;
          return Promise.resolve();
        });
        await tx.query('select 1/0').catch(() => null);
      }),
    ).rejects.toSatisfy((error) => sqlState(error) === '25P02');
    expect(isRecorded).toBe(false);
  });

  test('a unique violation is recognised, another error is not one', async () => {
    await db.query('insert into thing (id, name) values (30, $1)', ['once']);
    const twice = await db.query('insert into thing (id, name) values (31, $1)', ['once']).catch((error: unknown) => error);
    expect(isUniqueViolation(twice)).toBe(true);
    expect(isUniqueViolation(twice, 'thing_name_key')).toBe(true);
    const other = await db.query('select * from nowhere').catch((error: unknown) => error);
    expect(isUniqueViolation(other)).toBe(false);
    expect(sqlState(other)).toBe('42P01');
  });

  test('many callers at once are served in turn, transactions do not mix', async () => {
    await db.query('create table if not exists counter (n integer)');
    await db.query('delete from counter');
    await db.query('insert into counter values (0)');
    await Promise.all(
      Array.from({ length: 50 }, () =>
        db.transaction(async (tx) => {
          const [row] = await tx.query<{ n: number }>('select n from counter for update');
          await tx.query('update counter set n = $1', [(row?.n ?? 0) + 1]);
        }),
      ),
    );
    expect(await db.query('select n from counter')).toEqual([{ n: 50 }]);
    await db.query('drop table counter');
  });
});

test('a PostgreSQL that does not answer is refused at once, without its address', async () => {
  const url = 'postgres://hf:hunter2@127.0.0.1:1/hf';
  const error = await openDatabase({ kind: 'postgres', url }, silentLog).catch((reason: unknown) => reason);
  expect(isRefusal(error, 'database-unavailable')).toBe(true);
  expect(String(error)).not.toMatch(/hunter2|127\.0/u);
});

describe.runIf(postgresUrl !== undefined)('a connection that is ended while it is in use', () => {
  test('fails whoever uses it, and nobody else', async () => {
    await using db = await openDatabase({ kind: 'postgres', url: String(postgresUrl) }, silentLog);
    const cut = db.transaction(async (tx) => {
      const [own] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      // Both are waited for at once: what is ended may say so before the other has its answer.
      await Promise.all([tx.query('select pg_sleep(30)'), db.query('select pg_terminate_backend($1)', [own?.pid])]);
    });
    await expect(cut).rejects.toThrow();
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('embedded data that cannot be opened', () => {
  test('is put aside and begun anew, and says so; a good one is opened as it is', async () => {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'hf-db-'));
    const first = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
    expect(first.rebuilt).toBe(false);
    await first.query('create table mark (n integer)');
    await first.close();

    const second = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
    expect(second.rebuilt).toBe(false);
    expect(await second.query('select * from mark')).toEqual([]);
    await second.close();

    await writeFile(path.join(dataDir, 'pgdata/global/pg_control'), 'not a control file');
    const third = await openDatabase({ kind: 'embedded', dataDir }, silentLog);
    expect(third.rebuilt).toBe(true);
    expect(await third.query('select 1 as one')).toEqual([{ one: 1 }]);
    expect((await readdir(dataDir)).some((name) => name.startsWith('pgdata.broken-'))).toBe(true);
    await third.close();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  test('a statement that does not end loses its session, and the next caller gets a new one', async () => {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'hf-db-'));
    await using db = await openDatabase({ kind: 'embedded', dataDir, statementTimeoutMs: 1500 }, silentLog);
    await expect(db.query('select count(*) from generate_series(1, 2000000000) x')).rejects.toSatisfy(
      (error) => sqlState(error) === '57014',
    );
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
    await db.close();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);
});
