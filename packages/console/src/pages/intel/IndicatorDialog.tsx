import type { IndicatorAction, IndicatorKind, IndicatorView } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { ACTION_WORDS, choicesOf, KIND_WORDS } from './words.ts';

const TIMES = [
  { value: '1', label: 'One day' },
  { value: '7', label: 'One week' },
  { value: '30', label: 'Thirty days' },
  { value: '365', label: 'One year' },
];

/** An entry of our own, which nobody else lists. */
export function IndicatorDialog({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState<IndicatorKind>('address');
  const [value, setValue] = useState('');
  const [action, setAction] = useState<IndicatorAction>('watch');
  const [days, setDays] = useState('30');
  const [reason, setReason] = useState('');
  const add = useChange<IndicatorView>({
    name: 'intel.indicator.add',
    says: (made) => `${made.value} is watched for.`,
    undo: ({ id }) => ({ method: 'DELETE', path: `/intel/indicators/${encodeURIComponent(id)}` }),
    onDone: onClose,
    showsFaults: true,
  });
  const body = { kind, value: value.trim(), action, days: Number(days), reason };
  return (
    <FormDialog
      title="Add an entry"
      button="Add"
      command={[
        'intel',
        'indicator',
        'add',
        value.trim(),
        '--kind',
        kind,
        '--action',
        action,
        '--for',
        `${days}d`,
        '--reason',
        reason,
      ]}
      isBusy={add.isPending}
      onSubmit={() => add.run({ method: 'POST', path: '/intel/indicators', body }, `Add ${body.value}`)}
      onClose={onClose}
    >
      {/* The choices of these are the values of their types. */}
      <SelectField
        label="Kind"
        value={kind}
        onChange={(next) => setKind(next as IndicatorKind)}
        choices={choicesOf(KIND_WORDS)}
      />
      <TextField label="Entry" value={value} onChange={setValue} required maxLength={2048} fault={faultOf(add.error, '/value')} />
      <SelectField
        label="A match"
        value={action}
        onChange={(next) => setAction(next as IndicatorAction)}
        choices={choicesOf(ACTION_WORDS)}
      />
      <SelectField label="For how long" value={days} onChange={setDays} choices={TIMES} />
      <ReasonField value={reason} onChange={setReason} fault={faultOf(add.error, '/reason')} />
    </FormDialog>
  );
}
