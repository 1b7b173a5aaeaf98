import { applicationSchema, gatewayLimitsSchema } from '@holdfast/contract';
import { createModel, observe, takeDelta, type LearnedModel } from '@holdfast/inspect';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../platform/log.ts';
import { openTestPlatform, type TestPlatform } from '../../../platform/test-platform.ts';
import { createApplications, type Actor, type Applications } from '../../applications/index.ts';
import { createProtection, type Protection } from '../index.ts';

const operator: Actor = { kind: 'operator', ref: 'host:0' };
let platform: TestPlatform;
let applications: Applications;
let protection: Protection;

const open = (): Protection =>
  createProtection({
    ...platform,
    applications,
    log: silentLog,
    trustedHops: 0,
    contact: null,
    vault: { pseudonym: (text) => text, seal: (text) => text, open: (text) => text },
    limits: gatewayLimitsSchema.parse({}),
    keyMaterial: () => ({ certificates: [], challenges: [], alpnCertificates: [], ticketKeys: null, identityKeys: [] }),
  });

beforeAll(async () => {
  platform = await openTestPlatform();
}, 60_000);
afterAll(async () => platform[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['learned', 'schema', 'snapshot']) await platform.db.query(`delete from protection_${table}`);
  await platform.db.query('delete from application_entry');
  platform.recorded.length = 0;
  applications = createApplications(platform);
  await applications.create(applicationSchema.parse({ id: 'shop', name: 'Shop', upstream: 'http://127.0.0.1:3000' }), {
    actor: operator,
  });
  protection = open();
  return async () => protection[Symbol.asyncDispose]();
});

/** One gateway that sees so many requests to a path and tells of them. */
function lesson(count: number, path = '/orders'): string {
  const model: LearnedModel = createModel();
  for (let index = 0; index < count; index += 1)
    observe(model, { method: 'GET', path, fields: [{ location: 'query', name: 'page', value: String(index % 7) }] });
  return JSON.stringify(takeDelta(model));
}

const fragment = (maximum: number): Record<string, unknown> => ({
  openapi: '3.1.0',
  paths: { '/orders': { get: { parameters: [{ in: 'query', name: 'page', schema: { type: 'integer', maximum } }] } } },
});
const inSnapshot = async (): Promise<string[]> => {
  const { schemas } = await protection.snapshots.refresh('test', operator);
  return schemas.map(({ application, fragment: text }) => `${application} ${/"maximum":(\d+)/u.exec(text)?.[1] ?? ''}`);
};

