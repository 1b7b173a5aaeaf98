import { APPROVAL_MS } from '@holdfast/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ANN, asking, banOf, BEN, by, CAT, guard, many, openActionsStand, type ActionsStand } from './actions-stand.ts';
import type { Actions } from './actions.ts';
import { sealedInActions } from './sealed.ts';

let stand: ActionsStand;
let actions: Actions;

beforeAll(async () => {
  stand = await openActionsStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  actions = stand.open();
});

const types = () => stand.platform.recorded.map(({ type }) => type);
const refused = (code: string, detail?: string) =>
  detail === undefined ? { code } : { code, errors: [expect.objectContaining({ detail: expect.stringContaining(detail) })] };

describe('an action that nobody has to agree to', () => {
  it('is done when the request resolves, recorded from asking to effect', async () => {
    const view = await actions.request(banOf(), asking());
    expect(view).toMatchObject({ state: 'effective', isUndoable: true, outcome: '203.0.113.9 is banned', approvedBy: [] });
    expect(view.steps.map(({ what }) => what)).toEqual(['asked', 'began', 'effective']);
    expect(types()).toEqual(['response.action-asked', 'response.action-settled']);
    expect(stand.world.effects).toEqual(['ban 203.0.113.9']);
  });

  it('changes nothing while it is only planned', async () => {
    const plan = await actions.plan(banOf(), asking());
    expect(plan).toMatchObject({ approvals: 0, isEffective: false, refused: null });
    expect([types(), stand.world.effects]).toEqual([[], []]);
  });

  it('is done once under one key, and the key is good for nothing else', async () => {
    const first = await actions.request(banOf({ key: 'alert-1-ban' }), asking());
    const [again, more] = await Promise.all([1, 2].map(async () => actions.request(banOf({ key: 'alert-1-ban' }), asking())));
    expect([again?.id, more?.id]).toEqual([first.id, first.id]);
    expect(stand.world.effects).toHaveLength(1);
    const other = actions.request(banOf({ key: 'alert-1-ban', prefix: '203.0.113.10' }), asking());
    await expect(other).rejects.toMatchObject(refused('conflict', 'key'));
  });

  it('is done once by two that ask at the same moment', async () => {
    const both = await Promise.all([1, 2].map(async () => actions.request(banOf({ key: 'a-key-of-two' }), asking())));
    expect(new Set(both.map(({ id }) => id)).size).toBe(1);
    expect(stand.world.effects).toHaveLength(1);
  });

  it('takes the permission of what it does, unless a playbook asks', async () => {
    const asks = { actor: ANN, may: (permission: string) => permission === 'incident:act' };
    await expect(actions.request(banOf(), asks)).rejects.toMatchObject({ code: 'permission-missing' });
    await expect(actions.plan(banOf(), asks)).rejects.toMatchObject({ code: 'permission-missing' });
    const run = { id: '01J8Z3K4M5N6P7Q8R9S0T1V2WR', step: 'action--1' };
    expect(await actions.request(banOf(), { actor: { kind: 'system', ref: 'playbook' }, run })).toMatchObject({
      state: 'effective',
      run: run.id,
    });
  });

  it('is refused by a guard that nobody overrules, and that is recorded', async () => {
    stand.world.plan = { refused: 'an address of this machine' };
    expect(await actions.request(banOf(), asking())).toMatchObject({ state: 'refused', outcome: 'an address of this machine' });
    expect(stand.world.effects).toEqual([]);
    expect(stand.platform.recorded.at(-1)).toMatchObject({ type: 'response.action-settled', outcome: 'refused' });
  });

  it('says what went wrong, in the words of whoever said no', async () => {
    stand.world.applying = guard('it is on the allow-list');
    expect(await actions.request(banOf(), asking())).toMatchObject({ state: 'refused', outcome: 'it is on the allow-list' });
    stand.world.applying = new Error('ECONNRESET 10.0.0.1');
    expect(await actions.request(banOf(), asking())).toMatchObject({ state: 'failed', outcome: 'it failed; see the log' });
  });
});

