import type { SecretGrantInput, SecretGrantView, SecretRef } from '@holdfast/contract';
import { useState } from 'react';
import type { useChange } from '../../../api/use-change.ts';
import { faultOf } from '../../../api/words.ts';
import { SelectField } from '../../../ui/fields/SelectField.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { wordOf } from '../calls.ts';

type Kind = SecretGrantInput['to']['kind'];
const KINDS = [
  { value: 'account', label: 'A service account' },
  { value: 'group', label: 'A group of people' },
  { value: 'person', label: 'A person' },
];
const DAYS = [
  { value: '7', label: 'A week' },
  { value: '30', label: 'Thirty days' },
  { value: '90', label: 'Ninety days' },
  { value: '', label: 'Until it is revoked' },
];

interface GrantDialogProps {
  readonly secret: SecretRef;
  readonly change: ReturnType<typeof useChange<SecretGrantView>>;
  readonly onClose: () => void;
}

export function GrantDialog({ secret, change: give, onClose }: GrantDialogProps) {
  const { application, environment, name } = secret;
  const [kind, setKind] = useState<Kind>('account');
  const [to, setTo] = useState('');
  const [purpose, setPurpose] = useState('');
  const [days, setDays] = useState('30');
  const body: SecretGrantInput = {
    application,
    environment,
    name,
    to: { kind, name: to.trim() },
    ...(purpose === '' ? {} : { purpose }),
    ...(days === '' ? {} : { days: Number(days) }),
  };
  const about = [...(purpose === '' ? [] : ['--purpose', purpose]), ...(days === '' ? [] : ['--expires', `${days}d`])];
  return (
    <FormDialog
      title={`Let somebody read ${name}`}
      button="Let read"
      command={['secret', 'grant', wordOf(secret), '--to', kind === 'account' ? to.trim() : `${kind}:${to.trim()}`, ...about]}
      isBusy={give.isPending}
      onSubmit={() => give.run({ method: 'POST', path: '/secret-grants', body }, `Let ${to.trim()} read ${name}`)}
      onClose={onClose}
    >
      {/* Only these are offered. */}
      <SelectField label="Who" value={kind} onChange={(value) => setKind(value as Kind)} choices={KINDS} />
      <TextField
        label="Its name"
        value={to}
        onChange={setTo}
        fault={faultOf(give.error, '/to/name') ?? faultOf(give.error, '/to')}
        required
        maxLength={254}
      />
      <TextField
        label="Only for (optional)"
        hint="The purpose that it must say, in lower-case words."
        value={purpose}
        onChange={setPurpose}
        fault={faultOf(give.error, '/purpose')}
        maxLength={64}
        pattern="[a-z0-9][a-z0-9 ._\-]*"
      />
      <SelectField label="Ends after" value={days} onChange={setDays} choices={DAYS} />
    </FormDialog>
  );
}
