import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { tablesOf } from '../change.ts';
import type { ProtectionTables } from '../tables.ts';
import { newBatch, type Batch } from './pending.ts';
import { readVectors, writeBatch } from './vector-store.ts';
import type { Vault } from './vault.ts';

const NOW = 1_790_000_000_000;
const MANY = 1203;
const vault: Vault = {
  pseudonym: (text) => Buffer.from(text).toString('hex'),
  seal: (text) => `sealed:${Buffer.from(text).toString('base64')}`,
  open: (sealed) => (sealed.startsWith('sealed:') ? Buffer.from(sealed.slice(7), 'base64').toString() : null),
};
const finding = {
  rule: 'sqli.union',
  group: 'sqli',
  location: 'query',
  card: 'CARD1234',
  parameter: 'a name\nof two lines',
  chain: '',
  sample: "' union select - 1",
  confidence: 0.9,
  context: null,
} as const;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(() => platform[Symbol.asyncDispose]());

function batchOf(count: number): Batch {
  const batch = newBatch();
  batch.clients.set('known', { application: 'shop', client: 'known', clean: 20, last_seen: NOW });
  for (let n = 0; n < count; n += 1) {
    const seen = {
      application: 'shop',
      method: 'GET',
      route: `/with blanks/${n}`,
      time: NOW,
      hour: NOW,
      client: n === 0 ? 'known' : 'stranger',
      mode: 'monitor',
      outcome: 'recorded',
      statusClass: 2,
      requestId: n === 0 ? null : `REQUEST${n}`,
      isClean: false,
      findings: [finding],
    };
    batch.vectors.set(`key${n}`, { seen, key: `key${n}`, count: n + 1, last: NOW + n });
  }
  return batch;
}

it('what was seen comes back as it was, newest first, however many there are, and without what somebody edited', async () => {
  await platform.db.transaction(async (tx) => writeBatch(tx.kysely.withTables<ProtectionTables>(), batchOf(MANY), vault));
  const from = { db: tablesOf(platform.db), vault };
  const vectors = await readVectors(from, 'shop');
  expect(vectors.map(({ lastSeen }) => lastSeen)).toEqual(Array.from({ length: MANY }, (_, n) => NOW + MANY - 1 - n));
  expect(vectors.at(-1)).toEqual({
    application: 'shop',
    key: 'key0',
    hour: NOW,
    method: 'GET',
    route: '/with blanks/0',
    client: 'known',
    established: true,
    mode: 'monitor',
    outcome: 'recorded',
    statusClass: 2,
    findings: [finding],
    count: 1,
    firstSeen: NOW,
    lastSeen: NOW,
    requestId: null,
  });
  expect(vectors[0]).toMatchObject({ established: false, requestId: `REQUEST${MANY - 1}`, count: MANY });
  expect(await readVectors(from, 'shop', NOW + MANY - 2)).toHaveLength(2);
  expect(await readVectors(from, 'blog')).toEqual([]);

  await platform.db.query(`update protection_tuning_vector set client = 'two words' where key = 'key1'`);
  await platform.db.query(`update protection_tuning_vector set sealed = sealed || E'\\nanother line' where key = 'key2'`);
  const left = await readVectors(from, 'shop', 0);
  expect(left.some(({ key }) => key === 'key1')).toBe(false);
  // What stands behind a line break is no vector of its own.
  expect(left).toHaveLength(MANY - 1);
});
