import type { ComponentProps } from 'react';
import { Field, type FieldLook } from './Field.tsx';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

interface SelectFieldProps extends FieldLook, Omit<ComponentProps<'select'>, 'onChange' | 'value'> {
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChange: (value: string) => void;
}

/** The platform's own list: right on every device, with every keyboard and for every reader. */
export function SelectField({ label, hint, fault, choices, onChange, ...rest }: SelectFieldProps) {
  const look = { label, ...(hint === undefined ? {} : { hint }), ...(fault === undefined ? {} : { fault }) };
  return (
    <Field {...look}>
      {(ids) => (
        <select className="field" {...ids} {...rest} onChange={(event) => onChange(event.target.value)}>
          {choices.map(({ value, label: words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
