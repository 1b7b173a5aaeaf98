import type { Trigger } from '@holdfast/contract';
import { SEVERITY_WORDS } from '../../../api/event-words.ts';
import { Button } from '../../../ui/Button.tsx';
import { SelectField, type Choice } from '../../../ui/fields/SelectField.tsx';
import { TextArea } from '../../../ui/fields/TextArea.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import type { Severity, TypedTrigger } from './typed-trigger.ts';

const KINDS: readonly Choice[] = [
  { value: 'incident', label: 'An incident' },
  { value: 'alert', label: 'An alert' },
  { value: 'schedule', label: 'The time' },
];
const SEVERITIES: readonly Choice[] = Object.entries(SEVERITY_WORDS).map(([value, label]) => ({ value, label }));

interface TriggerFieldsProps {
  readonly number: number;
  readonly typed: TypedTrigger;
  readonly applications: readonly string[];
  readonly onType: (typed: TypedTrigger) => void;
  readonly onRemove: () => void;
  /** What is wrong with a field, by the rest of its pointer. */
  readonly faultOf: (field: string) => string | null;
}

export function TriggerFields({ number, typed, applications, onType, onRemove, faultOf }: TriggerFieldsProps) {
  const type = (change: Partial<TypedTrigger>): void => onType({ ...typed, ...change });
  const { kind, severity, detectors, application, cron } = typed;
  return (
    <fieldset className="grid min-w-0 gap-3 rounded-md border border-line p-3 sm:grid-cols-2">
      <legend className="px-1 text-soft">Trigger {number}</legend>
      {/* The choices are the kinds, and below the severities. */}
      <SelectField label="What" value={kind} onChange={(next) => type({ kind: next as Trigger['kind'] })} choices={KINDS} />
      {kind === 'schedule' ? (
        <TextField
          label="When"
          hint="Five fields of cron, in UTC: minute, hour, day, month, day of the week."
          value={cron}
          onChange={(next) => type({ cron: next })}
          fault={faultOf('/cron')}
          required
          minLength={9}
          maxLength={100}
        />
      ) : (
        <SelectField
          label="Of at least this severity"
          value={severity}
          onChange={(next) => type({ severity: next as Severity })}
          choices={SEVERITIES}
        />
      )}
      {kind !== 'schedule' && (
        <TextArea
          label={kind === 'alert' ? 'Found by' : 'Found by (optional)'}
          hint="Rules and behaviours by their ids, with commas between them."
          value={detectors}
          onChange={(next) => type({ detectors: next })}
          fault={faultOf('/detectors')}
          required={kind === 'alert'}
        />
      )}
      {kind === 'incident' && (
        <SelectField
          label="Application"
          value={application}
          onChange={(next) => type({ application: next })}
          choices={[{ value: '', label: 'Any' }, ...applications.map((value) => ({ value, label: value }))]}
          fault={faultOf('/application')}
        />
      )}
      <div className="sm:col-span-2">
        <Button look="quiet" aria-label={`Take it away: trigger ${number}`} onClick={onRemove}>
          Take it away
        </Button>
      </div>
    </fieldset>
  );
}
