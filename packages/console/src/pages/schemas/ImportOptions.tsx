import { CheckField } from '../../ui/fields/CheckField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import type { TypedOptions } from './typed-import.ts';

const POLICIES = [
  { value: '', label: 'As the document says' },
  { value: 'refuse', label: 'Refuse' },
  { value: 'record', label: 'Record' },
  { value: 'pass', label: 'Pass' },
];

interface ImportOptionsProps {
  readonly options: TypedOptions;
  readonly onChange: (options: TypedOptions) => void;
}

/** What a document leaves open, or says in a way that cannot be taken. */
export function ImportOptions({ options, onChange }: ImportOptionsProps) {
  return (
    <div className="grid gap-4 md:grid-cols-3">
      <SelectField
        label="Names that it does not list"
        value={options.unknown}
        onChange={(unknown) => onChange({ ...options, unknown })}
        choices={POLICIES}
      />
      <SelectField
        label="Paths that it does not list"
        value={options.routes}
        onChange={(routes) => onChange({ ...options, routes })}
        choices={POLICIES}
      />
      <TextField
        label="Path of its server (optional)"
        hint="Such as /api; otherwise its servers say so."
        value={options.server}
        onChange={(server) => onChange({ ...options, server })}
        maxLength={512}
      />
      <div className="md:col-span-3">
        <CheckField
          label="Leave out what cannot be checked"
          hint="Otherwise a document with a pattern or a keyword that nobody checks is refused. What is left out is told."
          isChecked={options.partly}
          onChange={(partly) => onChange({ ...options, partly })}
        />
      </div>
    </div>
  );
}
