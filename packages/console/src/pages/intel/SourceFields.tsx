import type { IndicatorAction, IndicatorKind, SourceFormat } from '@holdfast/contract';
import { faultOf } from '../../api/words.ts';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { hasKind, type TypedSource } from './typed-source.ts';
import { ACTION_WORDS, choicesOf, FORMAT_WORDS, KIND_WORDS } from './words.ts';

const EVERY = [
  { value: '15', label: 'Every quarter of an hour' },
  { value: '60', label: 'Every hour' },
  { value: '1440', label: 'Every day' },
];

interface SourceFieldsProps {
  readonly typed: TypedSource;
  readonly onType: (typed: TypedSource) => void;
  readonly error: unknown;
}

export function SourceFields({ typed, onType, error }: SourceFieldsProps) {
  const { format } = typed;
  const put = (change: Partial<TypedSource>): void => onType({ ...typed, ...change });
  const field = (name: 'name' | 'url' | 'column' | 'collection') => ({
    value: typed[name],
    onChange: (value: string) => put({ [name]: value }),
    fault: faultOf(error, `/${name}`),
  });
  // The choices of the lists are the values of their types.
  return (
    <>
      <TextField label="Name" required maxLength={128} {...field('name')} />
      <SelectField
        label="Format"
        value={format}
        onChange={(next) => put({ format: next as SourceFormat })}
        choices={choicesOf(FORMAT_WORDS)}
      />
      <TextField
        label="Address"
        hint="https://… or file:…; empty = somebody brings its text."
        maxLength={1024}
        {...field('url')}
      />
      {hasKind(format) && (
        <SelectField
          label="What it lists"
          value={typed.kind}
          onChange={(next) => put({ kind: next as IndicatorKind })}
          choices={choicesOf(KIND_WORDS)}
        />
      )}
      {format === 'csv' && <TextField label="Column" hint="Its name, or its number from 1." {...field('column')} />}
      {format === 'taxii' && <TextField label="Collection" required {...field('collection')} />}
      <SelectField
        label="A match"
        value={typed.action}
        onChange={(next) => put({ action: next as IndicatorAction })}
        choices={choicesOf(ACTION_WORDS)}
      />
      <SelectField label="Read" value={typed.every} onChange={(every) => put({ every })} choices={EVERY} />
    </>
  );
}
