import type { ClockView } from '@holdfast/contract';
import { useState } from 'react';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { SelectField } from '../../../ui/fields/SelectField.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import type { IncidentChanges } from '../use-incident-changes.ts';
import { choicesOf, CLOCK_WORDS } from '../words.ts';

interface SettleDialogProps {
  readonly clock: ClockView;
  readonly changes: IncidentChanges;
  readonly onClose: () => void;
}

const { running: _running, ...ENDS } = CLOCK_WORDS;
const CHOICES = choicesOf(ENDS);

export function SettleDialog({ clock, changes, onClose }: SettleDialogProps) {
  const [state, setState] = useState('met');
  const [reason, setReason] = useState('');
  const [at, setAt] = useState(() => new Date().toISOString().slice(0, 16));
  const filed = state === 'met' ? { at: Date.parse(`${at}:00Z`) } : {};
  const said = state === 'met' ? ['--at', `${at}:00Z`] : [];
  return (
    <FormDialog
      title={clock.title}
      button="Keep"
      command={['clock', 'settle', clock.incident, clock.id, '--state', state, ...said, '--reason', reason]}
      isBusy={changes.isBusy}
      isBlocked={filed.at !== undefined && Number.isNaN(filed.at)}
      onSubmit={() => {
        changes.settle(clock.id, { state, reason, ...filed });
        onClose();
      }}
      onClose={onClose}
    >
      <SelectField label="What became of it" value={state} onChange={setState} choices={CHOICES} />
      {state === 'met' && (
        <TextField
          label="When it was filed (UTC)"
          hint="Later than it was due counts as missed."
          type="datetime-local"
          value={at}
          onChange={setAt}
          required
        />
      )}
      <ReasonField value={reason} onChange={setReason} hint="Kept in the ledger: an authority may ask for it." />
    </FormDialog>
  );
}
