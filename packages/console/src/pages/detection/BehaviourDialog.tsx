import type { BehaviourView, RuleState } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { STATE_WORDS } from './words.ts';

const STATES = Object.entries(STATE_WORDS).map(([value, label]) => ({ value, label }));

interface BehaviourDialogProps {
  readonly behaviour: BehaviourView;
  readonly onClose: () => void;
}

export function BehaviourDialog({ behaviour, onClose }: BehaviourDialogProps) {
  const { id, title } = behaviour;
  const path = `/detection/behaviours/${id}`;
  const before = Object.fromEntries(behaviour.thresholds.map(({ name, value }) => [name, value]));
  const [state, setState] = useState<RuleState>(behaviour.state);
  const [reason, setReason] = useState('');
  const [typed, type] = useState<Readonly<Record<string, string>>>(
    Object.fromEntries(Object.entries(before).map(([name, value]) => [name, String(value)])),
  );
  const change = useChange<BehaviourView>({
    name: `behaviours.set.${id}`,
    says: `${title} is set.`,
    undo: () => ({ method: 'PUT', path, body: { state: behaviour.state, thresholds: before } }),
    onDone: onClose,
    showsFaults: true,
  });
  const thresholds = Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, Number(text)]));
  const changed = Object.entries(thresholds).filter(([name, value]) => value !== before[name]);
  return (
    <FormDialog
      title={title}
      button="Set"
      command={[
        'detect',
        'behaviours',
        'set',
        id,
        '--state',
        state,
        ...changed.flatMap(([name, value]) => ['--threshold', `${name}=${value}`]),
      ]}
      isBusy={change.isPending}
      isBlocked={Object.values(thresholds).some((value) => !Number.isFinite(value))}
      onSubmit={() =>
        change.run({ method: 'PUT', path, body: { state, thresholds, ...(reason === '' ? {} : { reason }) } }, `Set ${title}`)
      }
      onClose={onClose}
    >
      <p className="text-soft">{behaviour.summary}</p>
      {/* The choices are the states. */}
      <SelectField label="State" value={state} onChange={(next) => setState(next as RuleState)} choices={STATES} />
      {behaviour.thresholds.map(({ name, unit, detail, fallback }) => (
        <TextField
          key={name}
          label={`${detail} (${unit})`}
          hint={`Left alone: ${fallback}`}
          inputMode="decimal"
          value={typed[name] ?? ''}
          onChange={(text) => type({ ...typed, [name]: text })}
          fault={faultOf(change.error, `/thresholds/${name}`)}
        />
      ))}
      <TextField
        label="Reason"
        hint="Needed to switch it off."
        value={reason}
        onChange={setReason}
        fault={faultOf(change.error, '/reason')}
      />
    </FormDialog>
  );
}
