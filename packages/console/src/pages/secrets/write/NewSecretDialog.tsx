import type { ApplicationView, SecretDetail, SecretRef } from '@holdfast/contract';
import { useId, useState } from 'react';
import type { useChange } from '../../../api/use-change.ts';
import { faultOf } from '../../../api/words.ts';
import { SelectField } from '../../../ui/fields/SelectField.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { wordOf } from '../calls.ts';
import { ENVIRONMENTS, SHARED } from '../words.ts';
import { FieldRows } from './FieldRows.tsx';
import { dataOf, emptyField, repeatedName, type TypedField } from './typed-fields.ts';
import { writeOf } from './write-change.ts';

interface NewSecretDialogProps {
  readonly applications: readonly ApplicationView[];
  readonly first: Partial<SecretRef>;
  readonly change: ReturnType<typeof useChange<SecretDetail>>;
  readonly onClose: () => void;
}

export function NewSecretDialog({ applications, first, change: { run, isPending, error }, onClose }: NewSecretDialogProps) {
  const [ref, setRef] = useState<SecretRef>({
    application: first.application ?? applications[0]?.application.id ?? SHARED,
    environment: first.environment ?? 'production',
    name: '',
  });
  const [fields, setFields] = useState<readonly TypedField[]>(() => [emptyField('value')]);
  const repeated = repeatedName(fields);
  const set = (part: Partial<SecretRef>): void => setRef({ ...ref, ...part });
  return (
    <FormDialog
      title="New secret"
      button="Write it"
      command={['secret', 'set', wordOf(ref)]}
      isBusy={isPending}
      isBlocked={repeated !== null}
      onSubmit={() => {
        // Based on none: one that is there already is not overwritten from here.
        run(writeOf(ref, { data: dataOf(fields), cas: 0 }), `Write ${ref.name}`);
      }}
      onClose={onClose}
    >
      <Where applications={applications} place={ref} onChange={set} error={error} />
      <FieldRows
        fields={fields}
        onChange={setFields}
        fault={repeated === null ? faultOf(error, '/data') : `“${repeated}” is there twice`}
      />
    </FormDialog>
  );
}

interface WhereProps {
  readonly applications: readonly ApplicationView[];
  readonly place: SecretRef;
  readonly onChange: (part: Partial<SecretRef>) => void;
  readonly error: unknown;
}

function Where({ applications, place, onChange, error }: WhereProps) {
  const id = useId();
  const choices = applications.map(({ application: { id: value, name: label } }) => ({ value, label }));
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Application"
          value={place.application}
          onChange={(application) => onChange({ application })}
          choices={[...choices, { value: SHARED, label: 'Shared by all' }]}
          fault={faultOf(error, '/application')}
        />
        <TextField
          label="Environment"
          value={place.environment}
          onChange={(environment) => onChange({ environment })}
          fault={faultOf(error, '/environment')}
          list={id}
          required
          maxLength={63}
          pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
          autoComplete="off"
        />
        <datalist id={id}>
          {ENVIRONMENTS.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </datalist>
      </div>
      <TextField
        label="Name"
        hint="As programs know it: DATABASE_URL, or parts with slashes between them."
        value={place.name}
        onChange={(name) => onChange({ name })}
        fault={faultOf(error, '/name')}
        required
        maxLength={256}
        pattern="[\w.\-/]+"
        autoComplete="off"
        spellCheck={false}
      />
    </>
  );
}
