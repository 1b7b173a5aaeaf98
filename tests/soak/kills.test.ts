import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { HoldfastProcess } from '../support/holdfast-process.ts';
import { expectedBans, killRounds } from '../support/kill-rounds.ts';
import { createPostgresCluster, postgresMissing } from '../support/postgres-cluster.ts';
import { startTestApplication } from '../support/test-application.ts';

const ROUNDS = 100;
const folder = mkdtempSync(join(tmpdir(), 'hf-soak-kills-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
if (postgresMissing !== null) console.warn(postgresMissing);

test.for(['embedded', 'postgres'] as const)(
  `killed ${ROUNDS} times under load with the %s database: nothing acknowledged is lost`,
  async (database, { skip }) => {
    if (database === 'postgres' && postgresMissing !== null) skip(postgresMissing);
    await using stack = new AsyncDisposableStack();
    const application = stack.use(await startTestApplication());
    const cluster = database === 'postgres' ? stack.use(await createPostgresCluster()) : null;
    const env: Record<string, string> = cluster === null ? {} : { HOLDFAST_DATABASE_URL: cluster.url };
    const dataDir = join(folder, database);
    const report = await killRounds({
      rounds: ROUNDS,
      dataDir,
      upstream: application.url,
      env,
      onRound: (round, acknowledged) => console.info(`round ${round + 1} of ${ROUNDS}: ${acknowledged} changes acknowledged`),
    });
    const server = stack.use(await HoldfastProcess.start({ args: ['--to', application.url], dataDir, env }));
    const { data } = await server.cli<{ bans: { prefix: string }[] }>('ban', 'list');
    const listed = new Set(data.bans.map(({ prefix }) => prefix));
    const { held, gone } = expectedBans(report);
    expect(held.length).toBeGreaterThan(ROUNDS);
    expect(held.filter((prefix) => !listed.has(prefix))).toEqual([]);
    expect(gone.filter((prefix) => listed.has(prefix))).toEqual([]);
    expect((await server.cli<{ faults: string[] }>('audit', 'verify')).data).toMatchObject({ ok: true, faults: [] });
  },
);
