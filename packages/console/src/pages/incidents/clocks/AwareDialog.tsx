import type { IncidentDetail } from '@holdfast/contract';
import { useState } from 'react';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import type { IncidentChanges } from '../use-incident-changes.ts';

interface AwareDialogProps {
  readonly incident: IncidentDetail;
  readonly changes: IncidentChanges;
  readonly onClose: () => void;
}

export function AwareDialog({ incident, changes, onClose }: AwareDialogProps) {
  const [at, setAt] = useState(new Date(incident.openedAt).toISOString().slice(0, 16));
  const [reason, setReason] = useState('');
  const awareAt = Date.parse(`${at}:00Z`);
  return (
    <FormDialog
      title="Personal data is concerned"
      button="Start the clocks"
      command={['clock', 'start', incident.id, '--aware', `${at}:00Z`, '--reason', reason]}
      isBusy={changes.isBusy}
      isBlocked={Number.isNaN(awareAt)}
      onSubmit={() => {
        changes.aware(awareAt, reason);
        onClose();
      }}
      onClose={onClose}
    >
      <TextField
        label="Since when somebody knew (UTC)"
        hint="The clocks of the law count from here."
        type="datetime-local"
        value={at}
        onChange={setAt}
        required
      />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
