import { useId, type ReactNode } from 'react';

export interface FieldLook {
  readonly label: string;
  readonly hint?: string;
  /** What is wrong with it, from the API. */
  readonly fault?: string | null;
}

interface Ids {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
}

interface FieldProps extends FieldLook {
  /** Draws the control with the ids that tie label, hint and fault to it. */
  readonly children: (ids: Ids) => ReactNode;
}

export function Field({ label, hint, fault = null, children }: FieldProps) {
  const id = useId();
  const described = [hint === undefined ? '' : `${id}-hint`, fault === null ? '' : `${id}-fault`].filter((each) => each !== '');
  const ids: Ids = {
    id,
    ...(described.length === 0 ? {} : { 'aria-describedby': described.join(' ') }),
    ...(fault === null ? {} : { 'aria-invalid': true }),
  };
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {children(ids)}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1 text-[0.8125rem] text-soft">
          {hint}
        </p>
      )}
      {fault !== null && (
        <p id={`${id}-fault`} className="mt-1 text-[0.8125rem] font-medium text-stop">
          {fault}
        </p>
      )}
    </div>
  );
}
