import { patchInputSchema, type PatchInput, type PatchView, type Rehearsed } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTuningStand, operator, type Stand } from '../tuning/tuning-stand.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TABLES = ['patch', 'patch_hit', 'tuning_vector', 'tuning_route', 'tuning_client'];
const by = { actor: operator };
let stand: Stand;

beforeAll(async () => {
  stand = await openTuningStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.restart();
  for (const table of TABLES) await stand.platform.db.query(`delete from protection_${table}`);
  stand.platform.recorded.length = 0;
});

const patches = () => stand.protection().patches;
const input = (parts: Partial<PatchInput> = {}): PatchInput =>
  patchInputSchema.parse({
    application: 'shop',
    method: 'GET',
    route: '/search',
    location: 'query',
    parameter: 'q',
    match: { kind: 'attack', groups: ['sqli'] },
    reason: 'a test',
    ...parts,
  });
const add = async (parts: Partial<PatchInput> = {}): Promise<PatchView> => patches().add(input(parts), by);
const inForce = async () => (await stand.protection().snapshots.refresh('a test', operator)).patches;
const events = (type: string) => stand.platform.recorded.filter((event) => event.type === type);
const person = (number: number): string => `198.51.100.${number}`;
/** So many clients that belong here. */
const establish = (people: number): void => {
  for (let number = 1; number <= people; number += 1) stand.see(20, { address: person(number), path: '/search' });
};
/** A request that a patch met, as the gateway tells it. */
const met = (id: string, address: string, verdict = 'recorded') =>
  stand.see(1, {
    address,
    path: '/search',
    outcome: 'recorded',
    steps: [{ step: 'patch', verdict, detail: `${id}: query q: sqli.x` }],
  });
const held = (parts: Partial<Rehearsed>): void =>
  patches().rehearseWith(async () => Promise.resolve({ requests: 0, unjudged: 0, touched: 0, addresses: [], ...parts }));

