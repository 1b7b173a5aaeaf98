import { ISOLATIONS_MAX } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTuningStand, operator, type Stand } from '../tuning/tuning-stand.ts';
import type { IsolationInput } from './isolations.ts';

const ID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
let stand: Stand;

beforeAll(async () => {
  stand = await openTuningStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.platform.db.query('delete from protection_isolation');
  stand.platform.recorded.length = 0;
});

const isolations = () => stand.protection().isolations;
const input = (parts: Partial<IsolationInput> = {}): IsolationInput => ({
  application: 'shop',
  kind: 'route',
  method: '*',
  route: '/orders/{}/**',
  allow: [],
  forSeconds: 60,
  reason: 'a test',
  ...parts,
});
const inForce = async () => (await stand.protection().snapshots.refresh('a test', operator)).isolations;
const events = (type: string) => stand.platform.recorded.filter((event) => event.type === type);

describe('what is cut off', () => {
  it('is in the next snapshot and on record, and gone from both when it ends', async () => {
    const made = await isolations().add(input({ allow: ['192.0.2.7/24', '192.0.2.0/24'] }), operator);
    expect(await inForce()).toEqual([
      {
        id: made.id,
        application: 'shop',
        kind: 'route',
        method: '*',
        route: '/orders/{}/**',
        allow: ['192.0.2.0/24'],
        expiresAt: made.expiresAt,
      },
    ]);
    const payload = { isolation: made.id, kind: 'route', route: '/orders/{}/**', expiresAt: made.expiresAt };
    expect(events('isolation.began')).toMatchObject([{ application: 'shop', target: made.id, reason: 'a test', payload }]);
    await isolations().count(new Map([[made.id, 3]]));
    await isolations().keepChecks(made.id, [{ name: 'health', state: 'passed', detail: '' }]);
    const why = { cause: 'released', reason: 'repaired' } as const;
    expect(await isolations().end(made.id, why, operator)).toMatchObject({ id: made.id, refused: 3 });
    expect(await isolations().end(made.id, why, operator)).toBeNull();
    const ended = { isolation: made.id, cause: 'released', checks: ['health: passed'], refused: 3 };
    expect(events('isolation.ended').map((event) => event.payload)).toEqual([ended]);
    expect(await inForce()).toEqual([]);
  });

  it('asked for twice under one id is made once, and can be made again after its end', async () => {
    const first = await isolations().add(input({ id: ID }), operator);
    expect(await isolations().add(input({ id: ID }), operator)).toEqual(first);
    expect(events('isolation.began')).toHaveLength(1);
    await isolations().end(ID, { cause: 'undone', reason: 'a test' }, operator);
    expect((await isolations().add(input({ id: ID }), operator)).id).toBe(ID);
    expect(events('isolation.began')).toHaveLength(2);
  });

  it('ends by itself, is over for everybody at that moment, and without an end stays', async () => {
    const short = await isolations().add(input({ forSeconds: 60 }), operator);
    const long = await isolations().add(input({ forSeconds: null }), operator);
    stand.platform.advance(60_000);
    expect((await isolations().list()).map(({ id }) => id)).toEqual([long.id]);
    expect(await isolations().get(short.id)).toBeNull();
    await isolations().sweep();
    await isolations().sweep();
    expect(events('isolation.ended')).toMatchObject([{ payload: { isolation: short.id, cause: 'expired' } }]);
    expect((await inForce()).map(({ id }) => id)).toEqual([long.id]);
  });

  it('stays as it is when an earlier policy comes back', async () => {
    const before = (await stand.protection().snapshots.show()).digest;
    const { id } = await isolations().add(input({ kind: 'read-only', route: null }), operator);
    await stand.protection().snapshots.refresh('a test', operator);
    await stand.protection().addBan({ prefix: '203.0.113.5', reason: 'a test', forSeconds: null }, operator);
    await stand.protection().rollBack({ digest: before, reason: 'a test' }, operator);
    const after = await stand.protection().snapshots.current();
    expect(after.isolations.map((one) => one.id)).toEqual([id]);
    expect(after.bans).toEqual([]);
  });

  it('is nonsense in many ways, each with its pointer', async () => {
    const nonsense: readonly [Partial<IsolationInput>, string][] = [
      [{ application: 'none-such' }, '/application'],
      [{ route: null }, '/route'],
      [{ route: '/a?b=c' }, '/route'],
      [{ route: '/a/../b' }, '/route'],
      [{ route: '/a//b' }, '/route'],
      [{ route: '/**/b' }, '/route'],
      [{ route: '/%2e%2e/b' }, '/route'],
      [{ route: '/.holdfast/**' }, '/route'],
      [{ kind: 'application' }, '/route'],
      [{ kind: 'read-only', route: null, method: 'POST' }, '/method'],
      [{ allow: ['192.0.2.1', '300.1.1.1'] }, '/allow/1'],
      [{ allow: ['192.0.2.1', '0.0.0.0/0'] }, '/allow/1'],
      [{ allow: ['::/0'] }, '/allow/0'],
      [{ allow: ['::ffff:0:0/96'] }, '/allow/0'],
    ];
    for (const [parts, pointer] of nonsense) {
      const refused = await isolations()
        .add(input(parts), operator)
        .then(
          () => null,
          (error: unknown) => error,
        );
      expect(refused, JSON.stringify(parts)).toMatchObject({ code: 'input-invalid', errors: [{ pointer }] });
    }
    expect(await isolations().list()).toEqual([]);
    expect(events('isolation.began')).toEqual([]);
  });

  it(`is at most ${ISOLATIONS_MAX} things`, async () => {
    const { id } = await isolations().add(input({ forSeconds: null }), operator);
    await stand.platform.db.query(
      `insert into protection_isolation select id || n, application, kind, method, route, allow, created_at, created_by, reason,
        expires_at, refused, checks, checked_at from protection_isolation, generate_series(1, ${ISOLATIONS_MAX - 1}) as n`,
    );
    await expect(isolations().add(input(), operator)).rejects.toMatchObject({ code: 'conflict' });
    await isolations().end(id, { cause: 'released', reason: 'room' }, operator);
    expect((await isolations().add(input(), operator)).kind).toBe('route');
  });
});
