import { applicationSchema, type ApplicationInput } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createApplications, type Actor, type Applications } from './index.ts';

const operator: Actor = { kind: 'operator', ref: 'host:0' };
const by = { actor: operator };
const input = (parts: Partial<ApplicationInput> = {}): ApplicationInput => ({
  id: 'shop',
  name: 'Shop',
  upstream: 'http://127.0.0.1:3000',
  ...parts,
});
const make = (parts: Partial<ApplicationInput> = {}) => applicationSchema.parse(input(parts));

let platform: TestPlatform;
let applications: Applications;
let changes: string[] = [];

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from application_entry; delete from application_mode_change');
  platform.recorded.length = 0;
  platform.failRecording(false);
  changes = [];
  applications = createApplications(platform);
  applications.onChange((cause) => void changes.push(cause));
});
const types = () => platform.recorded.map(({ type }) => type);

describe('changing applications', () => {
  it('creates, reads back the same, and records it', async () => {
    const created = await applications.create(make({ hosts: ['shop.test'] }), by);
    expect(created).toMatchObject({ origin: 'operator', revision: 1, updatedBy: 'operator:host:0' });
    expect((await applications.get('shop')).application).toEqual(make({ hosts: ['shop.test'] }));
    expect(types()).toEqual(['application.created']);
    expect(changes).toEqual(['application.created']);
  });

  it('refuses a second one with the same id or host, and changes nothing', async () => {
    await applications.create(make({ hosts: ['a.test'] }), by);
    await expect(applications.create(make({ hosts: ['b.test'] }), by)).rejects.toMatchObject({ code: 'conflict' });
    await expect(applications.create(make({ id: 'two', hosts: ['a.test'] }), by)).rejects.toMatchObject({ code: 'conflict' });
    expect(await applications.list()).toHaveLength(1);
    expect(types()).toHaveLength(1);
  });

  it('of two writers of one host at the same time one wins', async () => {
    const both = await Promise.allSettled([
      applications.create(make({ id: 'a', hosts: ['x.test'] }), by),
      applications.create(make({ id: 'b', hosts: ['x.test'] }), by),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('updates at the revision that was read and refuses a stale one', async () => {
    await applications.create(make(), by);
    const updated = await applications.update(make({ name: 'New' }), { ...by, revision: 1 });
    expect(updated.revision).toBe(2);
    await expect(applications.update(make({ name: 'Newer' }), { ...by, revision: 1 })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect((await applications.get('shop')).application.name).toBe('New');
    expect(platform.recorded.at(-1)).toMatchObject({ type: 'application.updated', payload: { fields: ['name'] } });
  });

  it('writes and records nothing when nothing changes', async () => {
    await applications.create(make(), by);
    expect((await applications.update(make(), by)).revision).toBe(1);
    expect(types()).toEqual(['application.created']);
  });

  it('does not do what cannot be recorded', async () => {
    platform.failRecording(true);
    await expect(applications.create(make(), by)).rejects.toMatchObject({ code: 'audit-unavailable' });
    platform.failRecording(false);
    expect(await applications.list()).toEqual([]);
    expect(changes).toEqual([]);
  });

  it('removes an own one; a declared one only in the configuration', async () => {
    await applications.create(make(), by);
    await applications.remove('shop', by);
    expect(await applications.list()).toEqual([]);
    await applications.applyDeclared([input()]);
    await expect(applications.remove('shop', by)).rejects.toMatchObject({ code: 'conflict' });
    await expect(applications.get('other')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('modes', () => {
  it('are set for the application and for one group, with history newest first', async () => {
    await applications.create(make(), by);
    await applications.setMode('shop', { ...by, change: { mode: 'enforce', reason: 'tuned for a week' } });
    await applications.setMode('shop', { ...by, change: { group: 'sqli', action: 'record' } });
    const first = await applications.modeHistory('shop', { limit: 1 });
    expect(first.items).toMatchObject([{ group: 'sqli', from: 'inherit', to: 'record' }]);
    const second = await applications.modeHistory('shop', { limit: 1, cursor: String(first.next) });
    expect(second).toMatchObject({
      items: [{ group: null, from: 'monitor', to: 'enforce', reason: 'tuned for a week' }],
      next: null,
    });
    expect(types().slice(1)).toEqual(['application.mode.changed', 'application.mode.changed']);
  });

  it('set by a whole-document write are in the history too', async () => {
    await applications.create(make(), by);
    await applications.update(make({ mode: 'enforce' }), by);
    expect((await applications.modeHistory('shop', { limit: 5 })).items).toHaveLength(1);
  });
});

describe('declared applications', () => {
  it('are applied once, keep what an operator changed, and are applied again when edited', async () => {
    await applications.applyDeclared([input({ mode: 'enforce' })]);
    await applications.setMode('shop', { ...by, change: { mode: 'monitor' } });
    await applications.applyDeclared([input({ mode: 'enforce' })]);
    expect((await applications.get('shop')).application.mode).toBe('monitor');
    await applications.applyDeclared([input({ mode: 'enforce', name: 'Edited' })]);
    expect(await applications.get('shop')).toMatchObject({ origin: 'config', application: { mode: 'enforce', name: 'Edited' } });
  });

  it('go when their declaration goes; none declared at all changes nothing', async () => {
    await applications.applyDeclared([input({ hosts: ['a.test'] }), input({ id: 'two', hosts: ['b.test'] })]);
    await applications.create(make({ id: 'own', hosts: ['c.test'] }), by);
    await applications.applyDeclared([input({ id: 'two', hosts: ['a.test'] })]);
    expect((await applications.list()).map(({ application }) => application.id)).toEqual(['own', 'two']);
    await applications.applyDeclared([]);
    expect(await applications.list()).toHaveLength(2);
  });

  it('may exchange their hosts; two that claim one host or one id are a fault of the configuration', async () => {
    const pair = (first: string, second: string) => [input({ hosts: [first] }), input({ id: 'two', hosts: [second] })];
    await applications.applyDeclared(pair('a.test', 'b.test'));
    await applications.applyDeclared(pair('b.test', 'a.test'));
    expect((await applications.list()).map(({ application }) => application.hosts)).toEqual([['b.test'], ['a.test']]);
    const clash = applications.applyDeclared(pair('c.test', 'c.test'));
    await expect(clash).rejects.toMatchObject({ code: 'config-invalid', errors: [{ pointer: '/applications/1/hosts/0' }] });
    await expect(applications.applyDeclared([input(), input()])).rejects.toMatchObject({ code: 'config-invalid' });
    expect((await applications.get('two')).application.hosts).toEqual(['a.test']);
  });

  it('are exported as they would be written', async () => {
    await applications.applyDeclared([input({ mode: 'enforce' })]);
    expect(await applications.exportConfiguration()).toEqual([{ ...input(), mode: 'enforce' }]);
  });
});
