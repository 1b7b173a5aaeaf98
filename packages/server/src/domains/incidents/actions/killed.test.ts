import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asking, banOf, BEN, by, CAT, Killed, openActionsStand, type ActionsStand } from './actions-stand.ts';
import type { Actions } from './actions.ts';

let stand: ActionsStand;

beforeAll(async () => {
  stand = await openActionsStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => stand.clear());

/** Between every pair of writes of a request, an approval, an undo, and doing it again. */
const POINTS = [
  'action-asked',
  'action-agreed',
  'action-applied',
  'action-settled',
  'action-undoing',
  'action-unmade',
  'action-undone',
];
const KEY = 'the-key-of-this-test';

/** Whoever asks goes on asking after the restart, as a playbook does. */
async function untilAlive(work: (actions: Actions) => Promise<unknown>, killAt: string): Promise<Actions> {
  try {
    const actions = stand.open(killAt);
    await work(actions);
    return actions;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    const actions = stand.open();
    await actions.resume();
    await work(actions);
    return actions;
  }
}

describe('a process that is killed', () => {
  it.each(POINTS.flatMap((point) => [0, 2].map((approvals) => [point, approvals] as const)))(
    'at %s, with %i to agree, has done it exactly once after its next start',
    async (killAt, approvals) => {
      stand.world.plan = { approvals: approvals as 0 | 2 };
      const ask = (actions: Actions) => actions.request(banOf({ key: KEY }), asking());
      await untilAlive(ask, killAt);
      const { id } = await ask(stand.open());
      const agree = (who: typeof BEN) => async (actions: Actions) => {
        const { state, approvedBy } = await actions.show(id);
        if (state === 'waiting' && !approvedBy.includes(`operator:${who.ref}`)) await actions.approve(id, 'go on', by(who));
      };
      for (const who of [BEN, CAT]) await untilAlive(agree(who), killAt);
      expect(await stand.open().show(id)).toMatchObject({ state: 'effective' });
      expect(stand.world.effects).toEqual(['ban 203.0.113.9']);

      await untilAlive(async (actions) => {
        if ((await actions.show(id)).state === 'effective') await actions.undo(id, 'it was our office', by(BEN));
      }, killAt);
      expect(await stand.open().show(id)).toMatchObject({ state: 'undone' });
      expect(stand.world.effects).toEqual(['ban 203.0.113.9', 'unban 203.0.113.9']);

      stand.world.plan = {};
      await untilAlive(async (actions) => {
        if ((await actions.show(id)).state === 'undone') await actions.redo(id, 'it was not', by(BEN));
      }, killAt);
      expect(await stand.open().show(id)).toMatchObject({ state: 'effective' });
      expect(stand.world.effects).toEqual(['ban 203.0.113.9', 'unban 203.0.113.9', 'ban 203.0.113.9']);
      const settled = stand.platform.recorded.filter(({ type }) => type === 'response.action-settled');
      expect(settled.map(({ payload }) => payload['state'])).toEqual(['effective', 'undone', 'effective']);
    },
  );

  it('is taken over by another node once nobody works on it any more', async () => {
    await expect(stand.open('action-asked').request(banOf(), asking())).rejects.toBeInstanceOf(Killed);
    const actions = stand.open();
    await actions.tick();
    expect(stand.world.effects).toEqual([]);
    stand.platform.advance(60_000);
    await actions.tick();
    expect(stand.world.effects).toEqual(['ban 203.0.113.9']);
  });
});
