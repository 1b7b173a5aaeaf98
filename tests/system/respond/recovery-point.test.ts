import type { DrillView, RecoveryStatus } from '@holdfast/contract';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEPT, LATER, makeBackedUp, type BackedUp } from '../../support/backed-up.ts';
import { holdfast, HoldfastProcess } from '../../support/holdfast-process.ts';
import { createArchivedPostgres, type ArchivedPostgres } from '../../support/postgres-archive.ts';
import { createPostgresCluster, postgresMissing, type PostgresCluster } from '../../support/postgres-cluster.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

const LONG_MS = 600_000;
const SOON = { timeout: 60_000, interval: 500 };

describe.skipIf(postgresMissing !== null)('points in time on PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-point-'));
  const dataDir = join(folder, 'data');
  let archived: ArchivedPostgres;
  let server: HoldfastProcess;
  const start = async (url: string): Promise<HoldfastProcess> =>
    HoldfastProcess.start({ dataDir, env: { HOLDFAST_DATABASE_URL: url } });

  beforeAll(async () => {
    archived = await createArchivedPostgres();
    server = await start(archived.cluster.url);
  }, LONG_MS);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await archived[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }, LONG_MS);

  const pointInTime = async (running: HoldfastProcess): Promise<RecoveryStatus['pointInTime']> =>
    (await running.cli<RecoveryStatus>('backup', 'schedule')).data.pointInTime;
  const ban = async (prefix: string): Promise<void> => {
    const { code, stderr } = await server.cli('ban', 'add', prefix, '--for', '9h', '--reason', 'a test');
    expect(code, stderr).toBe(0);
  };
  const bans = async (): Promise<readonly string[]> =>
    (await server.cli<{ bans: { prefix: string }[] }>('ban', 'list')).data.bans.map(({ prefix }) => prefix).toSorted();
  const archive = async (): Promise<void> => void (await archived.cluster.query('select pg_switch_wal()'));

  test(
    'are reported as on where the log is archived, and as off once that fails',
    async () => {
      await archive();
      await expect.poll(async () => (await pointInTime(server)).detail, SOON).toContain('was archived at');
      expect((await pointInTime(server)).state).toBe('on');
      const place = join(archived.cluster.folder, 'archive');
      renameSync(place, `${place}-away`);
      await ban('198.51.100.9');
      await archive();
      await expect.poll(async () => (await pointInTime(server)).state, SOON).toBe('off');
      expect((await pointInTime(server)).detail).toContain('could not be archived');
      renameSync(`${place}-away`, place);
      // PostgreSQL tries again once a minute at the latest (PostgreSQL §25.3.1).
      await expect.poll(async () => (await pointInTime(server)).state, { ...SOON, timeout: 150_000 }).toBe('on');
    },
    LONG_MS,
  );

  test(
    'are reported as off where nothing is archived',
    async () => {
      await using plain = await createPostgresCluster();
      await using other = await HoldfastProcess.start({ env: { HOLDFAST_DATABASE_URL: plain.url } });
      expect(await pointInTime(other)).toMatchObject({ state: 'off', detail: expect.stringContaining('archive_mode is off') });
    },
    LONG_MS,
  );

  test(
    'are gone back to: what was there then is there, what came later is not, and the log in place goes on',
    async () => {
      await archived.baseBackup();
      await ban(KEPT);
      const then = await archived.cluster.query('select clock_timestamp()');
      await ban(LATER);
      const before = await bans();
      expect(before).toEqual(expect.arrayContaining([KEPT, LATER]));
      const files = async (): Promise<number> =>
        Number(await archived.cluster.query('select archived_count from pg_stat_archiver'));
      const count = await files();
      await archive();
      await expect.poll(files, { ...SOON, timeout: 150_000 }).toBeGreaterThan(count);
      await server[Symbol.asyncDispose]();

      const began = performance.now();
      server = await start(await archived.restoredAt(then));
      process.stdout.write(`back at a point in time, served again, in ${Math.round(performance.now() - began)} ms\n`);
      expect(await bans()).toEqual(before.filter((prefix) => prefix !== LATER));
      const verified = await server.cli<{ ok: boolean }>('audit', 'verify');
      expect([verified.code, verified.data.ok], verified.stdout).toEqual([0, true]);
      await ban('203.0.113.8');
      // The log was not in PostgreSQL: what happened after that point stays recorded.
      const { data } = await server.cli<{ events: unknown[] }>('audit', 'tail', '--type', 'ban.added');
      expect(JSON.stringify(data.events)).toContain(LATER);
    },
    LONG_MS,
  );
});

describe.skipIf(postgresMissing !== null)('a drill into a PostgreSQL that somebody named', () => {
  let cluster: PostgresCluster;
  let made: BackedUp;
  const run = (env: Record<string, string>, ...words: string[]) =>
    holdfast(['drill', 'run', ...words, '--json', '--quiet', '--data-dir', made.dataDir], { env });

  beforeAll(async () => {
    cluster = await createPostgresCluster();
    const { server, ...backedUp } = await makeBackedUp();
    made = backedUp;
    await server[Symbol.asyncDispose]();
  }, LONG_MS);
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    made.remove();
  }, LONG_MS);

  test(
    'loads and opens the backup there, and leaves it as empty as it was',
    async () => {
      const relations = async (): Promise<string> =>
        cluster.query(
          `select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^(pg_|information_schema)'`,
        );
      expect(await relations()).toBe('0');
      const { code, stdout, stderr } = await run({ DRILL_URL: cluster.url }, '--database-url', 'env:DRILL_URL');
      expect(code, stdout + stderr).toBe(0);
      const { data } = JSON.parse(stdout) as { readonly data: DrillView };
      expect(data.steps.map(({ state }) => state)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed']);
      expect(data.steps[2]?.detail).toContain('into PostgreSQL');
      expect(await relations()).toBe('0');
    },
    LONG_MS,
  );

  test(
    'is refused where there are tables, and touches none of them',
    async () => {
      await cluster.query('create schema shop; create table shop.orders (id int); insert into shop.orders values (7)');
      const { code, stdout } = await run({ DRILL_URL: cluster.url }, '--database-url', 'env:DRILL_URL');
      expect([code, stdout]).toEqual([1, expect.stringContaining('name an empty database')]);
      expect(await cluster.query('select id from shop.orders')).toBe('7');
      expect((await made.run(['backup', 'list'])).data['backups']).toMatchObject([{ state: 'verified' }]);
    },
    LONG_MS,
  );

  test(
    'is refused without the URL, which is never a value on the command line',
    async () => {
      expect((await run({}, '--database-url', cluster.url)).code).toBe(2);
      expect((await run({}, '--database-url', 'env:DRILL_URL')).code).toBe(3);
    },
    LONG_MS,
  );
});
