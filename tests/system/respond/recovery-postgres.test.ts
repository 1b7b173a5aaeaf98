import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastProcess, holdfast } from '../../support/holdfast-process.ts';
import { createPostgresCluster, postgresMissing, type PostgresCluster } from '../../support/postgres-cluster.ts';

if (postgresMissing !== null) console.warn(postgresMissing);

const LONG_MS = 300_000;
const BANS = 12;
const PASSPHRASE = 'sieben graue Koffer am Bahnhof';

interface Made {
  readonly ledgerSize: number;
}

/** What was in the embedded database is in a PostgreSQL server afterwards, with the same ledger beside it. */
describe.skipIf(postgresMissing !== null)('a backup that is restored into PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-into-postgres-'));
  const at = (name: string): string => join(folder, name);
  const pass = ['--passphrase-file', at('pass')];
  let cluster: PostgresCluster;
  let before: HoldfastProcess;
  let after: HoldfastProcess | null = null;

  beforeAll(async () => {
    writeFileSync(at('pass'), PASSPHRASE, { mode: 0o600 });
    cluster = await createPostgresCluster();
    before = await HoldfastProcess.start({ dataDir: at('original') });
  }, LONG_MS);
  afterAll(async () => {
    await after?.[Symbol.asyncDispose]();
    await before[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }, LONG_MS);

  const bansOf = async (server: HoldfastProcess): Promise<readonly string[]> =>
    (await server.cli<{ bans: { prefix: string }[] }>('ban', 'list')).data.bans.map(({ prefix }) => prefix).toSorted();

  test(
    'has the same rows, the same ledger, and goes on from there',
    async () => {
      for (let index = 1; index <= BANS; index += 1) {
        const added = await before.cli('ban', 'add', `198.51.100.${index}`, '--for', '2h', '--reason', 'a test');
        expect(added.code, added.stderr).toBe(0);
      }
      const incident = await before.cli<{ id: string }>('incident', 'open', 'Before the move');
      expect(incident.code, incident.stderr).toBe(0);
      const wanted = await bansOf(before);
      expect(wanted).toHaveLength(BANS);
      // Not running, nothing is written between the backup and what it is compared with.
      await before[Symbol.asyncDispose]();
      const offline = async (dataDir: string, words: readonly string[], env: Record<string, string> = {}) => {
        const { code, stdout, stderr } = await holdfast([...words, '--json', '--quiet', '--yes', '--data-dir', dataDir], { env });
        expect(code, stderr).toBe(0);
        return (JSON.parse(stdout) as { readonly data: unknown }).data;
      };
      const made = (await offline(at('original'), ['backup', 'create', at('b.age'), ...pass])) as Made;
      expect(made.ledgerSize).toBeGreaterThan(BANS);
      copyFileSync(join(at('original'), 'keys', 'root.key'), at('root.key'));

      const env = { HOLDFAST_DATABASE_URL: cluster.url };
      const began = Date.now();
      await offline(at('moved'), ['backup', 'restore', at('b.age'), '--root-key', at('root.key'), ...pass], env);
      process.stdout.write(`restored into PostgreSQL in ${Date.now() - began} ms\n`);
      expect(await cluster.query('select count(*) from protection_ban')).toBe(String(BANS));
      expect(await cluster.query('select count(*) from incidents_case')).toBe('1');

      after = await HoldfastProcess.start({ dataDir: at('moved'), env });
      expect(await bansOf(after)).toEqual(wanted);
      const { data, code } = await after.cli<{ id: string; title: string }>('incident', 'show', incident.data.id);
      expect([code, data.title]).toEqual([0, 'Before the move']);
      expect((await after.cli('audit', 'verify')).code).toBe(0);
      const last = await after.cli('audit', 'prove', String(made.ledgerSize - 1));
      expect(last.code, last.stderr).toBe(0);
      expect((await after.cli('ban', 'add', '203.0.113.9', '--for', '2h', '--reason', 'it goes on')).code).toBe(0);
    },
    LONG_MS,
  );
});
