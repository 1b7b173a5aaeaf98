import type { PersonLink, PersonView } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { ConfirmDialog } from '../../ui/overlay/ConfirmDialog.tsx';

interface PersonActionsProps {
  readonly person: PersonView;
  readonly invite: ReturnType<typeof useChange<PersonLink>>;
}

export function PersonActions({ person, invite }: PersonActionsProps) {
  const { me } = useMe();
  const [isAsking, ask] = useState(false);
  const { id, name, status } = person;
  const isDisabled = status === 'disabled';
  const to = (verb: 'disable' | 'enable') => ({ method: 'POST', path: `/people/${id}/${verb}` }) as const;
  const toggle = useChange<PersonView>({
    name: 'person.toggle',
    onDone: () => ask(false),
    says: (now) =>
      now.status === 'disabled' ? `${name} is signed out everywhere and cannot sign in.` : `${name} can sign in again.`,
    undo: (now) => to(now.status === 'disabled' ? 'enable' : 'disable'),
  });
  return (
    <>
      {status === 'invited' && (
        <Button
          isBusy={invite.isPending}
          onClick={() => invite.run({ method: 'POST', path: `/people/${id}/invite` }, `Make a new link for ${name}`)}
        >
          New link
        </Button>
      )}
      {me.ref !== id && <CopyAsCli words={['user', isDisabled ? 'enable' : 'disable', name]} />}
      {isDisabled ? (
        <Button look="main" isBusy={toggle.isPending} onClick={() => toggle.run(to('enable'), `Let ${name} sign in again`)}>
          Let sign in again
        </Button>
      ) : (
        me.ref !== id && (
          <Button look="danger" onClick={() => ask(true)}>
            Disable
          </Button>
        )
      )}
      {isAsking && (
        <ConfirmDialog
          title={`Disable ${name}?`}
          button="Disable"
          isDanger
          isBusy={toggle.isPending}
          onConfirm={() => toggle.run(to('disable'), `Disable ${name}`)}
          onClose={() => ask(false)}
        >
          Every session of theirs ends at once, here and at the applications, and nobody signs in as {name} until you let them
          again. Nothing of the person is lost.
        </ConfirmDialog>
      )}
    </>
  );
}
