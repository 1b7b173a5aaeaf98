import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../db/database.ts';
import { silentLog } from '../log.ts';
import { dumpTables, loadTables } from './tables.ts';

/** In place of what a new data directory begins with. */
const SCHEMA = `
  drop schema public cascade;
  create schema public;
  create table z_parent (id integer primary key, name text not null unique);
  create table a_child (id bigint generated always as identity primary key, parent integer references z_parent (id), big bigint,
    data jsonb, raw bytea, at timestamptz, words text[], total integer generated always as (1 + 1) stored);
  create table audit_event (index bigint primary key);
  create table platform_migration (name text primary key);
  insert into platform_migration values ('0001_x.sql')`;

describe('a dump of the tables', () => {
  let folder = '';
  let db: Database;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'hf-dump-'));
    db = await openDatabase({ kind: 'embedded', dataDir: folder }, silentLog);
    await db.query(SCHEMA);
  }, 60_000);

  afterAll(async () => {
    await db.close();
    await rm(folder, { recursive: true, force: true });
  });

  const dump = async (): Promise<string[]> => {
    const lines: string[] = [];
    await dumpTables(db, { skip: (table) => table.startsWith('audit_'), write: async (line) => void lines.push(line) });
    return lines;
  };

  async function* each(lines: readonly string[]): AsyncGenerator<string> {
    yield* lines;
  }

  test('brings every value back, parents before children, and numbering goes on', async () => {
    await db.query(`insert into z_parent values (1, 'a "quoted" ünïcode name'), (2, E'line\\nbreak')`);
    await db.query(`insert into a_child (parent, big, data, raw, at, words)
      values (2, 9007199254740993, '{"k": [1.50, null]}', '\\x00ff', '2026-01-31T12:00:00.123456Z', array['x,y', null])`);
    await db.query('insert into a_child (parent) select 1 from generate_series(1, 1200)');
    await db.query('insert into audit_event values (7)');
    const before = await db.query(
      'select id::text, parent, big::text, data::text, raw, at::text, words, total from a_child order by id',
    );
    const lines = await dump();

    await db.query("delete from a_child; delete from z_parent; insert into z_parent values (9, 'made meanwhile')");
    expect(await loadTables(db, each(lines))).toBe(1203);
    expect(
      await db.query('select id::text, parent, big::text, data::text, raw, at::text, words, total from a_child order by id'),
    ).toEqual(before);
    expect(await db.query('select id from z_parent order by id')).toEqual([{ id: 1 }, { id: 2 }]);
    // Projections and the list of migrations are the new database's own.
    expect(await db.query('select index::text from audit_event')).toEqual([{ index: '7' }]);
    expect(await db.query('select name from platform_migration')).toEqual([{ name: '0001_x.sql' }]);
    const [next] = await db.query<{ id: string }>('insert into a_child (parent) values (1) returning id::text');
    expect(next).toEqual({ id: '1202' });
  });

  test('with a table this release does not have changes nothing', async () => {
    const before = await db.query('select count(*)::text as count from z_parent');
    const lines = [
      JSON.stringify({ table: 'z_parent', columns: ['id', 'name'] }),
      JSON.stringify({ table: 'from_the_future', columns: ['id'] }),
    ];
    await expect(loadTables(db, each(lines))).rejects.toMatchObject({ code: 'backup-unreadable' });
    expect(await db.query('select count(*)::text as count from z_parent')).toEqual(before);
  });

  test('whose names are hostile stays inside its quotes', async () => {
    const lines = [
      JSON.stringify({ table: 'z_parent', columns: ['id', 'name"); drop table z_parent; --'] }),
      JSON.stringify({ row: '{"id": 1}' }),
    ];
    await expect(loadTables(db, each(lines))).rejects.toThrow();
    expect((await db.query('select id from z_parent')).length).toBeGreaterThan(0);
  });
});
