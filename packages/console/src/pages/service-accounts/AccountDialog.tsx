import type { ServiceAccountInput } from '@holdfast/contract';
import { useState } from 'react';
import { faultOf } from '../../api/words.ts';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';

interface AccountDialogProps {
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onSend: (body: ServiceAccountInput) => void;
  readonly onClose: () => void;
}

export function AccountDialog({ error, isBusy, onSend, onClose }: AccountDialogProps) {
  const [name, setName] = useState('');
  const [purpose, setPurpose] = useState('');
  const [applications, setApplications] = useState('');
  const list = applications.split(',').map((each) => each.trim());
  const body: ServiceAccountInput = { name: name.trim(), purpose, applications: list.filter((each) => each !== '') };
  return (
    <FormDialog
      title="New service account"
      button="Make it"
      command={['service', 'create', body.name, '--purpose', purpose]}
      isBusy={isBusy}
      onSubmit={() => onSend(body)}
      onClose={onClose}
    >
      <TextField
        label="Name"
        hint="Lower-case letters, digits and hyphens."
        value={name}
        onChange={setName}
        fault={faultOf(error, '/name')}
        required
        maxLength={63}
        autoComplete="off"
      />
      <TextField
        label="What it is for"
        value={purpose}
        onChange={setPurpose}
        fault={faultOf(error, '/purpose')}
        maxLength={200}
      />
      <TextField
        label="Applications it may call (optional)"
        hint="Their ids, separated by commas. Its tokens then pass the sign-in in front of them."
        value={applications}
        onChange={setApplications}
        fault={faultOf(error, '/applications')}
      />
      <p className="text-soft">You answer for it; that can be changed later.</p>
    </FormDialog>
  );
}
