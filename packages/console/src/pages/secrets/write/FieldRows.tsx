import { useId, type ClipboardEvent } from 'react';
import { Button } from '../../../ui/Button.tsx';
import { classes } from '../../../ui/classes.ts';
import { generateValue } from './generate.ts';
import { emptyField, type TypedField } from './typed-fields.ts';

interface FieldRowsProps {
  readonly fields: readonly TypedField[];
  readonly onChange: (fields: readonly TypedField[]) => void;
  readonly fault: string | null;
}

/** Names and values of one version. A value is masked as it is typed, and seen when asked for. */
export function FieldRows({ fields, onChange, fault }: FieldRowsProps) {
  const id = useId();
  const change = (at: number, part: Partial<TypedField>): void =>
    onChange(fields.map((field, index) => (index === at ? { ...field, ...part } : field)));
  return (
    <fieldset className="min-w-0" {...(fault === null ? {} : { 'aria-describedby': id })}>
      <legend className="mb-1 font-medium">What it holds</legend>
      <ul className="flex flex-col gap-3">
        {fields.map((field, index) => (
          <FieldRow
            key={field.key}
            field={field}
            onChange={(part) => change(index, part)}
            onRemove={fields.length === 1 ? null : () => onChange(fields.filter((_, at) => at !== index))}
          />
        ))}
      </ul>
      {fault !== null && (
        <p id={id} className="mt-1 text-[0.8125rem] font-medium text-stop">
          {fault}
        </p>
      )}
      <Button look="quiet" className="mt-1 !px-1" onClick={() => onChange([...fields, emptyField('')])}>
        Add a field
      </Button>
    </fieldset>
  );
}

interface FieldRowProps {
  readonly field: TypedField;
  readonly onChange: (part: Partial<TypedField>) => void;
  readonly onRemove: (() => void) | null;
}

function FieldRow({ field, onChange, onRemove }: FieldRowProps) {
  const id = useId();
  const { name, isSeen } = field;
  const say = name === '' ? 'this field' : name;
  return (
    <li className="rounded-md border border-line p-3">
      <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
        <div className="min-w-32 flex-1">
          <label htmlFor={`${id}-name`} className="mb-0.5 block text-[0.8125rem] text-soft">
            Field
          </label>
          <input
            id={`${id}-name`}
            className="field font-mono"
            value={name}
            onChange={(event) => onChange({ name: event.target.value })}
            required
            maxLength={256}
            autoComplete="off"
            spellCheck={false}
          />
        </div>
        <span className="flex flex-wrap">
          <Button
            look="quiet"
            className="!px-2"
            aria-label={`Generate ${say}`}
            onClick={() => onChange({ value: generateValue(), isLong: false })}
          >
            Generate
          </Button>
          <Button
            look="quiet"
            className="!px-2"
            aria-label={`${isSeen ? 'Mask' : 'Show'} ${say}`}
            onClick={() => onChange({ isSeen: !isSeen })}
          >
            {isSeen ? 'Mask' : 'Show'}
          </Button>
          {onRemove !== null && (
            <Button look="quiet" className="!px-2" aria-label={`Remove ${say}`} onClick={onRemove}>
              Remove
            </Button>
          )}
        </span>
      </div>
      <label htmlFor={`${id}-value`} className="mt-2 mb-0.5 block text-[0.8125rem] text-soft">
        Value
      </label>
      <ValueInput id={`${id}-value`} field={field} onChange={onChange} />
    </li>
  );
}

interface ValueInputProps {
  readonly id: string;
  readonly field: TypedField;
  readonly onChange: (part: Partial<TypedField>) => void;
}

function ValueInput({ id, field: { value, isSeen, isLong }, onChange }: ValueInputProps) {
  const look = { id, value, required: true, autoComplete: 'off', spellCheck: false } as const;
  if (isLong) {
    return (
      <textarea
        {...look}
        rows={5}
        className={classes('field py-2 font-mono text-[0.8125rem]', !isSeen && 'masked')}
        onChange={(event) => onChange({ value: event.target.value })}
      />
    );
  }
  // An input would join the lines of a key without a word.
  const onPaste = (event: ClipboardEvent): void => {
    const text = event.clipboardData.getData('text/plain');
    if (!text.trimEnd().includes('\n')) return;
    event.preventDefault();
    onChange({ value: text, isLong: true });
  };
  return (
    <input
      {...look}
      type={isSeen ? 'text' : 'password'}
      className="field font-mono"
      onPaste={onPaste}
      onChange={(event) => onChange({ value: event.target.value })}
    />
  );
}
