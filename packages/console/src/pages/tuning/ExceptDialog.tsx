import type { CardExceptionsInput, TuningCard } from '@holdfast/contract';
import { useState } from 'react';
import { faultOf } from '../../api/words.ts';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';

const DAYS = [
  { value: '7', label: 'A week' },
  { value: '30', label: 'Thirty days' },
  { value: '90', label: 'Ninety days' },
  { value: '365', label: 'A year' },
];

interface ExceptDialogProps {
  readonly card: TuningCard;
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onSend: (body: CardExceptionsInput) => void;
  readonly onClose: () => void;
}

export function ExceptDialog({ card, error, isBusy, onSend, onClose }: ExceptDialogProps) {
  const [reason, setReason] = useState('');
  const [days, setDays] = useState('90');
  return (
    <FormDialog
      title="Except this place"
      button="Except"
      command={['tune', 'suggest', '--apply', card.id, '--reason', reason, '--for', `${days}d`]}
      isBusy={isBusy}
      onSubmit={() => onSend({ cards: [card.id], reason, days: Number(days) })}
      onClose={onClose}
    >
      <KeyValues
        items={[
          ['Rule', <code key="rule">{card.rule}</code>],
          ['Route', <code key="route">{`${card.method} ${card.route}`}</code>],
          ['Field', <code key="field">{`${card.location ?? ''} ${card.parameter}`}</code>],
          ['Lost', 'Attacks of this kind in this one field pass from then on. Every other rule and place stays.'],
        ]}
      />
      <ReasonField value={reason} onChange={setReason} fault={faultOf(error, '/reason')} />
      <SelectField label="Ends after" value={days} onChange={setDays} choices={DAYS} />
    </FormDialog>
  );
}
