import type { RotationPlan, SecretDetail } from '@holdfast/contract';
import { useState } from 'react';
import { faultOf } from '../../../api/words.ts';
import { Button } from '../../../ui/Button.tsx';
import { SelectField } from '../../../ui/fields/SelectField.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { wordOf } from '../calls.ts';
import { fieldsOf, planBody, planCommand, typedPlan, type TypedPlan } from './typed-plan.ts';
import type { usePlanChanges } from './use-plan-changes.ts';
import { ROTATOR_WORDS } from './words.ts';

const ROTATORS = Object.entries(ROTATOR_WORDS).map(([value, label]) => ({ value, label }));

interface PlanDialogProps {
  readonly secret: SecretDetail;
  readonly plan: RotationPlan | null;
  readonly changes: ReturnType<typeof usePlanChanges>;
  readonly onClose: () => void;
}

/** How, and how often. */
export function PlanDialog({ secret, plan, changes: { save, remove }, onClose }: PlanDialogProps) {
  const [typed, type] = useState<TypedPlan>(() => typedPlan(plan));
  const set = (part: Partial<TypedPlan>): void => type({ ...typed, ...part });
  return (
    <FormDialog
      title={`Rotation of ${secret.name}`}
      button="Save"
      command={planCommand(wordOf(secret), typed)}
      isBusy={save.isPending}
      onSubmit={() =>
        save.run({ method: 'PUT', path: '/rotation-plans', body: planBody(secret, typed) }, `Rotate ${secret.name} by itself`)
      }
      onClose={onClose}
    >
      <SelectField
        label="What changes"
        value={typed.rotator}
        // Only these are offered.
        onChange={(rotator) => set({ rotator: rotator as TypedPlan['rotator'] })}
        choices={ROTATORS}
      />
      {fieldsOf(typed.rotator).map(({ name, label, hint, pointer }) => (
        <TextField
          key={name}
          label={label}
          hint={hint}
          value={typed[name]}
          onChange={(text) => set({ [name]: text })}
          fault={faultOf(save.error, `/settings${pointer}`)}
          required
          autoComplete="off"
        />
      ))}
      <When typed={typed} error={save.error} onChange={set} />
      {plan !== null && (
        <p>
          <Button
            look="danger"
            isBusy={remove.isPending}
            onClick={() => remove.run({ method: 'DELETE', path: planPath(secret) }, `Change ${secret.name} by hand only`)}
          >
            Change it by hand only
          </Button>
        </p>
      )}
    </FormDialog>
  );
}

interface WhenProps {
  readonly typed: TypedPlan;
  readonly error: unknown;
  readonly onChange: (part: Partial<TypedPlan>) => void;
}

function When({ typed, error, onChange }: WhenProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        label="Every so many days"
        hint="Empty = only when somebody says so."
        type="number"
        min={1}
        max={3650}
        value={typed.everyDays}
        onChange={(everyDays) => onChange({ everyDays })}
        fault={faultOf(error, '/everyDays')}
      />
      <TextField
        label="Both are good for, in minutes"
        hint="A program has this long to ask again."
        type="number"
        min={0}
        max={43_200}
        required
        value={typed.overlapMinutes}
        onChange={(overlapMinutes) => onChange({ overlapMinutes })}
        fault={faultOf(error, '/overlapSeconds')}
      />
    </div>
  );
}

const planPath = ({ application, environment, name }: SecretDetail): string =>
  `/rotation-plans/${application}/${environment}/${encodeURIComponent(name)}`;
