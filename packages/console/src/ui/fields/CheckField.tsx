import { useId } from 'react';

interface CheckFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

export function CheckField({ label, hint, isChecked, onChange }: CheckFieldProps) {
  const id = useId();
  return (
    <div>
      <label className="flex items-start gap-2.5 py-1">
        <input
          type="checkbox"
          className="mt-1 size-4 accent-act"
          checked={isChecked}
          onChange={(event) => onChange(event.target.checked)}
          {...(hint === undefined ? {} : { 'aria-describedby': id })}
        />
        <span>{label}</span>
      </label>
      {hint !== undefined && (
        <p id={id} className="ms-6.5 text-[0.8125rem] text-soft">
          {hint}
        </p>
      )}
    </div>
  );
}
