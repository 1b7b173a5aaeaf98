import type { PersonChangeInput, PersonView } from '@holdfast/contract';
import { useState } from 'react';
import type { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { NO_ROLE, roleOf, ROLES } from './words.ts';

interface RightsFormProps {
  readonly person: PersonView;
  readonly change: ReturnType<typeof useChange<PersonView>>;
  readonly isFixed: boolean;
}

export function RightsForm({ person, change: { run, isPending, error }, isFixed }: RightsFormProps) {
  const [role, setRole] = useState<string>(person.role ?? '');
  const [groups, setGroups] = useState(person.groups.join(', '));
  const [mfaRequired, setMfa] = useState(person.mfaRequired);
  const list = groups.split(',').map((each) => each.trim());
  const body: PersonChangeInput = { role: roleOf(role), groups: list.filter((each) => each !== ''), mfaRequired };
  const { name, id } = person;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        run({ method: 'PATCH', path: `/people/${id}`, body }, `Change the rights of ${name}`);
      }}
    >
      <fieldset disabled={isFixed} className="flex flex-col gap-4">
        <legend className="sr-only">Rights of {name}</legend>
        <SelectField
          label="Role in Holdfast"
          value={role}
          onChange={setRole}
          choices={[NO_ROLE, ...ROLES]}
          fault={faultOf(error, '/role')}
        />
        <TextField
          label="Groups"
          hint="Separated by commas; told to applications and used in access policies."
          value={groups}
          onChange={setGroups}
          fault={faultOf(error, '/groups')}
        />
        <CheckField label="Always two factors" isChecked={mfaRequired} onChange={setMfa} />
        {!isFixed && (
          <div className="flex flex-wrap items-center gap-2">
            <Button look="main" type="submit" isBusy={isPending}>
              Save rights
            </Button>
            <CopyAsCli words={['user', 'role', name, role === '' ? 'none' : role]} />
            <span className="text-soft">Every session of theirs ends.</span>
          </div>
        )}
      </fieldset>
    </form>
  );
}
