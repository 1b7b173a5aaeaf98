import type { SecretRef } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, calling, HOST, openTestSecrets, person, type TestSecrets } from '../test-secrets.ts';
import { BURST_SECRETS } from './burst.ts';

const VALUE = 'canary-value-7f3a';
const KEY = at('API_KEY');
let test: TestSecrets;

beforeAll(async () => {
  test = await openTestSecrets();
}, 60_000);
afterAll(async () => test[Symbol.asyncDispose]());
beforeEach(async () => {
  test.platform.failRecording(false);
  await test.platform.db.query('delete from secret_entry');
  // Beyond the minute in which another test read.
  test.platform.advance(61_000);
  await test.secrets.write(KEY, { data: { value: VALUE } }, HOST);
  test.platform.recorded.length = 0;
});

const owner = calling(person('owner', { isElevated: true }), 'look into an outage');
const types = () => test.platform.recorded.map(({ type }) => type);
const count = (type: string) => types().filter((each) => each === type).length;

describe('a read', () => {
  it('is recorded with who, what, which version and what for, and without the value', async () => {
    await test.secrets.read(KEY, owner);
    expect(test.platform.recorded).toMatchObject([
      {
        type: 'secret.read',
        actor: { kind: 'operator', ref: 'person:P' },
        application: 'shop',
        target: 'shop/production/API_KEY',
        payload: { secret: 'shop/production/API_KEY', version: 1, purpose: 'look into an outage', via: 'api', identity: 'P' },
      },
    ]);
    expect(JSON.stringify(test.platform.recorded)).not.toContain(VALUE);
  });

  it('that cannot be recorded is refused; as soon as it can be, it is given', async () => {
    test.platform.failRecording(true);
    const refused = await test.secrets.read(KEY, owner).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'audit-unavailable' });
    expect(JSON.stringify(refused)).not.toContain(VALUE);
    test.platform.failRecording(false);
    expect(await test.secrets.read(KEY, owner)).toMatchObject({ data: { value: VALUE } });
  });

  it.each(['', '  ', 'Deploy\n', 'x'.repeat(65)])('without a purpose, or with %j, is refused', async (purpose) => {
    await expect(test.secrets.read(KEY, { ...owner, purpose })).rejects.toMatchObject({ code: 'input-invalid' });
    expect(types()).toEqual([]);
  });

  it('of many at once gives each its own', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `N${index}`);
    for (const name of names.slice(0, 20)) await test.secrets.write(at(name), { data: { value: `of ${name}` } }, HOST);
    const reads = names.map(async (name) => {
      try {
        return (await test.secrets.read(at(name), HOST)).data['value'];
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
    expect(await Promise.all(reads)).toEqual(names.map((name, index) => (index < 20 ? `of ${name}` : 'not-found')));
  });

  it('shows in lists to the hour', async () => {
    await test.secrets.read(KEY, owner);
    await expect
      .poll(async () => (await test.secrets.find(KEY, HOST))?.lastReadAt, { timeout: 20_000 })
      .toBe(Math.floor(test.platform.clock.now() / 3_600_000) * 3_600_000);
  });
});

describe('what is stored', () => {
  const rowsOf = async (ref: SecretRef) =>
    test.platform.db.query<{ id: string; data_key: string; sealed: string }>(
      'select e.id, e.data_key, v.sealed from secret_entry e join secret_version v on v.secret = e.id where e.name = $1 and e.environment = $2',
      [ref.name, ref.environment],
    );

  it('is no clear text', async () => {
    const rows = await test.platform.db.query('select e.*, v.* from secret_entry e join secret_version v on v.secret = e.id');
    expect(JSON.stringify(rows)).not.toContain(VALUE);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(VALUE).toString('base64').slice(0, 12));
  });

  it.each([
    [
      'its value comes from another secret',
      'update secret_version set sealed = (select v.sealed from secret_version v join secret_entry e on e.id = v.secret where e.name = $2) where secret = (select id from secret_entry where name = $1)',
    ],
    [
      'its value and key come from another secret',
      'with other as (select e.data_key, v.sealed from secret_version v join secret_entry e on e.id = v.secret where e.name = $2), moved as (update secret_entry set data_key = (select data_key from other) where name = $1) update secret_version set sealed = (select sealed from other) where secret = (select id from secret_entry where name = $1)',
    ],
    [
      'the whole row was moved to another environment',
      "update secret_entry set environment = 'production' where name = $1 and $2 <> ''",
    ],
    [
      'it was changed',
      "update secret_version set sealed = left(sealed, length(sealed) - 3) || 'AAA' where secret = (select id from secret_entry where name = $1) and $2 <> ''",
    ],
    [
      'it was cut',
      "update secret_version set sealed = left(sealed, length(sealed) - 22) where secret = (select id from secret_entry where name = $1) and $2 <> ''",
    ],
    [
      'its key was changed',
      "update secret_entry set data_key = left(data_key, length(data_key) - 3) || 'AAA' where name = $1 and $2 <> ''",
    ],
  ])('does not open when %s: nothing is given, and one record tells of it', async (_what, statement) => {
    const mine = at('MINE', 'staging');
    await test.secrets.write(mine, { data: { value: 'mine' } }, HOST);
    await test.secrets.write(at('OTHER', 'staging'), { data: { value: VALUE } }, HOST);
    expect(await rowsOf(mine)).toHaveLength(1);
    test.platform.recorded.length = 0;
    await test.platform.db.query(statement, ['MINE', 'OTHER']);
    const where = statement.includes('environment =') ? at('MINE') : mine;
    await expect(test.secrets.read(where, HOST)).rejects.toMatchObject({ code: 'secret-damaged' });
    expect(test.platform.recorded).toMatchObject([{ type: 'secret.damaged', severity: 'high', outcome: 'failed' }]);
    expect(await test.secrets.read(at('OTHER', 'staging'), HOST)).toMatchObject({ data: { value: VALUE } });
  });

  it('of an earlier version does not pass as a later one', async () => {
    await test.secrets.write(KEY, { data: { value: 'second' } }, HOST);
    await test.platform.db.query(
      'update secret_version set sealed = (select v.sealed from secret_version v where v.secret = secret_version.secret and v.version = 1) where version = 2',
    );
    await expect(test.secrets.read(KEY, HOST)).rejects.toMatchObject({ code: 'secret-damaged' });
    expect(await test.secrets.read(KEY, HOST, 1)).toMatchObject({ data: { value: VALUE } });
  });
});

