import type { AlertDetail, AlertVerdict } from '@holdfast/contract';
import { useState } from 'react';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import type { AlertChanges } from './use-alert-changes.ts';
import { VERDICT_WORDS } from './words.ts';

const VERDICTS = Object.entries(VERDICT_WORDS).map(([value, label]) => ({ value, label }));

interface AlertCloseDialogProps {
  readonly alert: AlertDetail;
  readonly changes: AlertChanges;
  readonly onClose: () => void;
}

export function AlertCloseDialog({ alert, changes, onClose }: AlertCloseDialogProps) {
  const [verdict, setVerdict] = useState<AlertVerdict>('true-positive');
  const [reason, setReason] = useState('');
  return (
    <FormDialog
      title="Close the alert"
      button="Close"
      command={['alert', 'close', alert.id, '--verdict', verdict, '--reason', reason]}
      isBusy={changes.isBusy}
      onSubmit={() => {
        changes.close(verdict, reason);
        onClose();
      }}
      onClose={onClose}
    >
      <SelectField
        label="What it was"
        value={verdict}
        // The choices are the verdicts.
        onChange={(next) => setVerdict(next as AlertVerdict)}
        choices={VERDICTS}
      />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
