import { applicationSchema, gatewayLimitsSchema, snapshotSchema, type ExceptionInput, type Snapshot } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../platform/test-platform.ts';
import { createApplications, type Actor, type Applications } from '../applications/index.ts';
import { testVault } from './tuning/tuning-stand.ts';
import { createProtection, type Protection } from './index.ts';

const operator: Actor = { kind: 'operator', ref: 'host:0' };
const by = { actor: operator };
const shop = applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' });
const page = { limit: 50 };

let platform: TestPlatform;
let applications: Applications;
let protection: Protection;
let pushed: Snapshot[] = [];
let challenges: Snapshot['challenges'] = [];
let areKeysAway = false;

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['ban', 'allow', 'bypass', 'exception', 'snapshot', 'csp_report', 'csp_inline']) {
    await platform.db.query(`delete from protection_${table}`);
  }
  await platform.db.query('delete from application_entry');
  platform.recorded.length = 0;
  platform.failRecording(false);
  pushed = [];
  challenges = [];
  areKeysAway = false;
  applications = createApplications(platform);
  protection = createProtection({
    ...platform,
    applications,
    log: silentLog,
    trustedHops: 0,
    contact: null,
    vault: testVault,
    limits: gatewayLimitsSchema.parse({}),
    keyMaterial: () => {
      if (areKeysAway) throw new Error('assertion: a test took the keys away');
      return { certificates: [], challenges, alpnCertificates: [], ticketKeys: null, identityKeys: [] };
    },
  });
  protection.snapshots.onSnapshot((snapshot) => void pushed.push(snapshot));
  await applications.create(shop, by);
  await protection.snapshots.refresh('test', operator);
});
afterEach(async () => protection[Symbol.asyncDispose]());

const types = () => platform.recorded.map(({ type }) => type);
const pushedAfter = async (version: number): Promise<Snapshot> =>
  vi.waitFor(() => {
    const newest = pushed.at(-1);
    if (newest === undefined || newest.version <= version) throw new Error('no newer snapshot yet');
    return newest;
  });
const versionNow = () => pushed.at(-1)?.version ?? 0;