describe('what gateways tell', () => {
  it('adds up, survives a restart, and counts for its application only', async () => {
    protection.learning.observe('shop', lesson(60));
    protection.learning.observe('shop', lesson(60));
    protection.learning.observe('shop', lesson(3, '/about'));
    expect(await protection.learning.status('shop')).toMatchObject({ requests: 123, routes: 2, learning: 'on' });
    await protection[Symbol.asyncDispose]();
    protection = open();
    protection.learning.observe('shop', lesson(7));
    expect((await protection.learning.status('shop')).requests).toBe(130);
    expect(await protection.learning.routes('shop')).toEqual([
      { method: 'GET', route: '/orders', requests: 127, parameters: 1, covered: 'no' },
      { method: 'GET', route: '/about', requests: 3, parameters: 1, covered: 'no' },
    ]);
    await expect(protection.learning.status('other')).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each(['', '{', 'null', '{"version":9}', '[]'])('that is not readable changes nothing: %s', async (text) => {
    protection.learning.observe('shop', text);
    expect((await protection.learning.status('shop')).requests).toBe(0);
    await expect(protection.learning.propose('shop')).rejects.toMatchObject({ code: 'schema-unlearned' });
  });
});

describe('a schema', () => {
  it('is proposed, accepted, recorded, and carried to the gateways', async () => {
    protection.learning.observe('shop', lesson(120));
    const proposal = await protection.learning.propose('shop');
    const made = await protection.learning.accept('shop', { fragment: proposal.fragment, reason: 'seen enough' }, operator);
    expect(made).toMatchObject({ version: 1, digest: proposal.digest, operations: 1, reason: 'seen enough' });
    expect(await inSnapshot()).toEqual(['shop 100']);
    expect(platform.recorded.map(({ type, reason }) => `${type} ${reason}`)).toContain('schema.accepted seen enough');
    expect((await protection.learning.routes('shop'))[0]?.covered).toBe('yes');
    expect((await protection.learning.show('shop', 'current')).fragment).toEqual(proposal.fragment);
  });

  it('that is the same again is no new version', async () => {
    await protection.learning.accept('shop', { fragment: fragment(5) }, operator);
    const again = await protection.learning.accept('shop', { fragment: fragment(5) }, operator);
    expect(again.version).toBe(1);
    expect(platform.recorded.filter(({ type }) => type === 'schema.accepted')).toHaveLength(1);
  });

  it('gives way to the one before it when it is withdrawn, and to none in the end', async () => {
    for (const maximum of [5, 6]) await protection.learning.accept('shop', { fragment: fragment(maximum) }, operator);
    expect(await inSnapshot()).toEqual(['shop 6']);
    expect((await protection.learning.withdraw('shop', {}, operator)).inForce?.version).toBe(1);
    expect(await inSnapshot()).toEqual(['shop 5']);
    await protection.learning.accept('shop', { fragment: fragment(7) }, operator);
    expect((await protection.learning.withdraw('shop', { all: true }, operator)).inForce).toBeNull();
    expect(await inSnapshot()).toEqual([]);
    await expect(protection.learning.withdraw('shop', {}, operator)).rejects.toMatchObject({ code: 'schema-missing' });
    expect((await protection.learning.show('shop', 2)).withdrawnAt).not.toBeNull();
  });

  it('keeps the last twenty versions', async () => {
    for (let maximum = 1; maximum <= 23; maximum += 1)
      await protection.learning.accept('shop', { fragment: fragment(maximum) }, operator);
    const { history } = await protection.learning.status('shop');
    expect([history.length, history[0]?.version, history.at(-1)?.version]).toEqual([20, 23, 4]);
  });

  it('that cannot be enforced is refused with the place', async () => {
    const bad = { paths: { '/a': { get: { parameters: [{ in: 'query', name: 'x', schema: { pattern: '(a|a)*' } }] } } } };
    await expect(protection.learning.accept('shop', { fragment: bad }, operator)).rejects.toMatchObject({
      code: 'schema-invalid',
      errors: [{ pointer: '/paths/~1a/get/parameters/0/schema/pattern' }],
    });
    let deep: unknown = 1;
    for (let depth = 0; depth < 50_000; depth += 1) deep = [deep];
    const check = await protection.learning.check('shop', { ...fragment(1), info: deep });
    expect(check.faults).toMatchObject([{ pointer: '' }]);
    expect((await protection.learning.check('shop', fragment(1))).faults).toEqual([]);
  });

  it('is tried where it only records, and what is tried says so to the gateways', async () => {
    const mode = async (): Promise<unknown> => (await protection.snapshots.refresh('test', operator)).schemas[0]?.mode;
    await protection.learning.accept('shop', { fragment: fragment(5), mode: 'monitor' }, operator);
    expect(await mode()).toBe('monitor');
    await protection.learning.setMode('shop', { mode: 'enforce', reason: 'all fitted' }, operator);
    await protection.learning.setMode('shop', { mode: 'enforce' }, operator);
    expect(await mode()).toBe('enforce');
    expect(await protection.learning.status('shop')).toMatchObject({ inForce: { version: 1, mode: 'enforce', kind: 'learned' } });
    const changes = platform.recorded.filter(({ type }) => type === 'schema.mode-changed');
    expect(changes.map(({ payload, reason }) => ({ ...payload, digest: '', reason }))).toEqual([
      { version: 1, digest: '', from: 'monitor', to: 'enforce', reason: 'all fitted' },
    ]);
    await protection.learning.accept('shop', { fragment: fragment(5), mode: 'monitor' }, operator);
    expect(await mode()).toBe('monitor');
  });

  it('of an earlier version comes back as a new one, and nothing is lost', async () => {
    for (const maximum of [5, 6, 7]) await protection.learning.accept('shop', { fragment: fragment(maximum) }, operator);
    const made = await protection.learning.restore({ application: 'shop', version: 1 }, { mode: 'monitor' }, operator);
    expect(made).toMatchObject({ version: 4, mode: 'monitor', reason: 'version 1 again' });
    expect(await inSnapshot()).toEqual(['shop 5']);
    expect((await protection.learning.withdraw('shop', {}, operator)).inForce?.version).toBe(3);
    expect(await inSnapshot()).toEqual(['shop 7']);
    const missing = protection.learning.restore({ application: 'shop', version: 99 }, {}, operator);
    await expect(missing).rejects.toMatchObject({ code: 'schema-missing' });
  });

  it('is as it was, mode and all, after going back to an earlier state', async () => {
    await protection.learning.accept('shop', { fragment: fragment(5), mode: 'monitor' }, operator);
    await inSnapshot();
    const { digest } = await protection.snapshots.show();
    await protection.learning.setMode('shop', { mode: 'enforce' }, operator);
    await inSnapshot();
    await protection.rollBack({ digest, reason: 'too early' }, operator);
    expect((await protection.learning.status('shop')).inForce).toMatchObject({ mode: 'monitor' });
  });

  it('is as it was after going back to an earlier state', async () => {
    await protection.learning.accept('shop', { fragment: fragment(5) }, operator);
    await inSnapshot();
    const { digest } = await protection.snapshots.show();
    await protection.learning.accept('shop', { fragment: fragment(6) }, operator);
    await inSnapshot();
    await protection.rollBack({ digest, reason: 'it was too narrow' }, operator);
    expect(await inSnapshot()).toEqual(['shop 5']);
    expect((await protection.learning.status('shop')).inForce?.version).toBe(3);
  });

  it('of an application that is gone reaches no gateway', async () => {
    await protection.learning.accept('shop', { fragment: fragment(5) }, operator);
    await applications.remove('shop', { actor: operator });
    expect(await inSnapshot()).toEqual([]);
  });
});

describe('a whole document', () => {
  const document = (maximum: number, more: object = {}): string =>
    JSON.stringify(
      {
        openapi: '3.0.3',
        info: { title: 'shop', version: '1' },
        paths: {
          '/orders': { get: { parameters: [{ in: 'query', name: 'page', schema: { type: 'integer', maximum } }] } },
          ...more,
        },
        // Long enough to be read in a thread of its own.
        'x-remark': 'x'.repeat(20_000),
      },
      null,
      2,
    );

  it('is read aside, told with its lines, and told apart from what is in force', async () => {
    protection.learning.observe('shop', lesson(60, '/orders'));
    const faulty = await protection.learning.readDocument('shop', { text: document(5).replace('"integer"', '"text"') });
    expect(faulty).toMatchObject({
      fragment: null,
      faults: [{ line: 15, pointer: '/paths/~1orders/get/parameters/0/schema/type' }],
    });
    const first = await protection.learning.readDocument('shop', { text: document(5) });
    expect(first.changes).toMatchObject({ added: 1, removed: 0, changed: 0 });
    await protection.learning.accept('shop', { fragment: first.fragment ?? {}, mode: 'monitor' }, operator);
    const second = await protection.learning.readDocument('shop', { text: document(6, { '/about': { get: {} } }) });
    expect(second.changes).toEqual({
      added: 1,
      removed: 0,
      changed: 1,
      operations: [
        { method: 'GET', path: '/orders', change: 'changed' },
        { method: 'GET', path: '/about', change: 'added' },
      ],
    });
    const coverage = await protection.learning.coverage.show('shop');
    expect(coverage).toMatchObject({ kind: 'document', schemaMode: 'monitor', misfits: 0 });
    expect(coverage.list).toMatchObject([{ method: 'GET', route: '/orders', source: 'document', state: 'monitored' }]);
  }, 300_000);

  it('that no thread can read in bounds is refused, and the next one is read', async () => {
    const bomb = ['a0: &a0 [1,1,1,1,1,1,1,1,1,1]'];
    for (let at = 1; at < 30; at += 1)
      bomb.push(`a${at}: &a${at} [${Array.from({ length: 10 }, () => `*a${at - 1}`).join(',')}]`);
    const text = `${bomb.join('\n')}\n# ${'x'.repeat(10_000)}`;
    expect((await protection.learning.readDocument('shop', { text })).faults).toMatchObject([{ pointer: '' }]);
    expect((await protection.learning.readDocument('shop', { text: document(5) })).faults).toEqual([]);
  }, 300_000);
});