describe('a patch', () => {
  it('records first, and is in the next snapshot', async () => {
    const made = await add();
    expect(made).toMatchObject({ state: 'detect', action: 'record', source: 'person', finding: null, revision: 1 });
    expect(made.expiresAt - made.createdAt).toBe(30 * DAY_MS);
    expect(await inForce()).toMatchObject([{ id: made.id, action: 'record', route: '/search' }]);
    const [added] = events('patch.added');
    expect(added).toMatchObject({ subject: `patch:${made.id}`, payload: { patch: made.id, kind: 'attack', renewed: false } });
  });

  it('that no gateway could hold to is refused with a pointer, and nothing is kept', async () => {
    const faults = [
      { match: { kind: 'constraint', pattern: '(a+)+' } },
      { match: { kind: 'deny' } },
      { location: null },
      { application: 'none-such' },
    ] as const;
    for (const fault of faults) await expect(add(fault)).rejects.toMatchObject({ code: 'input-invalid' });
    expect((await patches().list({ state: 'all', limit: 50 })).items).toEqual([]);
  });

  it('is one of a thousand at most in an application', async () => {
    const { id } = await add({ days: 9 });
    await stand.platform.db.query(
      `insert into protection_patch select id || n, application, method, route, location, parameter, match, finding, source, reason,
        state, was, created_at, created_by, changed_at, changed_by, defined_at, expires_at, warned, test, revision
       from protection_patch, generate_series(1, 999) as n where id = $1`,
      [id],
    );
    await expect(add()).rejects.toMatchObject({ code: 'conflict' });
    await stand.platform.db.query(`delete from protection_patch where id <> $1`, [id]);
    expect((await add()).state).toBe('detect');
  });

  it('is enforced only after a test, and one that is older than an hour is none', async () => {
    const { id } = await add();
    await expect(patches().enforce(id, { force: false }, by)).rejects.toMatchObject({ code: 'patch-not-ready' });
    expect(events('patch.refused')).toHaveLength(1);
    expect((await patches().test(id, by)).verdict).toBe('clear');
    stand.platform.advance(HOUR_MS + 1);
    await expect(patches().enforce(id, { force: false }, by)).rejects.toMatchObject({ code: 'patch-not-ready' });
    await patches().test(id, by);
    expect(await patches().enforce(id, { force: false }, by)).toMatchObject({ state: 'enforce', action: 'block' });
    expect(await inForce()).toMatchObject([{ id, action: 'block' }]);
    expect(await patches().record(id, { reason: 'stops the import' }, by)).toMatchObject({ state: 'detect' });
    expect(await inForce()).toMatchObject([{ id, action: 'record' }]);
  });

  it('is forced with a reason only, and the record says what was missing', async () => {
    const { id } = await add();
    await expect(patches().enforce(id, { force: true }, by)).rejects.toMatchObject({ code: 'input-invalid' });
    await patches().enforce(id, { force: true, reason: 'it is being used' }, by);
    expect(events('patch.enforced')[0]).toMatchObject({
      reason: 'it is being used',
      payload: { forced: true, missing: [/never tested/u] },
    });
  });

  it('ends, says so three days before, and once', async () => {
    const { id, expiresAt } = await add({ days: 10 });
    await patches().sweep();
    expect(events('patch.expiring')).toHaveLength(0);
    stand.platform.advance(7 * DAY_MS + 1);
    await patches().sweep();
    await patches().sweep();
    expect(events('patch.expiring')).toMatchObject([{ target: id, payload: { expiresAt, state: 'detect' } }]);
    stand.platform.advance(3 * DAY_MS);
    await patches().sweep();
    expect(events('patch.removed')).toMatchObject([{ target: id, payload: { cause: 'expired' } }]);
    expect(await inForce()).toEqual([]);
    expect((await patches().show(id)).state).toBe('expired');
    await expect(patches().restore(id, {}, by)).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await patches().restore(id, { days: 5 }, by)).toMatchObject({ state: 'detect', test: null });
  });

  it('comes back as it was when a removal was a mistake', async () => {
    const { id } = await add();
    await patches().enforce(id, { force: true, reason: 'it is being used' }, by);
    expect((await patches().remove(id, { reason: 'repaired' }, by)).state).toBe('removed');
    expect(await inForce()).toEqual([]);
    await expect(patches().enforce(id, { force: false }, by)).rejects.toMatchObject({ code: 'conflict' });
    expect((await patches().list({ state: 'live', limit: 50 })).items).toEqual([]);
    expect((await patches().restore(id, {}, by)).state).toBe('enforce');
    expect(await inForce()).toMatchObject([{ id, action: 'block' }]);
  });

  it('is changed by one at a time', async () => {
    const { id, revision } = await add();
    await patches().enforce(id, { force: true, reason: 'first' }, { actor: operator, revision });
    const late = patches().remove(id, { reason: 'second' }, { actor: operator, revision });
    await expect(late).rejects.toMatchObject({ code: 'precondition-failed' });
  });
});