describe('bans', () => {
  it('reach the gateway by themselves, are listed newest first in pages, and can be lifted', async () => {
    const before = versionNow();
    await protection.addBan({ prefix: '203.0.113.7', forSeconds: 60, reason: 'scanner' }, operator);
    await protection.addBan({ prefix: '2001:db8::/32', forSeconds: null, reason: 'scanner' }, operator);
    expect((await pushedAfter(before)).bans.length).toBeGreaterThan(0);
    const first = await protection.listBans({ limit: 1 });
    expect(first.items[0]?.prefix).toBe('2001:db8::/32');
    expect((await protection.listBans({ limit: 1, cursor: String(first.next) })).items[0]?.prefix).toBe('203.0.113.7');
    expect((await protection.listBans({ limit: 9, q: '203.0' })).items.map(({ prefix }) => prefix)).toEqual(['203.0.113.7']);
    expect((await protection.listBans({ limit: 9, q: 'SCANNER' })).items).toHaveLength(2);
    expect((await protection.listBans({ limit: 9, q: '%' })).items).toEqual([]);
    await protection.removeBan('203.0.113.7', operator);
    await expect(protection.removeBan('203.0.113.7', operator)).rejects.toMatchObject({ code: 'not-found' });
    expect((await protection.snapshots.refresh('test', operator)).bans).toEqual([{ prefix: '2001:db8::/32', expiresAt: null }]);
    expect(types().filter((type) => type.startsWith('ban.'))).toEqual(['ban.added', 'ban.added', 'ban.removed']);
  });

  it('of loopback and of allow-listed addresses are refused, and an innocent neighbour is banned', async () => {
    await protection.addAllow({ prefix: '198.51.100.0/24', reason: 'office' }, operator);
    const ban = async (prefix: string) => protection.addBan({ prefix, forSeconds: 60, reason: 'test' }, operator);
    await expect(ban('127.0.0.1')).rejects.toMatchObject({ code: 'ban-unsafe' });
    await expect(ban('198.51.100.9')).rejects.toMatchObject({ code: 'ban-unsafe' });
    await expect(ban('not an address')).rejects.toMatchObject({ code: 'input-invalid' });
    expect((await ban('198.51.101.9')).prefix).toBe('198.51.101.9');
    expect((await protection.listBans(page)).items).toHaveLength(1);
  });

  it('name the address only where it is encrypted later, never as target', async () => {
    await protection.addBan({ prefix: '203.0.113.7', forSeconds: 60, reason: 'scanner' }, operator);
    const { payload, subject, ...clear } = platform.recorded.at(-1) ?? { payload: {}, subject: null };
    expect({ payload, subject }).toMatchObject({ payload: { prefix: '203.0.113.7' }, subject: '203.0.113.7' });
    expect(JSON.stringify(clear)).not.toContain('203.0.113.7');
  });

  it('are found by an address they hit', async () => {
    await protection.addBan({ prefix: '203.0.113.0/24', forSeconds: null, reason: 'range' }, operator);
    expect((await protection.listBans({ ...page, address: '203.0.113.200' })).items).toHaveLength(1);
    expect((await protection.listBans({ ...page, address: '203.0.114.1' })).items).toEqual([]);
  });

  it('are settled when the gateways judge by them, in one push for many', async () => {
    const held = Promise.withResolvers<void>();
    protection.snapshots.onSnapshot(async () => held.promise);
    const before = pushed.length;
    const prefixes = ['203.0.113.1', '203.0.113.2', '203.0.113.3'];
    const bans = prefixes.map(async (prefix) => protection.addBan({ prefix, forSeconds: 60, reason: 'scanner' }, operator));
    await Promise.all(bans);
    let isSettled = false;
    const settled = protection.snapshots.settled().then(() => (isSettled = true));
    await vi.waitFor(() => expect(pushed.at(-1)?.bans).toHaveLength(3));
    expect(isSettled).toBe(false);
    held.resolve();
    await settled;
    // One by one or together, as the moment wants: never one for each of many.
    expect(pushed.length - before).toBeLessThanOrEqual(2);
    await protection.snapshots.settled();
  });

  it('are answered although nothing can be pushed now, and pushed when it can', async () => {
    areKeysAway = true;
    await protection.addBan({ prefix: '203.0.113.9', forSeconds: 60, reason: 'scanner' }, operator);
    await protection.snapshots.settled();
    expect(pushed.at(-1)?.bans).toEqual([]);
    areKeysAway = false;
    await vi.waitFor(() => expect(pushed.at(-1)?.bans.map(({ prefix }) => prefix)).toEqual(['203.0.113.9']), 10_000);
  });

  it('end by time, with a record', async () => {
    await protection.addBan({ prefix: '203.0.113.7', forSeconds: 60, reason: 'scanner' }, operator);
    await protection.sweep();
    expect((await protection.listBans(page)).items).toHaveLength(1);
    platform.advance(60_001);
    await protection.sweep();
    expect((await protection.listBans(page)).items).toEqual([]);
    expect(platform.recorded.at(-1)).toMatchObject({ type: 'ban.removed', payload: { cause: 'expired' } });
  });

  it('are not made when the ledger cannot take the record', async () => {
    platform.failRecording(true);
    const ban = protection.addBan({ prefix: '203.0.113.7', forSeconds: 60, reason: 'scanner' }, operator);
    await expect(ban).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect((await protection.listBans(page)).items).toEqual([]);
  });
});

describe('the allow-list', () => {
  it('of the configuration follows the configuration and is not removed elsewhere', async () => {
    await protection.addAllow({ prefix: '192.0.2.1', reason: 'mine' }, operator);
    expect((await protection.listAllows({ ...page, q: 'MINE' })).items.map(({ prefix }) => prefix)).toEqual(['192.0.2.1']);
    expect((await protection.listAllows({ ...page, q: '%' })).items).toEqual([]);
    await protection.declareAllows(['198.51.100.0/24', '203.0.113.1']);
    await protection.declareAllows(['198.51.100.0/24']);
    expect((await protection.listAllows(page)).items.map(({ prefix }) => prefix)).toEqual(['198.51.100.0/24', '192.0.2.1']);
    await expect(protection.removeAllow('198.51.100.0/24', operator)).rejects.toMatchObject({ code: 'conflict' });
    await protection.removeAllow('192.0.2.1', operator);
    expect((await protection.snapshots.refresh('test', operator)).allows).toEqual(['198.51.100.0/24']);
  });
});

