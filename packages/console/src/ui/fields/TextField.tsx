import type { ComponentProps } from 'react';
import { Field, type FieldLook } from './Field.tsx';

interface TextFieldProps extends FieldLook, Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function TextField({ label, hint, fault, onChange, className, ...rest }: TextFieldProps) {
  const look = { label, ...(hint === undefined ? {} : { hint }), ...(fault === undefined ? {} : { fault }) };
  return (
    <Field {...look}>
      {(ids) => (
        <input className={`field ${className ?? ''}`} {...ids} {...rest} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
