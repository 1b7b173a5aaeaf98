import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSealedAreas } from '../../../platform/keyring/areas/sealed-areas.ts';
import { createKeyCare } from '../../../platform/keyring/care/key-care.ts';
import { silentLog } from '../../../platform/log.ts';
import { alone } from '../../../platform/nodes/nodes.ts';
import { at, HOST, openTestSecrets, type TestSecrets } from '../test-secrets.ts';
import { createValueSeal } from './value-seal.ts';

const SECRETS = 10_000;
const READERS = 8;
const BY = { kind: 'operator', ref: 'test' } as const;
let test: TestSecrets;

beforeAll(async () => {
  test = await openTestSecrets();
  await insertMany();
}, 120_000);
afterAll(async () => test[Symbol.asyncDispose]());

/** As `write` makes them, in one statement each for a thousand. */
async function insertMany(): Promise<void> {
  const seal = createValueSeal(test.keyring);
  for (let first = 0; first < SECRETS; first += 1000) {
    const rows = Array.from({ length: 1000 }, (_, index) => {
      const ref = at(`S${first + index}`);
      const key = seal.newKey(`secret_${first + index}`);
      return {
        id: key.id,
        name: ref.name,
        data_key: key.dataKey,
        sealed: seal.seal(key, { ...ref, version: 1 }, { value: ref.name }),
      };
    });
    const given = 'from jsonb_to_recordset($1::jsonb) as row(id text, name text, data_key text, sealed text)';
    await test.platform.db.query(
      `insert into secret_entry (id, application, environment, name, data_key, current_version, latest_version, created_at, changed_at, versions_kept)
       select id, 'shop', 'production', name, data_key, 1, 1, 1, 1, 10 ${given}`,
      [JSON.stringify(rows)],
    );
    await test.platform.db.query(
      `insert into secret_version (secret, version, state, sealed, fields, created_at, created_by) select id, 1, 'live', sealed, '["value"]', 1, 'test' ${given}`,
      [JSON.stringify(rows)],
    );
  }
}

it(
  `the keys of ${SECRETS} secrets are sealed under a new key while reads go on, and none fails`,
  { timeout: 300_000 },
  async () => {
    const { platform, keyring } = test;
    const { db, bus, clock } = platform;
    await using care = createKeyCare({
      keyring,
      db,
      bus,
      clock,
      log: silentLog,
      nodes: alone,
      node: 'a',
      areas: createSealedAreas([test.sealedKeys]),
      otherNodes: async () => [],
      root: () => ({ provider: 'file', sealed: false }),
    });
    const { id, previous } = await care.rotate('data', BY);
    // On PostgreSQL a new key seals only when every node had the time to learn of it.
    platform.advance(60_000);
    const reading = { isOver: false };
    let reads = 0;
    const wrong: unknown[] = [];
    const reader = async (first: number): Promise<void> => {
      for (let number = first; !reading.isOver; number = (number + 977) % SECRETS) {
        const name = `S${number}`;
        try {
          if ((await test.secrets.read(at(name), HOST)).data['value'] !== name) wrong.push(name);
        } catch (error) {
          wrong.push(error);
        }
        reads += 1;
      }
    };
    const readers = Array.from({ length: READERS }, async (_, first) => reader(first * 101));
    await care.startRewrap();
    await expect.poll(() => care.rewrap().state, { timeout: 240_000, interval: 20 }).not.toBe('running');
    reading.isOver = true;
    await Promise.all(readers);
    expect(wrong).toEqual([]);
    expect(reads).toBeGreaterThan(READERS);
    expect(await test.sealedKeys.count()).toEqual(new Map([[id, SECRETS]]));
    expect(await test.sealedKeys.sample(previous)).toBeNull();
    expect(await test.secrets.read(at('S7'), HOST)).toMatchObject({ data: { value: 'S7' } });
  },
);