describe('break-glass', () => {
  it('reaches the gateway with its end, ends by itself, and both are recorded', async () => {
    const { active } = await protection.startBypass({ forSeconds: 900, reason: 'checkout is blocked' }, operator);
    expect((await protection.snapshots.refresh('test', operator)).bypassUntil).toBe(active?.until);
    expect((await protection.showBypass()).active?.reason).toBe('checkout is blocked');
    platform.advance(900_001);
    expect(await protection.showBypass()).toEqual({ active: null });
    await protection.sweep();
    await protection.sweep();
    expect(types().filter((type) => type.startsWith('bypass.'))).toEqual(['bypass.started', 'bypass.ended']);
    expect((await protection.snapshots.refresh('test', operator)).bypassUntil).toBeNull();
  });

  it('can be ended early, and renewed while it runs', async () => {
    await protection.startBypass({ forSeconds: 60, reason: 'one' }, operator);
    await protection.startBypass({ forSeconds: 120, reason: 'two' }, operator);
    expect((await protection.showBypass()).active?.reason).toBe('two');
    await protection.endBypass(operator);
    await protection.endBypass(operator);
    expect(await protection.showBypass()).toEqual({ active: null });
    expect(types().filter((type) => type === 'bypass.ended')).toHaveLength(1);
  });
});

describe('exceptions', () => {
  const place: ExceptionInput = {
    application: 'shop',
    method: 'GET',
    route: '/search',
    location: 'query',
    parameter: 'q',
    rule: 'sqli.boolean',
    reason: 'searches for SQL books',
    days: 90,
  };

  it('reach the gateway, are renewed rather than doubled, end by time and by hand', async () => {
    await protection.addExceptions([place], by);
    const [renewed] = await protection.addExceptions([{ ...place, days: 1, reason: 'shorter' }], by);
    expect((await protection.snapshots.refresh('test', operator)).exceptions).toMatchObject([{ id: renewed?.id, group: 'sqli' }]);
    platform.advance(86_400_001);
    await protection.sweep();
    expect((await protection.listExceptions(page)).items).toEqual([]);
    const [again] = await protection.addExceptions([place], { ...by, requestId: '0123456789AB' });
    expect((await protection.listExceptions({ ...page, application: 'shop' })).items).toMatchObject([
      { requestId: '0123456789AB' },
    ]);
    await protection.removeException(String(again?.id), operator);
    expect(types().filter((type) => type.startsWith('exception.'))).toEqual([
      'exception.added',
      'exception.added',
      'exception.removed',
      'exception.added',
      'exception.removed',
    ]);
  });

  it('for an unknown application or rule group are refused, and then none of several is made', async () => {
    const wrong = [place, { ...place, rule: 'other.rule' }];
    await expect(protection.addExceptions(wrong, by)).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(protection.addExceptions([{ ...place, application: 'none' }], by)).rejects.toMatchObject({
      code: 'input-invalid',
    });
    expect((await protection.listExceptions(page)).items).toEqual([]);
  });

  it('stay stored but are not enforced once their application is gone', async () => {
    await protection.addExceptions([place], by);
    await applications.remove('shop', by);
    expect((await protection.snapshots.refresh('test', operator)).exceptions).toEqual([]);
  });
});

