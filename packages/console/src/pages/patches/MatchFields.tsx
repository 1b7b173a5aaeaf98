import { faultOf } from '../../api/words.ts';
import { SelectField, type Choice } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import type { TypedPatch } from './typed-patch.ts';

const KINDS = [
  { value: 'attack', label: 'an attack of one class' },
  { value: 'constraint', label: 'every value that is not as it should be' },
  { value: 'absent', label: 'every request that has the parameter' },
  { value: 'deny', label: 'every request to the route' },
];
const TYPES = ['', 'integer', 'number', 'uuid', 'date', 'boolean'].map((value) => ({
  value,
  label: value === '' ? 'any type' : value,
}));

interface MatchFieldsProps {
  readonly typed: TypedPatch;
  readonly type: (change: Partial<TypedPatch>) => void;
  readonly error: unknown;
  readonly groups: readonly Choice[];
  readonly locations: readonly Choice[];
}

/** What stops a request, and in which of its places. */
export function MatchFields({ typed, type, error, groups, locations }: MatchFieldsProps) {
  const { kind } = typed;
  return (
    <>
      <SelectField
        label="Stop"
        value={kind}
        // The choices are those of the match.
        onChange={(next) => type({ kind: next as TypedPatch['kind'] })}
        choices={KINDS}
        fault={faultOf(error, '/match')}
      />
      {kind !== 'deny' && (
        <>
          <SelectField
            label="In"
            value={typed.location}
            onChange={(location) => type({ location })}
            choices={locations}
            fault={faultOf(error, '/location')}
          />
          <TextField
            label="Parameter"
            hint="A name, /items/{}/id in JSON, or the number of a path segment. Empty: all of them."
            value={typed.parameter}
            onChange={(parameter) => type({ parameter })}
            fault={faultOf(error, '/parameter')}
            maxLength={256}
          />
        </>
      )}
      {kind === 'attack' && (
        <SelectField label="Class of attack" value={typed.group} onChange={(group) => type({ group })} choices={groups} />
      )}
      {kind === 'constraint' && <ConstraintFields typed={typed} type={type} error={error} />}
    </>
  );
}

function ConstraintFields({ typed, type, error }: Pick<MatchFieldsProps, 'typed' | 'type' | 'error'>) {
  return (
    <>
      <SelectField
        label="It must be of type"
        value={typed.type}
        onChange={(next) => type({ type: next })}
        choices={TYPES}
        fault={faultOf(error, '/match/type')}
      />
      <TextField
        label="It must be one of (optional)"
        hint="With commas between"
        value={typed.choices}
        onChange={(choices) => type({ choices })}
        fault={faultOf(error, '/match/choices')}
      />
      <TextField
        label="At most so many characters (optional)"
        inputMode="numeric"
        value={typed.lengthMax}
        onChange={(lengthMax) => type({ lengthMax })}
        fault={faultOf(error, '/match/lengthMax')}
      />
      <TextField
        label="No other characters than (optional)"
        hint="For example [A-Za-z0-9 _-]"
        value={typed.characters}
        onChange={(characters) => type({ characters })}
        fault={faultOf(error, '/match/characters')}
      />
    </>
  );
}