describe('a finding that is told again', () => {
  const finding = 'CVE-2026-0001';

  it('finds the patch of the first time, in the state that it has, with a later end', async () => {
    const first = await add({ finding, source: 'scanner', days: 5 });
    await patches().enforce(first.id, { force: true, reason: 'it is being used' }, by);
    const again = await add({ finding, source: 'scanner', days: 30 });
    expect(again).toMatchObject({ id: first.id, state: 'enforce', revision: 3 });
    expect(again.expiresAt).toBeGreaterThan(first.expiresAt);
    expect((await inForce()).map(({ id }) => id)).toEqual([first.id]);
  });

  it('may change what only records, never what refuses', async () => {
    const { id } = await add({ finding });
    await patches().test(id, by);
    expect(await add({ finding, parameter: 'p' })).toMatchObject({ id, parameter: 'p', test: null });
    await patches().enforce(id, { force: true, reason: 'it is being used' }, by);
    await expect(add({ finding, match: { kind: 'absent' } })).rejects.toMatchObject({ code: 'conflict' });
    expect(await inForce()).toMatchObject([{ id, parameter: 'p', match: { kind: 'attack' } }]);
  });

  it('is another one in each application, and after a removal', async () => {
    const { id } = await add({ finding });
    await patches().remove(id, { reason: 'repaired' }, by);
    const next = await add({ finding });
    expect(next.id).not.toBe(id);
    await expect(patches().restore(id, {}, by)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a test', () => {
  it('counts what the patch met itself, apart from attacks that the engine saw too', async () => {
    const { id } = await add();
    establish(2);
    met(id, person(1));
    met(id, '203.0.113.9');
    stand.see(3, {
      address: '203.0.113.10',
      path: '/search',
      outcome: 'blocked',
      findings: [{ rule: 'sqli.union', group: 'sqli', location: 'query', name: 'q' }],
      steps: [{ step: 'patch', verdict: 'violated', detail: `${id}: query q: sqli.union` }],
    });
    const { live, touchedEstablished, established, cap, verdict } = await patches().test(id, by);
    expect(live).toMatchObject({ honest: 2, attacks: 3, clients: 2, established: 1 });
    expect({ touchedEstablished, established, cap, verdict }).toEqual({
      touchedEstablished: 1,
      established: 2,
      cap: 1,
      verdict: 'clear',
    });
    expect((await patches().show(id)).hits).toMatchObject({ recorded: 2, blocked: 3 });
  });

  it('that touches more established clients than its cap keeps it from being enforced', async () => {
    const { id } = await add();
    establish(3);
    for (const number of [1, 2, 3]) met(id, person(number));
    expect(await patches().test(id, by)).toMatchObject({ verdict: 'touches', touchedEstablished: 3 });
    const attempt = patches().enforce(id, { force: false }, by);
    await expect(attempt).rejects.toMatchObject({ code: 'patch-not-ready', errors: [{ detail: /would touch 3 established/u }] });
  });

  it('counts one client once, wherever it was touched', async () => {
    const { id } = await add();
    establish(2);
    met(id, person(1));
    held({ requests: 5, touched: 2, addresses: [person(1), person(2), '203.0.113.9'] });
    const { recent, touchedEstablished, verdict } = await patches().test(id, by);
    expect(recent).toEqual({ requests: 5, unjudged: 0, touched: 2, clients: 3, established: 2 });
    expect({ touchedEstablished, verdict }).toEqual({ touchedEstablished: 2, verdict: 'touches' });
  });

  it('proves nothing where honest requests came and none could be judged: then only force helps', async () => {
    const { id } = await add({ match: { kind: 'constraint', type: 'integer' } });
    establish(1);
    const test = await patches().test(id, by);
    expect(test).toMatchObject({ verdict: 'unproven', stored: { requests: 20, judged: 0 } });
    expect(test.unknown.join(' ')).toMatch(/Values are not stored: 20 honest requests/u);
    await expect(patches().enforce(id, { force: false }, by)).rejects.toMatchObject({ code: 'patch-not-ready' });
    held({ requests: 4 });
    expect((await patches().test(id, by)).verdict).toBe('clear');
  });

  it('of a closed route counts every honest request to it; of an attack what was found there before', async () => {
    establish(2);
    stand.see(4, {
      address: person(1),
      path: '/Search/',
      findings: [{ rule: 'sqli.union', group: 'sqli', location: 'query', name: 'q' }],
    });
    stand.see(4, {
      address: person(1),
      path: '/search',
      findings: [{ rule: 'sqli.union', group: 'sqli', location: 'query', name: 'p' }],
    });
    const closed = await add({ match: { kind: 'deny' }, location: null, parameter: null });
    expect((await patches().test(closed.id, by)).stored).toMatchObject({ requests: 40, judged: 40, touched: 40 });
    const attack = await add();
    expect((await patches().test(attack.id, by)).stored).toMatchObject({ touched: 4, clients: 1, established: 1 });
  });
});