describe('snapshots', () => {
  it('follow a change of an application by themselves, with growing versions and a new digest', async () => {
    // Nothing is left to gather from what came before.
    const before = await protection.snapshots.refresh('test', operator);
    await applications.setMode('shop', { ...by, change: { mode: 'enforce' } });
    const after = await pushedAfter(versionNow());
    expect(snapshotSchema.safeParse(after).success).toBe(true);
    expect(after.applications[0]?.mode).toBe('enforce');
    expect(after.digest).not.toBe(before.digest);
    expect(await protection.snapshots.show()).toMatchObject({ cause: 'application.mode.changed', actor: 'operator:host:0' });
  });

  it('with new key material only keep their digest and their place in the history', async () => {
    const before = await protection.snapshots.current();
    challenges = [{ token: 't', keyAuthorization: 't.k' }];
    const after = await protection.snapshots.refresh('tls', operator);
    expect(after.version).toBeGreaterThan(before.version);
    expect(after).toMatchObject({ digest: before.digest, challenges });
    expect(await protection.snapshots.history()).toHaveLength(1);
    expect((await protection.snapshots.stateAt(after.version))?.version).toBe(before.version);
  });

  it('keep the last twenty policy states, and versions grow on after a restart', async () => {
    for (let count = 1; count <= 22; count += 1) {
      await protection.addAllow({ prefix: `192.0.2.${count}`, reason: 'test' }, operator);
      await protection.snapshots.refresh('test', operator);
    }
    const history = await protection.snapshots.history();
    expect(history).toHaveLength(20);
    expect(history.map(({ version }) => version)).toEqual(
      history.map(({ version }) => version).toSorted((one, two) => two - one),
    );
    expect(await protection.snapshots.stateAt(1)).toBeNull();
    await protection[Symbol.asyncDispose]();
    const { db, bus, clock } = platform;
    const parts = { db, bus, clock, applications: createApplications(platform), log: silentLog, trustedHops: 0, contact: null };
    const limits = gatewayLimitsSchema.parse({});
    const keyMaterial = () => ({ certificates: [], challenges, alpnCertificates: [], ticketKeys: null, identityKeys: [] });
    await using restarted = createProtection({ ...parts, vault: testVault, limits, keyMaterial });
    expect((await restarted.snapshots.current()).version).toBeGreaterThan(history[0]?.version ?? Infinity);
  });

  it('go back to an earlier state: settings, exceptions, allow-list and bans, with the same digest', async () => {
    await protection.addAllow({ prefix: '192.0.2.1', reason: 'office' }, operator);
    await protection.addBan({ prefix: '203.0.113.7', forSeconds: null, reason: 'kept reason' }, operator);
    const good = await protection.snapshots.refresh('test', operator);
    await applications.create(applicationSchema.parse({ ...shop, id: 'late', hosts: ['late.test'] }), by);
    await applications.setMode('shop', { ...by, change: { mode: 'enforce' } });
    await protection.removeAllow('192.0.2.1', operator);
    await protection.addBan({ prefix: '203.0.113.8', forSeconds: null, reason: 'mistake' }, operator);
    expect((await protection.snapshots.refresh('test', operator)).digest).not.toBe(good.digest);

    const back = await protection.rollBack({ digest: good.digest.slice(0, 12), reason: 'broke the shop' }, operator);
    expect(back.digest).toBe(good.digest);
    expect(back.version).toBeGreaterThan(good.version);
    expect((await applications.list()).map(({ application }) => application)).toEqual([shop]);
    expect((await protection.listBans(page)).items).toMatchObject([{ prefix: '203.0.113.7', reason: 'kept reason' }]);
    expect(types()).toContain('snapshot.restored');
    expect((await applications.modeHistory('shop', { limit: 1 })).items[0]).toMatchObject({ from: 'enforce', to: 'monitor' });
  });

  it('cannot go back to a state that is not known', async () => {
    await expect(protection.rollBack({ digest: '0'.repeat(64), reason: 'test' }, operator)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('what is seen for the content security policy', () => {
  const seen = (payload: Record<string, string | number>, type = 'gateway.csp.report', application = 'shop') =>
    protection.observe({
      id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
      type,
      version: 1,
      time: platform.clock.now(),
      node: 'test',
      tenant: 'default',
      severity: 'low',
      actor: { kind: 'visitor', ref: 'x' },
      application,
      target: null,
      outcome: 'ok',
      reason: null,
      requestId: null,
      trace: null,
      subject: null,
      payload,
    });
  const HASH = `sha256-${'A'.repeat(43)}=`;

  it('is counted and becomes a suggestion', async () => {
    for (let count = 0; count < 5; count += 1)
      seen({ directive: 'img-src', blocked: 'https://cdn.test', document: '/', sample: '' });
    seen({ application: 'shop', path: '/', hash: HASH, kind: 'script', count: 10 }, 'gateway.csp.inline-seen');
    const observations = await protection.cspObservations('shop');
    expect(observations.reports).toMatchObject([{ directive: 'img-src', blocked: 'https://cdn.test', count: 5 }]);
    expect(observations.inline).toMatchObject([{ hash: HASH, count: 10, path: '/' }]);
    const { csp } = await protection.suggestCsp('shop');
    expect(csp.policy).toContain('https://cdn.test');
    expect(csp.inlineHashes).toEqual([HASH]);
  });

  it('is bounded for each application however many different reports come, and known ones count on', async () => {
    for (let count = 0; count < 2500; count += 1) seen({ directive: 'img-src', blocked: `https://a${count}.test` });
    await protection.cspObservations('shop');
    for (let count = 2500; count < 3000; count += 1) seen({ directive: 'img-src', blocked: `https://a${count}.test` });
    seen({ directive: 'img-src', blocked: 'https://a0.test' });
    const { reports } = await protection.cspObservations('shop');
    expect(reports).toHaveLength(2000);
    expect(reports[0]).toMatchObject({ blocked: 'https://a0.test', count: 2 });
  });

  it('ignores what is not of that kind or of no known shape', async () => {
    seen({ directive: 'img-src; x', blocked: 'https://a.test' });
    seen({ directive: 'img-src', blocked: '' });
    seen({ method: 'GET' }, 'request.completed');
    expect(await protection.cspObservations('shop')).toEqual({ reports: [], inline: [] });
    await expect(protection.cspObservations('none')).rejects.toMatchObject({ code: 'not-found' });
  });
});
