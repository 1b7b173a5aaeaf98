import type { ApplicationView } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { ConfirmDialog } from '../../ui/overlay/ConfirmDialog.tsx';
import { ModeBadge } from './ModeBadge.tsx';

/** From recording to refusing and back. To refuse is done at once; to record only is confirmed. */
export function ModeControl({ view }: { readonly view: ApplicationView }) {
  const { application, revision } = view;
  const { may } = useMe();
  const [isOpen, open] = useState(false);
  const change = useChange<ApplicationView>({
    name: 'application.mode',
    onDone: () => open(false),
    says: ({ application: now }) => (now.mode === 'enforce' ? 'Attacks are refused now.' : 'Attacks are recorded only now.'),
  });
  const isEnforcing = application.mode === 'enforce';
  const mode = isEnforcing ? 'monitor' : 'enforce';
  const button = isEnforcing ? 'Record only' : 'Enforce';
  const set = (): void =>
    change.run(
      { method: 'PUT', path: `/applications/${application.id}/mode`, body: { mode }, revision },
      `${button}: ${application.name}`,
    );
  return (
    <>
      <ModeBadge application={application} />
      <CopyAsCli words={['app', 'mode', application.id, mode]} />
      {may('mode:write') && (
        <Button look={isEnforcing ? 'plain' : 'main'} onClick={() => open(true)}>
          {button}
        </Button>
      )}
      {isOpen && (
        <ConfirmDialog
          title={isEnforcing ? 'Only record attacks?' : 'Refuse attacks?'}
          button={button}
          isDanger={isEnforcing}
          isBusy={change.isPending}
          onConfirm={set}
          onClose={() => open(false)}
        >
          {isEnforcing ? (
            <p>Attacks on {application.name} reach it again. They are still found and recorded.</p>
          ) : (
            <p>
              What was recorded so far as “would block” is refused from now on, for everybody at once. The tuning inbox can begin
              with a share of the visitors instead, and takes it back by itself.
            </p>
          )}
        </ConfirmDialog>
      )}
    </>
  );
}
