import type { PatchEnforce, PatchInput, PatchRemove, PatchTest, PatchView } from '@holdfast/contract';
import { useChange } from '../../api/use-change.ts';
import { patchPath } from './calls.ts';

const UNDONE: PatchRemove = { reason: 'undone in the console' };

export function useAddPatch(onDone: (patch: PatchView) => void) {
  const change = useChange<PatchView>({
    name: 'patches.add',
    onDone,
    says: ({ state }) => (state === 'enforce' ? 'The patch was brought up to date.' : 'The patch records from now on.'),
    undo: ({ id }) => ({ method: 'POST', path: patchPath(id, '/remove'), body: UNDONE }),
    showsFaults: true,
  });
  return {
    isPending: change.isPending,
    error: change.error,
    add: (body: Partial<PatchInput>) => change.run({ method: 'POST', path: '/patches', body }, 'Make the patch'),
  };
}

/** What can be done with one patch; each can be taken back. */
export function usePatchChanges() {
  const test = useChange<PatchTest>({ name: 'patches.test', says: 'The patch was tested.' });
  const enforce = useChange<PatchView>({
    name: 'patches.enforce',
    says: 'The patch refuses from now on.',
    undo: ({ id }) => ({ method: 'POST', path: patchPath(id, '/record'), body: UNDONE }),
    showsFaults: true,
  });
  const record = useChange<PatchView>({
    name: 'patches.record',
    says: 'The patch only records.',
    undo: ({ id }) => ({ method: 'POST', path: patchPath(id, '/enforce'), body: { force: true, reason: UNDONE.reason } }),
  });
  const remove = useChange<PatchView>({
    name: 'patches.remove',
    says: 'The patch is removed.',
    undo: ({ id }) => ({ method: 'POST', path: patchPath(id, '/restore'), body: {} }),
  });
  const restore = useChange<PatchView>({
    name: 'patches.restore',
    says: 'The patch is back.',
    undo: ({ id }) => ({ method: 'POST', path: patchPath(id, '/remove'), body: UNDONE }),
  });
  return {
    isBusy: [test, enforce, record, remove, restore].some(({ isPending }) => isPending),
    enforceError: enforce.error,
    test: (id: string) => test.run({ method: 'POST', path: patchPath(id, '/test') }, 'Test the patch'),
    enforce: (id: string, body: PatchEnforce) =>
      enforce.run({ method: 'POST', path: patchPath(id, '/enforce'), body }, 'Enforce the patch'),
    record: (id: string, body: PatchRemove) =>
      record.run({ method: 'POST', path: patchPath(id, '/record'), body }, 'Let the patch only record'),
    remove: (id: string, body: PatchRemove) =>
      remove.run({ method: 'POST', path: patchPath(id, '/remove'), body }, 'Remove the patch'),
    restore: (id: string, body: { readonly days?: number }) =>
      restore.run({ method: 'POST', path: patchPath(id, '/restore'), body }, 'Restore the patch'),
  };
}
export type PatchChanges = ReturnType<typeof usePatchChanges>;