describe('a decoy', () => {
  it('gives its value, and the read is an alarm', async () => {
    await test.secrets.change(KEY, { isCanary: true }, HOST);
    test.platform.recorded.length = 0;
    expect(await test.secrets.read(KEY, owner)).toMatchObject({ data: { value: VALUE } });
    expect(test.platform.recorded).toMatchObject([
      { type: 'secret.read' },
      { type: 'secret.canary-read', severity: 'critical', payload: { identity: 'P', version: 1 } },
    ]);
  });

  it('whose alarm cannot be recorded gives nothing', async () => {
    await test.secrets.change(KEY, { isCanary: true }, HOST);
    test.platform.failRecording(true);
    await expect(test.secrets.read(KEY, owner)).rejects.toMatchObject({ code: 'audit-unavailable' });
  });
});

describe('more different secrets in a minute than anybody looks up', () => {
  const names = Array.from({ length: BURST_SECRETS + 3 }, (_, index) => `S${index}`);
  beforeEach(async () => {
    for (const name of names) await test.secrets.write(at(name), { data: { value: name } }, HOST);
    test.platform.recorded.length = 0;
  });
  const read = async (some: readonly string[], who = owner) => {
    for (const name of some) await test.secrets.read(at(name), who);
  };

  it('are told of at the eleventh, once a minute, and the values are given', async () => {
    await read(names.slice(0, BURST_SECRETS));
    await read(names.slice(0, BURST_SECRETS));
    expect(count('secret.read-burst')).toBe(0);
    await read(names.slice(BURST_SECRETS, BURST_SECRETS + 1));
    expect(count('secret.read-burst')).toBe(1);
    await read(names);
    expect(count('secret.read-burst')).toBe(1);
    expect(count('secret.read')).toBe(2 * BURST_SECRETS + 1 + names.length);
    expect(test.platform.recorded.find(({ type }) => type === 'secret.read-burst')).toMatchObject({
      severity: 'high',
      payload: { identity: 'P', secrets: BURST_SECRETS + 1, windowSeconds: 60 },
    });
    test.platform.advance(60_000);
    await read(names);
    expect(count('secret.read-burst')).toBe(2);
  });

  it('are counted for each identity, and not when they are read slowly', async () => {
    await read(names.slice(0, 7));
    await read(names.slice(6), calling(person('owner', { isElevated: true, id: 'Q' })));
    for (const name of names) {
      test.platform.advance(10_000);
      await read([name]);
    }
    expect(count('secret.read-burst')).toBe(0);
  });
});

describe('data keys', () => {
  it('are counted by the key that sealed them, proven, and sealed anew while values stay as they are', async () => {
    await test.secrets.write(at('OTHER'), { data: { value: 'other' } }, HOST);
    const [[key, many] = ['', 0]] = [...(await test.sealedKeys.count())];
    expect(many).toBe(2);
    expect(await test.sealedKeys.sample(key)).toBe(true);
    expect(await test.sealedKeys.sample('data_none')).toBeNull();
    expect(await test.sealedKeys.reseal(key, 10)).toBe(0);
    const before = await test.platform.db.query('select data_key from secret_entry order by id');
    const sealed = await test.platform.db.query('select sealed from secret_version order by secret');
    // As if another key were the newest one: all are found, and sealed anew with the one that there is.
    expect(await test.sealedKeys.reseal('data_next', 1)).toBe(1);
    const after = await test.platform.db.query('select data_key from secret_entry order by id');
    expect(after[0]).not.toEqual(before[0]);
    expect(after[1]).toEqual(before[1]);
    expect(await test.platform.db.query('select sealed from secret_version order by secret')).toEqual(sealed);
    for (const name of ['API_KEY', 'OTHER']) expect(await test.secrets.read(at(name), HOST)).toMatchObject({ version: 1 });
    await test.platform.db.query("update secret_entry set data_key = left(data_key, length(data_key) - 3) || 'AAA'");
    expect(await test.sealedKeys.sample(key)).toBe(false);
  });
});
