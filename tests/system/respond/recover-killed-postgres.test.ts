import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beside, KEPT, LATER, makeBackedUp, type BackedUp } from '../../support/backed-up.ts';
import { createPostgresCluster, postgresMissing, type PostgresCluster } from '../../support/postgres-cluster.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

/** Each command is a process of its own, and one of them restores a database. */
const LONG_MS = 900_000;
/** In the order in which a recovery comes to them. */
const POINTS = ['unpacked', 'prepared', 'stated', 'aside', 'swapped', 'placed', 'recorded'];

describe.skipIf(postgresMissing !== null)('a recovery into PostgreSQL that is killed', () => {
  let cluster: PostgresCluster;
  let made: BackedUp;

  beforeAll(async () => {
    cluster = await createPostgresCluster();
    const { server, ...backedUp } = await makeBackedUp({ env: { HOLDFAST_DATABASE_URL: cluster.url } });
    made = backedUp;
    await server[Symbol.asyncDispose]();
  }, LONG_MS);
  afterAll(async () => {
    made.remove();
    await cluster[Symbol.asyncDispose]();
  });

  const recover = (killAt: string | null) =>
    made.run(
      ['recover', '--backup', made.backup, '--keep-log', '--yes'],
      made.dataDir,
      killAt === null ? {} : { HOLDFAST_TEST_KILL_AT: `recover:${killAt}` },
    );
  const stored = async (): Promise<string> => cluster.query('select count(*) from protection_ban');

  test(
    'at one point after the other has all tables of before or all of the backup, and comes to its end when nothing kills it',
    async () => {
      expect(await made.bans()).toEqual([KEPT, LATER]);
      const records = await made.records();
      const seen: string[] = [];
      for (const point of POINTS) {
        expect((await recover(point)).code, point).not.toBe(0);
        seen.push(await stored());
      }
      // Two bans as long as nothing was taken over, one from then on, and never anything between.
      expect(seen).toEqual(seen.toSorted((left, right) => Number(right) - Number(left)));
      expect(new Set(seen)).toEqual(new Set(['2', '1']));
      const { code, data } = await recover(null);
      expect(code, JSON.stringify(data)).toBe(0);
      expect(await made.bans()).toEqual([KEPT]);
      expect(await made.records()).toBeGreaterThan(records);
      expect(beside(made.dataDir, 'restoring')).toEqual([]);
      expect((await made.run(['recover', 'status'])).data).toMatchObject({ state: { done: 'over' } });
      const restored = (await made.run(['audit', 'tail', '--type', 'backup.restored'])).data['events'];
      expect(restored).toHaveLength(1);
    },
    LONG_MS,
  );
});
