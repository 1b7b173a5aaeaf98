import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, HOST, openTestSecrets, type TestSecrets } from './test-secrets.ts';

const KEY = at('API_KEY');
let test: TestSecrets;

beforeAll(async () => {
  test = await openTestSecrets();
}, 60_000);
afterAll(async () => test[Symbol.asyncDispose]());
beforeEach(async () => {
  await test.platform.db.query('delete from secret_entry');
  test.platform.recorded.length = 0;
  test.platform.failRecording(false);
});

const write = async (value: string, cas?: number) => test.secrets.write(KEY, { data: { value }, cas }, HOST);
const read = async (version?: number) => test.secrets.read(KEY, HOST, version);
const types = () => test.platform.recorded.map(({ type }) => type);

describe('versions of a secret', () => {
  it('are kept, and each is read by its number; without one the current is given', async () => {
    expect(await write('one')).toMatchObject({ currentVersion: 1, latestVersion: 1, fields: ['value'] });
    await write('two');
    expect(await read()).toMatchObject({ version: 2, data: { value: 'two' } });
    expect(await read(1)).toMatchObject({ version: 1, data: { value: 'one' } });
    await expect(read(3)).rejects.toMatchObject({ code: 'not-found' });
    const detail = await test.secrets.find(KEY, HOST);
    expect(detail?.versions.map(({ version, state }) => [version, state])).toEqual([
      [2, 'current'],
      [1, 'kept'],
    ]);
    expect(types()).toEqual(['secret.written', 'secret.written', 'secret.read', 'secret.read']);
    expect(JSON.stringify(test.platform.recorded)).not.toContain('"two"');
  });

  it('are refused when they are based on another one than the current', async () => {
    await expect(write('x', 1)).rejects.toMatchObject({ code: 'secret-changed' });
    expect(await test.secrets.find(KEY, HOST)).toBeNull();
    await write('one', 0);
    await expect(write('again', 0)).rejects.toMatchObject({ code: 'secret-changed' });
    const both = await Promise.allSettled([write('two', 1), write('other two', 1)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await test.secrets.find(KEY, HOST)).toMatchObject({ currentVersion: 2, latestVersion: 2 });
  });

  it('are hidden and brought back, or destroyed for good', async () => {
    await write('one');
    await write('two');
    expect(await test.secrets.deleteVersions(KEY, [2], HOST)).toMatchObject({ currentVersion: null, fields: [] });
    await expect(read()).rejects.toMatchObject({ code: 'not-found' });
    expect(await read(1)).toMatchObject({ data: { value: 'one' } });
    expect(await test.secrets.undeleteVersions(KEY, [2], HOST)).toMatchObject({ currentVersion: 2 });
    expect(await read()).toMatchObject({ data: { value: 'two' } });
    const { versions } = await test.secrets.destroyVersions(KEY, [1, 2], HOST);
    expect(versions.map(({ state }) => state)).toEqual(['destroyed', 'destroyed']);
    await test.secrets.undeleteVersions(KEY, [1, 2], HOST);
    await expect(read(1)).rejects.toMatchObject({ code: 'not-found' });
    expect(await test.platform.db.query('select sealed from secret_version')).toEqual([{ sealed: null }, { sealed: null }]);
    expect(await write('three', 2)).toMatchObject({ currentVersion: 3 });
  });

  it('are gone back to by writing the content again', async () => {
    await write('one');
    await write('two');
    const detail = await test.secrets.rollback(KEY, { version: 1, note: 'the new one is refused' }, HOST);
    expect(detail).toMatchObject({ currentVersion: 3 });
    expect(detail.versions[0]).toMatchObject({ version: 3, copyOf: 1, note: 'the new one is refused' });
    expect(await read()).toMatchObject({ version: 3, data: { value: 'one' } });
    await expect(test.secrets.rollback(KEY, { version: 9 }, HOST)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('beyond those that are kept are gone, the oldest first, and never the current one', async () => {
    await write('one');
    await test.secrets.change(KEY, { versionsKept: 2 }, HOST);
    for (const value of ['two', 'three', 'four']) await write(value);
    const detail = await test.secrets.find(KEY, HOST);
    expect(detail?.versions.map(({ version }) => version)).toEqual([4, 3]);
    expect(await test.secrets.change(KEY, { versionsKept: 1 }, HOST)).toMatchObject({ currentVersion: 4, versionsKept: 1 });
    expect(await read()).toMatchObject({ data: { value: 'four' } });
  });
});

describe('a secret', () => {
  it('is found by application, environment, part of its name and age; the pages come to an end', async () => {
    for (const name of ['A', 'B', 'db/password']) await test.secrets.write(at(name), { data: { value: 'x' } }, HOST);
    await test.secrets.write(at('A', 'staging'), { data: { value: 'x' } }, HOST);
    const names = async (query: Parameters<typeof test.secrets.list>[0]) =>
      (await test.secrets.list(query, HOST)).items.map(({ environment, name }) => `${environment}/${name}`);
    expect(await names({})).toEqual(['production/A', 'production/B', 'production/db/password', 'staging/A']);
    expect(await names({ environment: 'staging' })).toEqual(['staging/A']);
    expect(await names({ q: 'PASS' })).toEqual(['production/db/password']);
    expect(await names({ q: '%' })).toEqual([]);
    expect(await names({ application: 'other' })).toEqual([]);
    const first = await test.secrets.list({ limit: 3 }, HOST);
    expect(first.items).toHaveLength(3);
    const rest = await test.secrets.list({ limit: 3, cursor: first.next ?? '' }, HOST);
    expect(rest).toMatchObject({ items: [{ environment: 'staging' }], next: null });
    await test.secrets.change(at('A'), { maxAgeDays: 30 }, HOST);
    expect(await names({ overdue: true })).toEqual([]);
    test.platform.advance(31 * 86_400_000);
    expect(await names({ overdue: true })).toEqual(['production/A']);
    expect(await test.overdue(5)).toEqual({ count: 1, refs: [at('A')] });
    await test.secrets.write(at('A'), { data: { value: 'y' } }, HOST);
    expect(await names({ overdue: true })).toEqual([]);
  });

  it('is made for applications that are there, and for those that share', async () => {
    const elsewhere = { application: 'nowhere', environment: 'production', name: 'A' };
    await expect(test.secrets.write(elsewhere, { data: { value: 'x' } }, HOST)).rejects.toMatchObject({ code: 'input-invalid' });
    await test.secrets.write({ ...elsewhere, application: 'secret' }, { data: { value: 'x' } }, HOST);
    await expect(test.secrets.change(KEY, { owner: 'ada' }, HOST)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that is removed is gone with all its versions', async () => {
    await write('one');
    await test.secrets.remove(KEY, HOST);
    expect(await test.secrets.find(KEY, HOST)).toBeNull();
    expect(await test.platform.db.query('select version from secret_version')).toEqual([]);
    expect(types()).toEqual(['secret.written', 'secret.removed']);
  });

  it('is not changed by what cannot be recorded', async () => {
    await write('one');
    test.platform.failRecording(true);
    await expect(write('two')).rejects.toMatchObject({ code: 'audit-unavailable' });
    await expect(test.secrets.deleteVersions(KEY, [1], HOST)).rejects.toMatchObject({ code: 'audit-unavailable' });
    test.platform.failRecording(false);
    expect(await read()).toMatchObject({ version: 1, data: { value: 'one' } });
  });
});

describe('what a rotation stages', () => {
  it('is given to nobody until it is published, and to nobody at all when it is discarded', async () => {
    await write('one');
    const { db } = test.platform;
    const version = await db.transaction(async (tx) =>
      test.staged.stage(tx, KEY, { data: { value: 'two' }, note: 'rotation 1' }),
    );
    expect(version).toBe(2);
    await expect(read(2)).rejects.toMatchObject({ code: 'not-found' });
    expect(await read()).toMatchObject({ version: 1 });
    expect(await test.staged.open(KEY, 2)).toMatchObject({ data: { value: 'two' } });
    await db.transaction(async (tx) => test.staged.publish(tx, KEY, 2));
    expect(await read()).toMatchObject({ version: 2, data: { value: 'two' } });
    await db.transaction(async (tx) => test.staged.stage(tx, KEY, { data: { value: 'three' }, note: 'rotation 2' }));
    const again = async () => db.transaction(async (tx) => test.staged.stage(tx, KEY, { data: { value: 'x' }, note: 'another' }));
    await expect(again()).rejects.toMatchObject({ code: 'conflict' });
    await db.transaction(async (tx) => test.staged.discard(tx, KEY, 3));
    await expect(db.transaction(async (tx) => test.staged.publish(tx, KEY, 3))).rejects.toMatchObject({ code: 'secret-changed' });
    expect(await read()).toMatchObject({ version: 2 });
    expect(await again()).toBe(4);
  });
});
