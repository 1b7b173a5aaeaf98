import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { openKeyring } from '../../../platform/keyring/keyring.ts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createPeople, type People } from './people.ts';

let platform: TestPlatform;
let people: People;
const OPERATOR = { kind: 'operator', ref: 'test' } as const;

beforeAll(async () => {
  platform = await openTestPlatform();
  const { db, bus, clock, dataDir } = platform;
  await mkdir(join(dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir });
  people = createPeople({ db, bus, clock, keyring, notify: () => undefined, endSessions: () => Promise.resolve() });
  for (const [name, role] of [
    ['ann', 'owner'],
    ['bob', 'administrator'],
    ['per_cent', null],
    ['percent', null],
    ['zoe', 'analyst'],
  ] as const)
    await people.create(
      { name, display: `Shown ${name.toUpperCase()}`, email: null, role, groups: [], mfaRequired: false },
      OPERATOR,
    );
  await db.query(`update identity_person set status = 'active' where name <> 'zoe'`);
  await db.query(
    `insert into identity_totp (person, secret_cipher, confirmed_at, last_step) select id, 'x', 0, 0 from identity_person where name in ('ann', 'percent')`,
  );
  await db.query(
    `insert into identity_passkey (id, person, credential_id, public_key, counter, transports, rp_id, name, created_at)
     select name || n, id, name || n, 'k', 0, '[]', 'localhost', 'key', 0 from identity_person, generate_series(1, 2) as n where name = 'ann'`,
  );
}, 60_000);
afterAll(() => platform[Symbol.asyncDispose]());

type Filter = Omit<Parameters<People['list']>[0], 'limit' | 'cursor'>;
const names = async (filter: Filter): Promise<string[]> =>
  (await people.list({ limit: 50, ...filter })).items.map(({ name }) => name);

describe('a list of people', () => {
  it.each<[Filter, string[]]>([
    [{}, ['ann', 'bob', 'per_cent', 'percent', 'zoe']],
    [{ q: 'PER' }, ['per_cent', 'percent']],
    [{ q: 'shown b' }, ['bob']],
    [{ q: 'r_c' }, ['per_cent']],
    [{ q: '%' }, []],
    [{ role: 'none' }, ['per_cent', 'percent']],
    [{ role: 'owner' }, ['ann']],
    [{ status: 'invited' }, ['zoe']],
    [{ mfa: 'with' }, ['ann', 'percent']],
    [{ mfa: 'without', status: 'active' }, ['bob', 'per_cent']],
    [{ mfa: 'without', role: 'administrator', q: 'bo' }, ['bob']],
  ])('%j holds %j', async (filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  it('is paged under a filter', async () => {
    const first = await people.list({ limit: 1, mfa: 'with' });
    expect(first.items.map(({ name }) => name)).toEqual(['ann']);
    const second = await people.list({ limit: 1, mfa: 'with', cursor: first.next ?? '' });
    expect(second.items.map(({ name }) => name)).toEqual(['percent']);
  });
});

it('adoption counts each person once, whatever factors they have', async () => {
  expect(await people.adoption()).toEqual({
    people: 5,
    active: 4,
    invited: 1,
    disabled: 0,
    withMfa: 2,
    withPasskey: 1,
    withTotp: 2,
    neededWithout: 1,
    administrators: 2,
  });
});
