import type { UploadDetail, UploadStatus } from '@holdfast/contract';
import { useChange } from '../../api/use-change.ts';
import { uploadPath } from './calls.ts';

const UNDONE = { reason: 'undone in the console' };

/** What can be done with one kept file. A deletion is for good, so nothing takes it back. */
export function useUploadChanges(onDone: () => void) {
  const release = useChange<UploadDetail>({
    name: 'uploads.release',
    says: ({ application }) => `These bytes pass in ${application} from now on.`,
    onDone,
  });
  const remove = useChange<null>({ name: 'uploads.delete', says: 'Its key is forgotten and its bytes are gone.', onDone });
  const rescan = useChange<UploadStatus>({ name: 'uploads.rescan', says: 'It is scanned again.' });
  return {
    isBusy: release.isPending || remove.isPending || rescan.isPending,
    release: (id: string, reason: string) =>
      release.run({ method: 'POST', path: uploadPath(id, '/release'), body: { reason } }, 'Release the file'),
    remove: (id: string, reason: string) =>
      remove.run({ method: 'POST', path: uploadPath(id, '/delete'), body: { reason } }, 'Delete the file'),
    rescan: (id: string) => rescan.run({ method: 'POST', path: '/uploads/rescan', body: { upload: id } }, 'Scan the file again'),
  };
}
export type UploadChanges = ReturnType<typeof useUploadChanges>;

export const blockPath = (hash: string): string => `/uploads/blocks/${encodeURIComponent(hash)}/remove`;

export function useBlock(onDone: () => void) {
  return useChange<null>({
    name: 'uploads.block',
    says: 'Files with this hash are refused from now on.',
    onDone,
    showsFaults: true,
  });
}

export function useUnblock(hash: string, reason: string) {
  return useChange<null>({
    name: `uploads.unblock.${hash}`,
    says: 'The hash is off the list.',
    undo: () => ({ method: 'POST', path: '/uploads/blocks', body: { hash, reason } }),
  });
}
export const UNBLOCK_BODY = UNDONE;
