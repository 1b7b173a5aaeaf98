import { actionInputSchema, ACTIONS, type ActionInput, type ActionName, type ActionView } from '@holdfast/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../applications/index.ts';
import type { Asking } from '../actions.ts';
import { kindOf } from '../kind-of.ts';
import { HOST, openKindsStand, type KindsStand } from './kinds-stand.ts';

let stand: KindsStand;
beforeAll(async () => {
  stand = await openKindsStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());

const asking = (actor: Actor = HOST, session?: string): Asking => ({ actor, session, may: () => true });
const inputOf = (action: ActionName, parameters: object): ActionInput =>
  actionInputSchema.parse({ action, parameters, reason: 'a test of all kinds' });
const APPROVERS = [1, 2].map((number): Actor => ({ kind: 'operator', ref: `person:01J8Z3K4M5N6P7Q8R9S0T1V2W${number}` }));

/** With as many as it takes to agree. */
async function agreed(view: ActionView): Promise<ActionView> {
  let now = view;
  for (const actor of APPROVERS)
    if (now.state === 'waiting') now = await stand.actions.approve(now.id, 'looked at it', { actor });
  return now;
}
const doIt = async (action: ActionName, parameters: object, by = asking()): Promise<ActionView> =>
  agreed(await stand.actions.request(inputOf(action, parameters), by));

interface Case {
  readonly parameters: () => Promise<object>;
  /** By its nature it cannot be undone. */
  readonly isFinal?: boolean;
  /** Each time it makes something new, so that it is not the same when it is done again. */
  readonly isNewEachTime?: boolean;
}

const PATCH = {
  application: 'shop',
  method: 'GET',
  route: '/item',
  location: 'query',
  parameter: 'id',
  match: { kind: 'constraint', type: 'integer' },
  finding: null,
  days: 7,
};

/** What each is done to here. A kind without a line fails, and so does a line without its kind. */
const CASES: { readonly [Name in ActionName]: Case | null } = {
  'ban-source': { parameters: async () => ({ prefix: '203.0.113.9', forSeconds: 600 }) },
  'revoke-sessions': {
    isFinal: true,
    async parameters() {
      const person = await stand.person();
      await stand.signIn(person);
      return { scope: 'person', id: person };
    },
  },
  'lock-account': { parameters: async () => ({ person: await stand.person() }) },
  'require-step-up': { parameters: async () => ({ person: await stand.person() }) },
  'revoke-api-key': {
    async parameters() {
      const { view } = await stand.identity.createToken({ name: 'robot', permissions: ['event:read'], days: 1 }, HOST);
      return { token: view.id };
    },
  },
  'rotate-secret': {
    isNewEachTime: true,
    async parameters() {
      const caller = { principal: { actor: HOST, permissions: 'all' as const }, purpose: 'testing', via: 'api' as const };
      const ref = { application: 'shop', environment: 'production', name: 'KEY' };
      await stand.secrets.secrets.write(ref, { data: { value: 'first' } }, caller);
      await stand.secrets.rotations.setPlan(
        { ...ref, settings: { rotator: 'random', length: 32 }, everyDays: null, overlapSeconds: 0 },
        caller,
      );
      return { secret: 'shop/production/KEY' };
    },
  },
  'quarantine-route': {
    parameters: async () => ({ application: 'shop', method: 'GET', route: '/admin/**', allow: [], forSeconds: 600 }),
  },
  'quarantine-application': { parameters: async () => ({ application: 'shop', allow: [], forSeconds: 600 }) },
  'read-only': { parameters: async () => ({ application: 'shop', allow: [], forSeconds: 600 }) },
  'virtual-patch': { parameters: async () => ({ patch: PATCH }) },
  // Tested where backups are: it takes a process that can be put down.
  'restore-backup': null,
  notify: { parameters: async () => ({ channel: null, title: 'Shop is closed', text: 'We look into it.' }) },
  'preserve-evidence': { isFinal: true, parameters: async () => ({ hours: 1 }) },
};

describe('every action', () => {
  it('has its line here', () => {
    expect(Object.keys(CASES).toSorted()).toEqual([...ACTIONS].toSorted());
    const missing = Object.entries(CASES).filter(([name, one]) => one !== null && !(name in stand.kinds));
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  const undoable = ACTIONS.filter((name) => CASES[name] !== null && CASES[name]?.isFinal !== true);
  it.each(undoable)('%s: done, undone and done again, it is as it was before, before, and after', async (name) => {
    const parameters = (await CASES[name]?.parameters()) ?? {};
    const kind = kindOf({ kinds: () => stand.kinds }, name);
    const input = inputOf(name, parameters);
    const before = await kind.read(input.parameters);
    const view = await doIt(name, parameters);
    expect(view, view.outcome ?? '').toMatchObject({ state: expect.stringMatching(/^(?:effective|done)$/u), isUndoable: true });
    const after = await kind.read(input.parameters);
    const undone = await stand.actions.undo(view.id, 'it was wrong', { actor: HOST });
    expect(undone, undone.outcome ?? '').toMatchObject({ state: 'undone' });
    expect(await kind.read(input.parameters)).toEqual(before);
    const again = await agreed(await stand.actions.redo(view.id, 'it was right', { actor: HOST }));
    expect(again, again.outcome ?? '').toMatchObject({ state: view.state });
    if (CASES[name]?.isNewEachTime === true) expect(await kind.read(input.parameters)).not.toEqual(before);
    else expect(await kind.read(input.parameters)).toEqual(after);
    await stand.actions.undo(view.id, 'the next test', { actor: HOST });
    expect(await kind.read(input.parameters)).toEqual(before);
  });

  it.each(ACTIONS.filter((name) => CASES[name]?.isFinal === true))('%s: says that it has no undo', async (name) => {
    const view = await doIt(name, (await CASES[name]?.parameters()) ?? {});
    expect(view).toMatchObject({ state: 'done', isUndoable: false, plan: { undo: null } });
    const undo = stand.actions.undo(view.id, 'it was wrong', { actor: HOST });
    await expect(undo).rejects.toMatchObject({ code: 'conflict' });
  });
});

const planOf = async (action: ActionName, parameters: object, by = asking()) =>
  stand.actions.plan(inputOf(action, parameters), by);

describe('a ban', () => {
  it.each([
    ['127.0.0.1', 'this machine'],
    ['198.51.100.0/24', 'allow-list'],
    ['192.0.2.55', 'administrator'],
  ])('of %s is refused, whoever asks: %s', async (prefix, said) => {
    if (prefix === '198.51.100.0/24') await stand.protection.addAllow({ prefix: '198.51.0.0/16', reason: 'a partner' }, HOST);
    if (prefix === '192.0.2.55') await stand.signIn(await stand.person('administrator'), 'admin', prefix);
    expect((await planOf('ban-source', { prefix })).refused).toContain(said);
    expect(await doIt('ban-source', { prefix })).toMatchObject({ state: 'refused' });
    expect((await stand.protection.listBans({ address: prefix, limit: 10 })).items).toEqual([]);
  });

  it.each([
    ['203.0.113.9', 3600, 0],
    ['203.0.113.9', 3601, 1],
    ['203.0.113.9', null, 1],
    ['203.0.113.0/24', 600, 0],
    ['203.0.112.0/23', 600, 1],
    ['2001:db8::/56', 600, 0],
    ['2001:db8::/48', 600, 1],
  ])('of %s for %s seconds takes %i to agree', async (prefix, forSeconds, approvals) => {
    expect((await planOf('ban-source', { prefix, forSeconds })).approvals).toBe(approvals);
  });

  it('is in the snapshot of the gateways when the request resolves', async () => {
    const view = await doIt('ban-source', { prefix: '203.0.113.20', forSeconds: 600 });
    const prefixes = async () => (await stand.protection.snapshots.current()).bans.map(({ prefix }) => prefix);
    expect(await prefixes()).toContain('203.0.113.20');
    await stand.actions.undo(view.id, 'it was our office', { actor: HOST });
    expect(await prefixes()).not.toContain('203.0.113.20');
  });

  it('leaves a longer one of somebody else as it is, and brings a shorter one back', async () => {
    await stand.protection.addBan({ prefix: '203.0.113.30', forSeconds: null, reason: 'by hand' }, HOST);
    const longer = await doIt('ban-source', { prefix: '203.0.113.30', forSeconds: 600 });
    expect(longer).toMatchObject({ state: 'done', isUndoable: false, outcome: 'banned already: 203.0.113.30' });
    await stand.protection.addBan({ prefix: '203.0.113.31', forSeconds: 60, reason: 'by hand' }, HOST);
    const shorter = await doIt('ban-source', { prefix: '203.0.113.31', forSeconds: 600 });
    await stand.actions.undo(shorter.id, 'it was our office', { actor: HOST });
    const [ban] = (await stand.protection.listBans({ address: '203.0.113.31', limit: 10 })).items;
    expect(ban).toMatchObject({ reason: 'by hand', expiresAt: expect.any(Number) });
  });
});

describe('an account', () => {
  it('of the last owner, or of whoever asks, is never locked; others are, and their sessions end', async () => {
    const owner = await stand.person('owner');
    expect(await doIt('lock-account', { person: owner })).toMatchObject({
      state: 'refused',
      outcome: expect.stringContaining('last owner'),
    });
    const other = await stand.person('owner');
    const self = asking({ kind: 'operator', ref: `person:${other}` });
    expect((await planOf('lock-account', { person: other }, self)).refused).toContain('your own');
    expect(await planOf('lock-account', { person: other })).toMatchObject({ refused: null, approvals: 1 });
    await stand.signIn(other, 'admin');
    expect(await doIt('lock-account', { person: other })).toMatchObject({ state: 'effective' });
    expect(await stand.sessions.list(other)).toEqual([]);
    expect(await doIt('lock-account', { person: owner })).toMatchObject({ state: 'refused' });
  });

  it('has its sessions ended, but never that of whoever asks', async () => {
    const person = await stand.person('administrator');
    const own = await stand.signIn(person, 'admin');
    await stand.signIn(person, 'admin');
    const self = asking({ kind: 'operator', ref: `person:${person}` }, own.session.id);
    expect(await stand.actions.request(inputOf('revoke-sessions', { scope: 'session', id: own.session.id }), self)).toMatchObject(
      { state: 'refused' },
    );
    await stand.actions.request(inputOf('revoke-sessions', { scope: 'person', id: person }), self);
    expect((await stand.sessions.list(person)).map(({ id }) => id)).toEqual([own.session.id]);
    expect(await planOf('revoke-sessions', { scope: 'all' }, self)).toMatchObject({ approvals: 2 });
    await stand.signIn(await stand.person());
    await agreed(await stand.actions.request(inputOf('revoke-sessions', { scope: 'all' }), self));
    const left = await stand.sessions.listAll({ before: null, limit: 100 });
    expect(left.items.map(({ id }) => id)).toEqual([own.session.id]);
  });

  it('is asked for every factor until it gives them or the flag is cleared', async () => {
    const person = await stand.person();
    const { session, token: _token } = await stand.signIn(person);
    const place = { kind: 'application', application: 'shop' } as const;
    const [hash] = await stand.platform.db.query<{ hash: string }>('select hash from identity_session where id = $1', [
      session.id,
    ]);
    const holds = async () => (await stand.sessions.check(hash?.hash ?? '', place)) !== null;
    expect(await holds()).toBe(true);
    stand.platform.advance(5);
    const told: string[] = [];
    stand.sessions.onEnded((hashes) => void told.push(...hashes));
    const view = await doIt('require-step-up', { person });
    expect(await holds()).toBe(false);
    expect(told).toContain(hash?.hash);
    stand.platform.advance(5);
    const fresh = await stand.signIn(person);
    const [other] = await stand.platform.db.query<{ hash: string }>('select hash from identity_session where id = $1', [
      fresh.session.id,
    ]);
    expect(await stand.sessions.check(other?.hash ?? '', place)).not.toBeNull();
    await stand.actions.undo(view.id, 'it was them', { actor: HOST });
    expect(await holds()).toBe(true);
  });
});

describe('a token', () => {
  it('that asks is not revoked by itself, and one that was revoked long ago stays so', async () => {
    const { view } = await stand.identity.createToken({ name: 'robot', permissions: ['event:read'], days: 1 }, HOST);
    expect((await planOf('revoke-api-key', { token: view.id }, asking({ kind: 'token', ref: view.id }))).refused).toContain(
      'asks',
    );
    const { id } = await doIt('revoke-api-key', { token: view.id });
    stand.platform.advance(15 * 60_000 + 1);
    expect(await stand.actions.undo(id, 'the wrong one', { actor: HOST })).toMatchObject({
      state: 'done',
      outcome: expect.stringContaining('too long ago'),
    });
    expect((await stand.identity.findToken(view.id))?.revokedAt).not.toBeNull();
  });
});

describe('words', () => {
  it('are told once, corrected once, and told anew when it is done again', async () => {
    stand.told.clear();
    const { id } = await doIt('notify', { channel: null, title: 'Closed', text: 'We look into it.' });
    await stand.actions.undo(id, 'it is open', { actor: HOST });
    await stand.actions.redo(id, 'closed after all', { actor: HOST });
    expect([...stand.told.values()]).toEqual(['Closed', 'Correction: Closed', 'Closed']);
  });
});
