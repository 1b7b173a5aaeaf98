import { actionInputSchema, type ActionInput, type ActionView } from '@holdfast/contract';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../../../platform/log.ts';
import { HOST, openRecoveryStand, type RecoveryStand } from '../../recovery/recovery-stand.ts';
import type { StateOf } from '../action-kind.ts';
import { ANN, asking, BEN, by, CAT, Killed } from '../actions-stand.ts';
import type { Actions } from '../actions.ts';
import { createActions } from '../create-actions.ts';
import { createRestoreBackup } from './restore-backup.ts';

const NOTE = 'pending-recovery.json';
let stand: RecoveryStand;

beforeAll(async () => {
  stand = await openRecoveryStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => stand.clear());

const kind = () => createRestoreBackup(stand);
const read = (): Promise<StateOf> => kind().read({ backup: null });
const noteOf = (): Promise<string> => readFile(join(stand.platform.dataDir, NOTE), 'utf8').catch(() => '');
/** As a process that starts. */
const open = (killAt?: string): Actions =>
  createActions({
    ...stand.platform,
    log: silentLog,
    keyring: stand.keyring,
    node: 'test',
    kinds: () => ({ 'restore-backup': createRestoreBackup(stand) }),
    behindToken: async () => Promise.resolve(null),
    fault(name) {
      if (name === killAt) throw new Killed(name);
    },
  });
const inputOf = (backup: string | null = null, key?: string): ActionInput =>
  actionInputSchema.parse({ action: 'restore-backup', parameters: { backup }, reason: 'it was defaced', key });
const agree = async (actions: Actions, id: string): Promise<ActionView> => {
  expect(await actions.approve(id, 'looked at it', by(BEN))).toMatchObject({ state: 'waiting' });
  return actions.approve(id, 'so have I', by(CAT));
};

async function verified(): Promise<string> {
  await stand.schedule();
  const { id } = await stand.recovery.backUp(HOST);
  expect(await stand.recovery.verify(id, HOST)).toMatchObject({ state: 'verified' });
  return id;
}
const backups = async () => (await stand.recovery.backups({ limit: 50 })).items;

describe('the action that restores a backup', () => {
  test('waits for two people besides whoever asks; done, undone and done again it leaves the state that it should', async () => {
    const chosen = await verified();
    const actions = open();
    const before = await read();
    const asked = await actions.request(inputOf(), asking(ANN));
    expect(asked).toMatchObject({ state: 'waiting', plan: { approvals: 2, refused: null } });
    expect([await read(), await noteOf(), (await backups()).length]).toEqual([before, '', 1]);
    await expect(actions.approve(asked.id, 'mine', by(ANN))).rejects.toMatchObject({ code: 'approval-refused' });

    expect(await agree(actions, asked.id)).toMatchObject({ state: 'effective', isUndoable: true });
    const after = await read();
    expect(after).toEqual({ pending: chosen });
    // How things stood just before has a backup of its own.
    expect(await backups()).toHaveLength(2);

    const undone = await actions.undo(asked.id, 'the files are back', by(BEN));
    expect(undone).toMatchObject({ state: 'undone', outcome: 'It does not wait any more: nothing is restored.' });
    expect([await read(), await noteOf()]).toEqual([before, '']);

    expect(await actions.redo(asked.id, 'they are gone again', by(ANN))).toMatchObject({ state: 'waiting' });
    expect(await agree(actions, asked.id)).toMatchObject({ state: 'effective' });
    expect(await read()).toEqual(after);
    const settled = stand.platform.recorded.filter(({ type }) => type === 'response.action-settled');
    expect(settled.map(({ payload }) => payload['state'])).toEqual(['effective', 'undone', 'effective']);
  });

  test('is refused while no backup was verified, and for one that is gone or damaged', async () => {
    const actions = open();
    await stand.schedule();
    const { id, file } = await stand.recovery.backUp(HOST);
    expect(await actions.request(inputOf(), asking())).toMatchObject({
      state: 'refused',
      outcome: expect.stringContaining('No backup was verified'),
    });
    await writeFile(join(stand.platform.dataDir, 'backups', file), 'something else');
    expect(await stand.recovery.verify(id, HOST)).toMatchObject({ state: 'failed' });
    expect(await actions.request(inputOf(id), asking())).toMatchObject({ state: 'refused', outcome: 'That backup is failed.' });
    await rm(join(stand.platform.dataDir, 'backups', file));
    await backups();
    expect(await actions.request(inputOf(id), asking())).toMatchObject({ state: 'refused', outcome: 'That backup is gone.' });
    expect(await noteOf()).toBe('');
  });

  test('fails, and leaves no note, when the backup does not restore on trial', async () => {
    const chosen = await verified();
    const actions = open();
    const { id } = await actions.request(inputOf(chosen), asking());
    stand.world.fault = 'the entries do not add up';
    expect(await agree(actions, id)).toMatchObject({
      state: 'failed',
      outcome: expect.stringContaining('the entries do not add up'),
    });
    expect([await noteOf(), await read()]).toEqual(['', { pending: null }]);
  });

  test('is refused beside another one that waits, and beside a note that somebody else wrote', async () => {
    await verified();
    const actions = open();
    const { id } = await actions.request(inputOf(), asking());
    await agree(actions, id);
    const second = await actions.request(inputOf(), asking());
    expect(second).toMatchObject({ state: 'refused', outcome: expect.stringContaining('Another restore waits already') });

    const note = await noteOf();
    for (const changed of [
      note.replace('"createdAt":', '"createdAt":1'),
      note.slice(0, 40),
      '{}',
      note.replace(/"mac":"../u, '"mac":"zz'),
    ]) {
      await writeFile(join(stand.platform.dataDir, NOTE), changed);
      expect(await actions.request(inputOf(), asking())).toMatchObject({
        state: 'refused',
        outcome: expect.stringContaining('changed by another hand'),
      });
      expect((await stand.recovery.status()).trouble).toContain('The note of a restore was changed by another hand.');
      await expect(actions.undo(id, 'take it back', by(BEN))).rejects.toMatchObject({ code: 'conflict' });
    }
    await writeFile(join(stand.platform.dataDir, NOTE), note);
    expect(await actions.undo(id, 'take it back', by(BEN))).toMatchObject({ state: 'undone' });
  });
});

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

describe('a process that is killed', () => {
  async function untilAlive(work: (actions: Actions) => Promise<unknown>, killAt: string): Promise<void> {
    try {
      await work(open(killAt));
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      await stand.reopen();
      const actions = open();
      await actions.resume();
      await work(actions);
    }
  }

  test.each(POINTS)('at %s has prepared the restore exactly once after its next start', async (killAt) => {
    const chosen = await verified();
    const ask = (actions: Actions) => actions.request(inputOf(null, 'the-key-of-this-test'), asking());
    await untilAlive(ask, killAt);
    const { id } = await ask(open());
    const agreeing = async (): Promise<void> => {
      for (const who of [BEN, CAT])
        await untilAlive(async (actions) => {
          const { state, approvedBy } = await actions.show(id);
          if (state === 'waiting' && !approvedBy.includes(`operator:${who.ref}`)) await actions.approve(id, 'go on', by(who));
        }, killAt);
    };
    await agreeing();
    expect(await open().show(id)).toMatchObject({ state: 'effective' });
    expect(await read()).toEqual({ pending: chosen });
    // One made to be chosen, and one just before: neither a second time.
    expect(await backups()).toHaveLength(2);
    const note = JSON.parse(await noteOf()) as { readonly action: string };
    expect(note.action).toBe(id);

    await untilAlive(async (actions) => {
      if ((await actions.show(id)).state === 'effective') await actions.undo(id, 'not needed', by(BEN));
    }, killAt);
    expect(await open().show(id)).toMatchObject({ state: 'undone', outcome: 'It does not wait any more: nothing is restored.' });
    expect(await noteOf()).toBe('');

    await untilAlive(async (actions) => {
      if ((await actions.show(id)).state === 'undone') await actions.redo(id, 'needed after all', by(ANN));
    }, killAt);
    await agreeing();
    expect(await open().show(id)).toMatchObject({ state: 'effective' });
    expect(await read()).toEqual({ pending: chosen });
    expect(await backups()).toHaveLength(3);
    const settled = stand.platform.recorded.filter(({ type }) => type === 'response.action-settled');
    expect(settled.map(({ payload }) => payload['state'])).toEqual(['effective', 'undone', 'effective']);
  });
});
