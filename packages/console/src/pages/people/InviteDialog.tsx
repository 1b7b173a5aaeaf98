import type { PersonInput, PersonLink } from '@holdfast/contract';
import { useState } from 'react';
import type { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { NO_ROLE, roleOf, ROLES } from './words.ts';

interface InviteDialogProps {
  readonly change: ReturnType<typeof useChange<PersonLink>>;
  readonly onClose: () => void;
}

const EMPTY = { name: '', email: '', role: '', groups: '', mfaRequired: false };

function inputOf({ name, email, role, groups, mfaRequired }: typeof EMPTY): PersonInput {
  const list = groups.split(',').map((each) => each.trim());
  return {
    name: name.trim(),
    ...(email.trim() === '' ? {} : { email: email.trim() }),
    role: roleOf(role),
    groups: list.filter((each) => each !== ''),
    mfaRequired,
  };
}

const commandOf = ({ name, email, role, groups = [], mfaRequired }: PersonInput): string[] => [
  'user',
  'invite',
  name,
  ...(role === null || role === undefined ? [] : ['--role', role]),
  ...(email === undefined ? [] : ['--email', email]),
  ...groups.flatMap((group) => ['--group', group]),
  ...(mfaRequired === true ? ['--mfa'] : []),
];

export function InviteDialog({ change: { run, isPending, error }, onClose }: InviteDialogProps) {
  const [form, fill] = useState(EMPTY);
  const set = (change: Partial<typeof EMPTY>): void => fill({ ...form, ...change });
  const body = inputOf(form);
  return (
    <FormDialog
      title="Invite somebody"
      button="Invite"
      command={commandOf(body)}
      isBusy={isPending}
      onSubmit={() => run({ method: 'POST', path: '/people', body }, `Invite ${body.name}`)}
      onClose={onClose}
    >
      <TextField
        label="Name"
        hint="What the person types to sign in."
        value={form.name}
        onChange={(name) => set({ name })}
        fault={faultOf(error, '/name')}
        required
        maxLength={64}
        autoComplete="off"
      />
      <TextField
        label="E-mail (optional)"
        hint="The link and later notices go there; without it you hand over the link yourself."
        type="email"
        value={form.email}
        onChange={(email) => set({ email })}
        fault={faultOf(error, '/email')}
        maxLength={254}
        autoComplete="off"
      />
      <SelectField label="Role" value={form.role} onChange={(role) => set({ role })} choices={[NO_ROLE, ...ROLES]} />
      <TextField
        label="Groups (optional)"
        hint="Separated by commas; told to applications and used in access policies."
        value={form.groups}
        onChange={(groups) => set({ groups })}
        fault={faultOf(error, '/groups')}
      />
      <CheckField
        label="Always two factors"
        hint="Roles need them anyway; this asks for them at every application."
        isChecked={form.mfaRequired}
        onChange={(mfaRequired) => set({ mfaRequired })}
      />
    </FormDialog>
  );
}
