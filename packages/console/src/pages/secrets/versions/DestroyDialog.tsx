import { useState } from 'react';
import { CheckField } from '../../../ui/fields/CheckField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { secretPath, wordOf } from '../calls.ts';
import type { VersionDialogProps } from './RollbackDialog.tsx';

/** For good: asked twice. */
export function DestroyDialog({ secret, version, change: { run, isPending }, onClose }: VersionDialogProps) {
  const [isSure, setSure] = useState(false);
  return (
    <FormDialog
      title={`Destroy version ${version}?`}
      button="Destroy"
      command={['secret', 'destroy', wordOf(secret), '--version', String(version)]}
      isDanger
      isBusy={isPending}
      isBlocked={!isSure}
      onSubmit={() => {
        const body = { versions: [version] };
        run({ method: 'POST', path: secretPath(secret, '/destroy'), body }, `Destroy version ${version} of ${secret.name}`);
      }}
      onClose={onClose}
    >
      <p className="text-soft">
        Its value is removed from the store and nothing brings it back; that it was there stays in the list.
        {version === secret.currentVersion && ' It is the current one: programs that read the secret get nothing from then on.'}
      </p>
      <CheckField label="Nobody needs this value any more" isChecked={isSure} onChange={setSure} />
    </FormDialog>
  );
}
