import type { SecretDetail } from '@holdfast/contract';
import { useChange } from '../../../api/use-change.ts';
import { secretPath, wordOf } from '../calls.ts';

/** What is done to one version of a secret; what can be undone offers it. */
export function useVersionChanges(secret: SecretDetail, version: number, onDone: () => void) {
  const word = wordOf(secret);
  const options = (verb: string) => ({ name: `secret.${verb}.${word}.${version}`, onDone, showsFaults: true });
  const to = (verb: 'delete' | 'undelete') => {
    const path = secretPath(secret, `/${verb}`);
    return { method: 'POST', path, body: { versions: [version] } } as const;
  };
  const rollback = useChange<SecretDetail>({
    ...options('rollback'),
    says: ({ currentVersion }) => `${secret.name} is again what it was in version ${version}, as version ${currentVersion}.`,
  });
  const hide = useChange<SecretDetail>({
    ...options('delete'),
    says: `Version ${version} is hidden: nobody is given it.`,
    undo: () => to('undelete'),
  });
  const bringBack = useChange<SecretDetail>({
    ...options('undelete'),
    says: `Version ${version} can be read again.`,
    undo: () => to('delete'),
  });
  const destroy = useChange<SecretDetail>({ ...options('destroy'), says: `Version ${version} is gone for good.` });
  return {
    rollback,
    hide: { isBusy: hide.isPending, run: () => hide.run(to('delete'), `Delete version ${version} of ${secret.name}`) },
    bringBack: {
      isBusy: bringBack.isPending,
      run: () => bringBack.run(to('undelete'), `Bring back version ${version} of ${secret.name}`),
    },
    destroy,
  };
}