describe('four eyes', () => {
  beforeEach(() => {
    stand.world.plan = { approvals: 1, why: ['it lasts longer than an hour'] };
  });

  it('are those of somebody else, and then it is done', async () => {
    const asked = await actions.request(banOf(), asking());
    expect(asked).toMatchObject({ state: 'waiting', decideBy: asked.requestedAt + APPROVAL_MS });
    expect(stand.world.effects).toEqual([]);
    await expect(actions.approve(asked.id, 'go on', by(ANN))).rejects.toMatchObject(refused('approval-refused', 'whoever asked'));
    const token = by({ kind: 'token', ref: 'of-ben' });
    await expect(actions.approve(asked.id, 'go on', token)).rejects.toMatchObject(refused('approval-refused', 'token'));
    expect(await actions.approve(asked.id, 'go on', by(BEN))).toMatchObject({
      state: 'effective',
      approvedBy: [`operator:${BEN.ref}`],
    });
    expect(types()).toEqual(['response.action-asked', 'response.action-decided', 'response.action-settled']);
  });

  it('are not those of whoever made the token that asked', async () => {
    const asked = await actions.request(banOf(), asking({ kind: 'token', ref: 'of-ben' }));
    await expect(actions.approve(asked.id, 'go on', by(BEN))).rejects.toMatchObject({ code: 'approval-refused' });
    expect(await actions.approve(asked.id, 'go on', by(CAT))).toMatchObject({ state: 'effective' });
  });

  it('are two persons where two are wanted', async () => {
    stand.world.plan = { approvals: 2 };
    const { id } = await actions.request(banOf(), asking());
    expect(await actions.approve(id, 'go on', by(BEN))).toMatchObject({ state: 'waiting' });
    await expect(actions.approve(id, 'go on', by(BEN))).rejects.toMatchObject(refused('approval-refused', 'already'));
    expect(await actions.approve(id, 'go on', by(CAT))).toMatchObject({ state: 'effective' });
  });

  it('say no, and then nobody can say yes any more', async () => {
    const { id } = await actions.request(banOf(), asking());
    expect(await actions.refuse(id, 'that is a partner', by(BEN))).toMatchObject({
      state: 'refused',
      outcome: 'that is a partner',
    });
    await expect(actions.approve(id, 'go on', by(CAT))).rejects.toMatchObject(refused('conflict', 'refused'));
    expect(stand.world.effects).toEqual([]);
  });

  it('come within half an hour or not at all', async () => {
    const { id } = await actions.request(banOf(), asking());
    stand.platform.advance(APPROVAL_MS);
    await expect(actions.approve(id, 'go on', by(BEN))).rejects.toMatchObject(refused('conflict', 'in time'));
    await actions.tick();
    expect(await actions.show(id)).toMatchObject({ state: 'expired' });
    expect(stand.platform.recorded.at(-1)).toMatchObject({ type: 'response.action-decided', payload: { decision: 'expired' } });
    expect(stand.world.effects).toEqual([]);
  });

  it('see what it would do by then: more of them are needed when it touches more', async () => {
    const { id } = await actions.request(banOf(), asking());
    stand.world.plan = { approvals: 1, impact: many(0.4) };
    expect(await actions.approve(id, 'go on', by(BEN))).toMatchObject({ state: 'waiting', plan: { approvals: 2 } });
    expect(await actions.approve(id, 'all the same', by(CAT))).toMatchObject({ state: 'effective' });
  });

  it('are told when what it is about has changed, and when a guard refuses it by then', async () => {
    const changed = await actions.request(banOf(), asking());
    stand.world.bans.set('203.0.113.9', 'somebody');
    const { steps } = await actions.approve(changed.id, 'go on', by(BEN));
    expect(steps.find(({ what }) => what === 'approved')?.detail).toContain('not as it was');
    const { id } = await actions.request(banOf({ prefix: '203.0.113.10' }), asking());
    stand.world.plan = { approvals: 1, refused: 'an administrator is signed in from there' };
    expect(await actions.approve(id, 'go on', by(BEN))).toMatchObject({ state: 'refused' });
    expect(stand.world.effects).toEqual(['ban 203.0.113.9']);
  });

  it('of a revision that was read', async () => {
    const { id, revision } = await actions.request(banOf(), asking());
    await expect(actions.approve(id, 'go on', { ...by(BEN), revision: revision + 1 })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect(await actions.approve(id, 'go on', { ...by(BEN), revision })).toMatchObject({ state: 'effective' });
  });
});

describe('undoing', () => {
  it('makes it as it was before, and doing it again as it was after', async () => {
    const { id } = await actions.request(banOf(), asking());
    expect(await actions.undo(id, 'it was our office', by(BEN))).toMatchObject({ state: 'undone', isUndoable: false });
    expect(stand.world.bans.size).toBe(0);
    await expect(actions.undo(id, 'once more', by(BEN))).rejects.toMatchObject(refused('conflict', 'undone'));
    const again = await actions.redo(id, 'it was not', by(BEN));
    expect(again).toMatchObject({ state: 'effective', requestedBy: `operator:${BEN.ref}` });
    expect(again.steps.map(({ what }) => what)).toEqual(['asked', 'began', 'effective', 'undone', 'redone', 'effective']);
    expect(stand.world.effects).toEqual(['ban 203.0.113.9', 'unban 203.0.113.9', 'ban 203.0.113.9']);
  });

  it('leaves alone what somebody else has changed since', async () => {
    const { id } = await actions.request(banOf(), asking());
    stand.world.bans.set('203.0.113.9', 'an operator');
    await expect(actions.undo(id, 'it was our office', by(BEN))).rejects.toMatchObject(refused('conflict', 'somebody else'));
    expect(stand.world.bans.get('203.0.113.9')).toBe('an operator');
    expect(await actions.show(id)).toMatchObject({ state: 'effective' });
  });

  it('that fails leaves it in force, and says so', async () => {
    const { id } = await actions.request(banOf(), asking());
    stand.world.undoing = guard('the store is closed');
    expect(await actions.undo(id, 'it was our office', by(BEN))).toMatchObject({
      state: 'effective',
      isUndoable: true,
      outcome: 'not undone: the store is closed',
    });
  });

  it('of a whole run goes backwards, and says what it leaves', async () => {
    const run = { id: '01J8Z3K4M5N6P7Q8R9S0T1V2WR', step: 'action--1' };
    const playbook = { actor: { kind: 'system' as const, ref: 'playbook' }, run };
    for (const prefix of ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4']) {
      await actions.request(banOf({ prefix }), playbook);
      stand.platform.advance(5);
    }
    stand.world.plan = { approvals: 1 };
    const waits = await actions.request(banOf({ prefix: '203.0.113.5' }), playbook);
    stand.world.bans.set('203.0.113.2', 'an operator');
    stand.world.effects.length = 0;
    const undone = await actions.undoRun(run.id, 'step 5 failed', by(ANN));
    expect(stand.world.effects).toEqual(['unban 203.0.113.4', 'unban 203.0.113.3', 'unban 203.0.113.1']);
    expect(undone.map(({ isUndone }) => isUndone)).toEqual([true, true, false, true]);
    expect(undone[2]?.detail).toContain('somebody else');
    expect(await actions.show(waits.id)).toMatchObject({ state: 'refused' });
  });
});

describe('an action whose time is over', () => {
  it('is undone, unless it ended by itself or is somebody else’s by now', async () => {
    const ours = await actions.request(banOf(), asking());
    const ended = await actions.request(banOf({ prefix: '203.0.113.10' }), asking());
    const theirs = await actions.request(banOf({ prefix: '203.0.113.11' }), asking());
    const forever = await actions.request(banOf({ parameters: { prefix: '203.0.113.12', forSeconds: null } }), asking());
    stand.world.bans.delete('203.0.113.10');
    stand.world.bans.set('203.0.113.11', 'an operator');
    await actions.tick();
    expect(await actions.show(ours.id)).toMatchObject({ state: 'effective' });
    stand.platform.advance(600_000);
    await actions.tick();
    for (const { id } of [ours, ended, theirs])
      expect(await actions.show(id)).toMatchObject({ state: 'over', isUndoable: false });
    expect(await actions.show(forever.id)).toMatchObject({ state: 'effective', expiresAt: null });
    expect([...stand.world.bans.keys()]).toEqual(['203.0.113.11', '203.0.113.12']);
  });
});

describe('whoever looks', () => {
  it('finds actions by what they are about, newest first', async () => {
    const incident = '01J8Z3K4M5N6P7Q8R9S0T1V2WZ';
    const first = await actions.request(banOf({ incident }), asking());
    const second = await actions.request(banOf({ prefix: '203.0.113.10' }), asking());
    await actions.undo(first.id, 'it was our office', by(BEN));
    const ids = async (query: object) => (await actions.list({ state: 'all', limit: 10, ...query })).items.map(({ id }) => id);
    expect(await ids({})).toEqual([second.id, first.id]);
    expect(await ids({ state: 'open' })).toEqual([second.id]);
    expect(await ids({ incident })).toEqual([first.id]);
    expect(await ids({ action: 'notify' })).toEqual([]);
    const page = await actions.list({ state: 'all', limit: 1 });
    expect(await ids({ cursor: page.next ?? '' })).toEqual([first.id]);
    const timeline = await actions.timeline(incident);
    expect(timeline.map(({ title }) => title.split(': ')[1])).toEqual(['asked', 'began', 'effective', 'undone']);
  });

  it('is told of each change', async () => {
    const told: string[] = [];
    actions.onChanged(({ state }) => void told.push(state));
    const { id } = await actions.request(banOf(), asking());
    await actions.undo(id, 'it was our office', by(BEN));
    expect(told).toEqual(['running', 'effective', 'running', 'undone']);
  });

  it('into the database finds nobody there', async () => {
    const { id } = await actions.request(banOf({ reason: 'a scanner of Example Ltd' }), asking());
    const [row] = await stand.platform.db.query<{ content: string }>('select * from incident_action');
    expect(JSON.stringify(row)).not.toMatch(/203\.0\.113\.9|Example Ltd|01J8Z3K4M5N6P7Q8R9S0T1V2WA/u);
    const [column] = sealedInActions;
    expect(stand.keyring.open(row?.content ?? '', column?.place([id]) ?? []).toString()).toContain('203.0.113.9');
  });
});
