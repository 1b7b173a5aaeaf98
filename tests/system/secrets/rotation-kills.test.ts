import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostCall } from '../../support/host-client.ts';
import { HoldfastProcess } from '../../support/holdfast-process.ts';
import { createPostgresCluster, postgresMissing, type PostgresCluster } from '../../support/postgres-cluster.ts';
import { createPair, Operator, PAIR, queryAs, setUp, URL_REF } from './rotation-stand.ts';

if (postgresMissing !== null) process.emitWarning(postgresMissing);

const OVERLAP_SECONDS = 1;
/** Before each step, and where its effect is there and not yet written down. */
const POINTS = [
  'prepare:begin',
  'stage:begin',
  'stage:commit',
  'set:begin',
  'set:effect',
  'verify:begin',
  'verify:effect',
  'publish:begin',
  'publish:commit',
  'overlap:begin',
  'retire:begin',
  'retire:effect',
] as const;
/** Until here the old credential has to be good whatever happens: nothing was published, or its overlap runs. */
const BEFORE_THE_END: ReadonlySet<string> = new Set(POINTS.slice(0, 9));

describe.skipIf(postgresMissing !== null)('a rotation whose process is killed', () => {
  let cluster: PostgresCluster;
  /** What a program was given last: each starts where the one before it ended. */
  let current: string;
  const dataDir = mkdtempSync(join(tmpdir(), 'hf-rotation-kills-'));
  const start = async (killAt?: string) =>
    HoldfastProcess.start({
      dataDir,
      env: {
        HOLDFAST_AUDIT__BALLAST_BYTES: '0',
        ...(killAt === undefined ? {} : { HOLDFAST_TEST_KILL_AT: `rotation:${killAt}` }),
      },
    });
  /** Asks for a rotation of a process that is killed in it; resolves once it is dead. */
  const rotateUntilKilled = async (killAt: string): Promise<void> => {
    const holdfast = await start(killAt);
    const dead = new Promise<NodeJS.Signals | null>((done) => holdfast.child.once('exit', (_code, signal) => done(signal)));
    await hostCall(holdfast, 'POST', '/api/v1/rotations', URL_REF).catch(() => undefined);
    expect(await dead).toBe('SIGKILL');
  };

  beforeAll(async () => {
    cluster = await createPostgresCluster({ asksPasswords: true });
    await createPair(cluster);
    await using holdfast = await start();
    const operator = new Operator(holdfast);
    await setUp(operator, cluster, OVERLAP_SECONDS);
    current = await operator.read(URL_REF);
  }, 180_000);
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(POINTS)(
    'at %s goes on after a restart: one current version that logs in, the old one dead only after its overlap',
    async (point) => {
      const before = current;
      await rotateUntilKilled(point);
      // Nobody runs, and the program still gets in with what it has.
      if (BEFORE_THE_END.has(point)) expect(await queryAs(before)).toBeNull();
      await using holdfast = await start();
      const operator = new Operator(holdfast);
      expect(await operator.finished()).toMatchObject({ outcome: 'done', trouble: null });
      const states = await operator.states(URL_REF);
      expect(states.filter((state) => state === 'current')).toHaveLength(1);
      expect(states).not.toContain('staged');
      const after = await operator.read(URL_REF);
      current = after;
      expect(after).not.toBe(before);
      expect(await queryAs(after)).toBeNull();
      expect(await queryAs(before)).toMatch(/password authentication failed/u);
    },
    240_000,
  );

  it.each(['undo:begin', 'undo:effect'])(
    'at %s is still rolled back after a restart',
    async (point) => {
      const before = current;
      const idle = PAIR.find((role) => role !== new URL(before).username) ?? '';
      await cluster.query(`alter role ${idle} connection limit 0`);
      await rotateUntilKilled(point);
      expect(await queryAs(before)).toBeNull();
      await cluster.query(`alter role ${idle} connection limit -1`);
      await using holdfast = await start();
      const operator = new Operator(holdfast);
      expect(await operator.finished()).toMatchObject({ outcome: 'rolled-back' });
      expect(await operator.read(URL_REF)).toBe(before);
      expect(await operator.states(URL_REF)).not.toContain('staged');
      expect(await queryAs(before)).toBeNull();
      expect(await cluster.query(`select count(*) from pg_authid where rolname = '${idle}' and rolpassword is null`)).toBe('1');
    },
    240_000,
  );
});
