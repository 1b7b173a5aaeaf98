import type { ComponentProps } from 'react';
import { Field, type FieldLook } from './Field.tsx';

interface TextAreaProps extends FieldLook, Omit<ComponentProps<'textarea'>, 'onChange' | 'value'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function TextArea({ label, hint, fault, onChange, className, ...rest }: TextAreaProps) {
  const look = { label, ...(hint === undefined ? {} : { hint }), ...(fault === undefined ? {} : { fault }) };
  return (
    <Field {...look}>
      {(ids) => (
        <textarea
          className={`field py-2 ${className ?? ''}`}
          rows={4}
          {...ids}
          {...rest}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
