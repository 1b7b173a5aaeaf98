import type { SecretDetail } from '@holdfast/contract';
import { useState } from 'react';
import type { useChange } from '../../../api/use-change.ts';
import { faultOf } from '../../../api/words.ts';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { wordOf } from '../calls.ts';
import { FieldRows } from './FieldRows.tsx';
import { dataOf, emptyField, repeatedName, type TypedField } from './typed-fields.ts';
import { writeOf } from './write-change.ts';

interface NewVersionDialogProps {
  readonly secret: SecretDetail;
  readonly change: ReturnType<typeof useChange<SecretDetail>>;
  readonly onClose: () => void;
}

/** The next value of a secret that is there. */
export function NewVersionDialog({ secret, change: { run, isPending, error }, onClose }: NewVersionDialogProps) {
  const [fields, setFields] = useState<readonly TypedField[]>(() =>
    (secret.fields.length === 0 ? ['value'] : secret.fields).map(emptyField),
  );
  const [note, setNote] = useState('');
  const repeated = repeatedName(fields);
  return (
    <FormDialog
      title={`New version of ${secret.name}`}
      button="Write it"
      command={['secret', 'set', wordOf(secret)]}
      isBusy={isPending}
      isBlocked={repeated !== null}
      onSubmit={() => {
        const body = { data: dataOf(fields), cas: secret.currentVersion ?? 0, note };
        run(writeOf(secret, body), `Write ${secret.name}`);
      }}
      onClose={onClose}
    >
      <p className="text-soft">
        It holds these fields and no others, and is given from then on. Version {secret.currentVersion ?? secret.latestVersion} is
        kept.
      </p>
      <FieldRows
        fields={fields}
        onChange={setFields}
        fault={repeated === null ? faultOf(error, '/data') : `“${repeated}” is there twice`}
      />
      <ReasonField value={note} onChange={setNote} fault={faultOf(error, '/note')} hint="Stands beside the version." />
    </FormDialog>
  );
}
