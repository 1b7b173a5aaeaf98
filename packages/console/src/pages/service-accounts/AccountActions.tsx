import type { ServiceAccountView } from '@holdfast/contract';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { ConfirmDialog } from '../../ui/overlay/ConfirmDialog.tsx';
import { accountPath } from './calls.ts';

export function AccountActions({ account: { id, name, status } }: { readonly account: ServiceAccountView }) {
  const navigate = useNavigate();
  const [isAsking, ask] = useState(false);
  const isActive = status === 'active';
  const to = (verb: 'disable' | 'enable') => ({ method: 'POST', path: accountPath(id, `/${verb}`) }) as const;
  const toggle = useChange<ServiceAccountView>({
    name: 'service-account.toggle',
    says: (now) =>
      now.status === 'active' ? `The tokens of ${name} are taken again.` : `No token of ${name} is taken any more.`,
    undo: (now) => to(now.status === 'active' ? 'disable' : 'enable'),
  });
  const remove = useChange<null>({
    name: 'service-account.remove',
    onDone: () => void navigate({ to: paths.serviceAccounts() }),
    says: `${name} is gone, with all its tokens.`,
  });
  return (
    <>
      <CopyAsCli words={['service', isActive ? 'disable' : 'enable', name]} />
      <Button isBusy={toggle.isPending} onClick={() => toggle.run(to(isActive ? 'disable' : 'enable'), `Switch ${name}`)}>
        {isActive ? 'Disable' : 'Enable'}
      </Button>
      <Button look="danger" onClick={() => ask(true)}>
        Delete
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={`Delete ${name}?`}
          button="Delete"
          isDanger
          isBusy={remove.isPending}
          onConfirm={() => remove.run({ method: 'DELETE', path: accountPath(id) }, `Delete ${name}`)}
          onClose={() => ask(false)}
        >
          All its tokens are refused at once, and that cannot be undone: programs that use them stop. Disable it first if you are
          not sure who does.
        </ConfirmDialog>
      )}
    </>
  );
}
