import type { Permission, ServiceAccountView, TokenInput } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { faultOf } from '../../api/words.ts';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';

const DAYS = [
  { value: '7', label: 'A week' },
  { value: '30', label: 'Thirty days' },
  { value: '90', label: 'Ninety days' },
  { value: '365', label: 'A year' },
];

interface TokenDialogProps {
  readonly account: ServiceAccountView;
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onSend: (body: TokenInput) => void;
  readonly onClose: () => void;
}

export function TokenDialog({ account, error, isBusy, onSend, onClose }: TokenDialogProps) {
  const { me } = useMe();
  const [name, setName] = useState('');
  const [days, setDays] = useState('30');
  const [cidrs, setCidrs] = useState('');
  const [chosen, choose] = useState<readonly string[]>([]);
  const places = cidrs.split(',').map((each) => each.trim());
  const body: TokenInput = {
    name,
    account: account.id,
    // Only rights of the catalogue are offered below.
    permissions: chosen as readonly Permission[] as Permission[],
    cidrs: places.filter((each) => each !== ''),
    days: Number(days),
  };
  const command = [
    'token',
    'create',
    '--name',
    name,
    '--account',
    account.name,
    ...chosen.flatMap((each) => ['--permission', each]),
  ];
  return (
    <FormDialog
      title={`New token for ${account.name}`}
      button="Issue"
      command={[...command, '--for', `${days}d`]}
      isBusy={isBusy}
      onSubmit={() => onSend(body)}
      onClose={onClose}
    >
      <TextField label="Name" value={name} onChange={setName} fault={faultOf(error, '/name')} required maxLength={100} />
      <fieldset>
        <legend className="mb-1 font-medium">What it may do</legend>
        <p className="mb-1 text-[0.8125rem] text-soft">The least that works. You can give only what you may do yourself.</p>
        <div className="grid max-h-56 gap-x-4 overflow-y-auto rounded-md border border-line px-3 py-2 sm:grid-cols-2">
          {me.permissions.map((permission) => (
            <CheckField
              key={permission}
              label={permission}
              isChecked={chosen.includes(permission)}
              onChange={(isOn) => choose(isOn ? [...chosen, permission] : chosen.filter((each) => each !== permission))}
            />
          ))}
        </div>
      </fieldset>
      <TextField
        label="Good from (optional)"
        hint="Addresses or networks, separated by commas: 203.0.113.0/24. Empty = anywhere."
        value={cidrs}
        onChange={setCidrs}
        fault={faultOf(error, '/cidrs')}
      />
      <SelectField label="Ends after" value={days} onChange={setDays} choices={DAYS} />
    </FormDialog>
  );
}
