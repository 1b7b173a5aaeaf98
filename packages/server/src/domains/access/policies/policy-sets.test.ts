import { applicationSchema, type EventRecord } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { createApplications, type Actor, type Applications } from '../../applications/index.ts';
import { createAccess, type Access } from '../access.ts';

const actor: Actor = { kind: 'operator', ref: 'host:0' };
const READ = '@id("read") permit(principal, action in Action::"read", resource);';
const ALL = '@id("all") permit(principal, action, resource);';
const BROKEN = 'permit(principal action, resource);';

let platform: TestPlatform;
let applications: Applications;
let access: Access;
const changes: string[] = [];

const open = (): Access =>
  createAccess({
    ...platform,
    log: silentLog,
    applications,
    directory: {
      people: { list: async () => ({ items: [], next: null }), find: async () => null, findByName: async () => null },
      accounts: { list: async () => ({ items: [], next: null }), find: async () => null },
    },
  });

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  await platform.db.query('delete from access_policy; delete from access_policy_draft; delete from application_entry');
  applications = createApplications(platform);
  await applications.create(applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }), { actor });
  access = open();
  changes.length = 0;
  access.onChange((cause) => void changes.push(cause));
  platform.recorded.length = 0;
});

const accept = async (text: string, basedOn?: number) =>
  access.policies.accept('shop', { input: { text, ...(basedOn === undefined ? {} : { basedOn }) }, actor });
const inForce = async (): Promise<string[]> =>
  (await access.policies.enforced()).flatMap(({ policies }) => policies.map(({ id }) => id));
const types = (): string[] => platform.recorded.map(({ type }: EventRecord) => type);

describe('a set of policies', () => {
  it('is in force when it was accepted, is told and recorded, and a later one takes its place', async () => {
    expect(await inForce()).toEqual([]);
    expect(await accept(READ)).toMatchObject({ version: 1, policies: 1, acceptedBy: 'operator:host:0' });
    expect(await accept(ALL)).toMatchObject({ version: 2 });
    expect(await inForce()).toEqual(['all']);
    expect(types()).toEqual(['policy.accepted', 'policy.accepted']);
    expect(changes).toEqual(['policy.accepted', 'policy.accepted']);
    expect(await access.policies.show('shop', 1)).toMatchObject({ text: READ, withdrawnAt: null });
    // The same again changes nothing.
    expect(await accept(ALL)).toMatchObject({ version: 2 });
    expect(changes).toHaveLength(2);
  });

  it('that cannot be read is refused with its faults, recorded without its text, and what was in force stays', async () => {
    await accept(READ);
    await expect(accept(`// a remark with a secret\n${BROKEN}`)).rejects.toMatchObject({
      code: 'policy-invalid',
      errors: [{ pointer: '/text', detail: expect.stringContaining('line 2, column 18') }],
    });
    expect(await inForce()).toEqual(['read']);
    const refused = platform.recorded.find(({ type }) => type === 'policy.refused');
    expect(refused).toMatchObject({ outcome: 'refused', application: 'shop' });
    expect(JSON.stringify(refused)).not.toContain('secret');
    await expect(access.policies.saveDraft('shop', { input: { text: BROKEN }, actor })).rejects.toMatchObject({
      code: 'policy-invalid',
    });
  });

  it('is rolled back to the one before, and at last to none; withdrawn, none is left at once', async () => {
    await accept(READ);
    await accept(ALL);
    const by = { input: {}, actor };
    expect((await access.policies.rollBack('shop', by)).inForce).toMatchObject({ version: 1 });
    expect(await inForce()).toEqual(['read']);
    expect((await access.policies.rollBack('shop', by)).inForce).toBeNull();
    expect(await inForce()).toEqual([]);
    await expect(access.policies.rollBack('shop', by)).rejects.toMatchObject({ code: 'policy-missing' });
    await accept(READ);
    await accept(ALL);
    await access.policies.withdraw('shop', by);
    expect(await inForce()).toEqual([]);
    expect(types().filter((type) => type === 'policy.withdrawn')).toHaveLength(3);
  });

  it('is refused when another one came in force since it was written', async () => {
    await accept(READ, 0);
    await expect(accept(ALL, 0)).rejects.toMatchObject({ code: 'precondition-failed' });
    expect(await accept(ALL, 1)).toMatchObject({ version: 2 });
  });

  it('can be a draft, which is in force nowhere until it is accepted', async () => {
    await access.policies.saveDraft('shop', { input: { text: READ }, actor });
    expect(await inForce()).toEqual([]);
    expect(await access.policies.list()).toMatchObject([
      { set: 'holdfast', accessMode: 'enforce', inForce: null, hasDraft: false },
      { set: 'holdfast-secrets', accessMode: 'enforce', inForce: null, hasDraft: false },
      { set: 'shop', accessMode: 'enforce', inForce: null, hasDraft: true },
    ]);
    expect(await access.policies.accept('shop', { input: {}, actor })).toMatchObject({ version: 1 });
    expect((await access.policies.status('shop')).draft).toBeNull();
    await expect(access.policies.accept('shop', { input: {}, actor })).rejects.toMatchObject({ code: 'policy-missing' });
  });

  it('belongs to an application or to the API; what gateways enforce is that of applications', async () => {
    await expect(access.policies.status('other')).rejects.toMatchObject({ code: 'not-found' });
    const text = '@id("night") forbid(principal in Role::"analyst", action == Action::"ban:write", resource);';
    await access.policies.accept('holdfast', { input: { text }, actor });
    expect(await inForce()).toEqual([]);
    expect((await access.policies.ready('holdfast'))?.policies).toMatchObject([{ id: 'night' }]);
    await expect(accept(text)).rejects.toMatchObject({ code: 'policy-invalid' });
    await expect(access.policies.setMode('holdfast', { input: { accessMode: 'monitor' }, actor })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await access.policies.setMode('shop', { input: { accessMode: 'monitor' }, actor })).toMatchObject({
      accessMode: 'monitor',
    });
  });

  it('that this release cannot read any more lets nobody in', async () => {
    await accept(READ);
    await platform.db.query("update access_policy set text = 'nonsense'");
    access = open();
    expect((await access.policies.enforced())[0]?.policies).toMatchObject([{ id: 'holdfast-unreadable', effect: 'forbid' }]);
  });

  it('comes back with an earlier state of the whole policy', async () => {
    await accept(READ);
    const earlier = await access.policies.enforced();
    await accept(ALL);
    const restore = async (wanted: typeof earlier) =>
      platform.db.transaction(async (transaction) => access.policies.replaceIn(transaction, wanted, { actor, reason: 'back' }));
    await restore(earlier);
    expect(await inForce()).toEqual(['read']);
    await restore([]);
    expect(await inForce()).toEqual([]);
    // Also when its version is not kept any more.
    await platform.db.query('delete from access_policy');
    await restore(earlier);
    expect(await inForce()).toEqual(['read']);
  });

  it('is not changed when the change cannot be recorded', async () => {
    await accept(READ);
    platform.failRecording(true);
    await expect(accept(ALL)).rejects.toThrow();
    platform.failRecording(false);
    expect(await inForce()).toEqual(['read']);
  });
});
