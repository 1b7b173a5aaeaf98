import type { SecretDetail } from '@holdfast/contract';
import { useState } from 'react';
import type { useChange } from '../../../api/use-change.ts';
import { faultOf } from '../../../api/words.ts';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { secretPath, wordOf } from '../calls.ts';

export interface VersionDialogProps {
  readonly secret: SecretDetail;
  readonly version: number;
  readonly change: ReturnType<typeof useChange<SecretDetail>>;
  readonly onClose: () => void;
}

/** An earlier value becomes the current one again, as a version of its own. */
export function RollbackDialog({ secret, version, change: { run, isPending, error }, onClose }: VersionDialogProps) {
  const [note, setNote] = useState('');
  return (
    <FormDialog
      title={`Go back to version ${version}`}
      button="Go back"
      command={['secret', 'rollback', wordOf(secret), '--to', String(version)]}
      isBusy={isPending}
      onSubmit={() => {
        const body = { version, note };
        run({ method: 'POST', path: secretPath(secret, '/rollback'), body }, `Go back to version ${version} of ${secret.name}`);
      }}
      onClose={onClose}
    >
      <p className="text-soft">
        What version {version} holds is written as version {secret.latestVersion + 1} and given from then on. Version{' '}
        {secret.currentVersion} is kept. What the value opens is not changed: if the password was changed there too, it must be
        changed back.
      </p>
      <ReasonField value={note} onChange={setNote} fault={faultOf(error, '/note')} hint="Stands beside the version." />
    </FormDialog>
  );
}
