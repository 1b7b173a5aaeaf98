import type { SecretDetail, SecretVersion } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { useSearchState } from '../../../state/search.ts';
import { Button } from '../../../ui/Button.tsx';
import { secretPath, wordOf } from '../calls.ts';
import { RollbackDialog } from './RollbackDialog.tsx';
import { DestroyDialog } from './DestroyDialog.tsx';

interface VersionActionsProps {
  readonly secret: SecretDetail;
  readonly version: SecretVersion;
}

/** What can be done with one version in its state. */
export function VersionActions({ secret, version: { version, state } }: VersionActionsProps) {
  const { may } = useMe();
  const { set } = useSearchState();
  const [asked, ask] = useState<'rollback' | 'destroy' | null>(null);
  const { rollback, hide, bringBack, destroy } = useVersionChanges(secret, version, () => ask(null));
  const isReadable = state === 'current' || state === 'kept';
  const mayWrite = may('secret:write');
  const on = (verb: string) => `${verb} version ${version}`;
  return (
    <span className="flex flex-wrap gap-1">
      {isReadable && may('secret:reveal') && (
        <Button
          look="quiet"
          className="!min-h-8 !px-1.5"
          aria-label={on('Reveal')}
          onClick={() => set({ reveal: String(version) })}
        >
          Reveal
        </Button>
      )}
      {state === 'kept' && mayWrite && (
        <Button look="quiet" className="!min-h-8 !px-1.5" aria-label={on('Go back to')} onClick={() => ask('rollback')}>
          Go back
        </Button>
      )}
      {isReadable && mayWrite && (
        <Button look="quiet" className="!min-h-8 !px-1.5" aria-label={on('Delete')} isBusy={hide.isBusy} onClick={hide.run}>
          Delete
        </Button>
      )}
      {state === 'deleted' && mayWrite && (
        <Button
          look="quiet"
          className="!min-h-8 !px-1.5"
          aria-label={on('Bring back')}
          isBusy={bringBack.isBusy}
          onClick={bringBack.run}
        >
          Bring back
        </Button>
      )}
      {(isReadable || state === 'deleted') && mayWrite && (
        <Button look="quiet" className="!min-h-8 !px-1.5" aria-label={on('Destroy')} onClick={() => ask('destroy')}>
          Destroy
        </Button>
      )}
      {asked === 'rollback' && <RollbackDialog secret={secret} version={version} change={rollback} onClose={() => ask(null)} />}
      {asked === 'destroy' && <DestroyDialog secret={secret} version={version} change={destroy} onClose={() => ask(null)} />}
    </span>
  );
}

function useVersionChanges(secret: SecretDetail, version: number, onDone: () => void) {
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
