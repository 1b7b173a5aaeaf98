import type { AlertDetail } from '@holdfast/contract';
import { useState } from 'react';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import type { AlertChanges } from './use-alert-changes.ts';
import { sayEntity } from './words.ts';

const TIMES = [
  { value: '1', label: 'One day' },
  { value: '7', label: 'One week' },
  { value: '30', label: 'Thirty days' },
  { value: '90', label: 'Ninety days' },
];

interface SuppressDialogProps {
  readonly alert: AlertDetail;
  readonly changes: AlertChanges;
  readonly onClose: () => void;
}

export function SuppressDialog({ alert, changes, onClose }: SuppressDialogProps) {
  const { detector, entity, application } = alert;
  const [days, setDays] = useState('7');
  const [reason, setReason] = useState('');
  const [isAboutAll, setAboutAll] = useState(false);
  const body = { detector, application, entity: isAboutAll ? null : entity, days: Number(days), reason };
  const about = isAboutAll ? [] : ['--about', `${entity.kind}:${entity.value}`];
  return (
    <FormDialog
      title="Do not tell such alerts"
      button="Do not tell"
      command={['alert', 'suppress', '--detector', detector, ...about, '--for', `${days}d`, '--reason', reason]}
      isBusy={changes.isBusy}
      onSubmit={() => {
        changes.suppress(body);
        onClose();
      }}
      onClose={onClose}
    >
      <p className="text-soft">
        What <code>{detector}</code> finds about {isAboutAll ? 'anybody' : sayEntity(entity)} is still kept and counted; nobody is
        told of it.
      </p>
      <CheckField label="About anybody" isChecked={isAboutAll} onChange={setAboutAll} />
      <SelectField label="For how long" value={days} onChange={setDays} choices={TIMES} />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  );
}
