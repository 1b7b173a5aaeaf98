import type { ChannelInput, ChannelKind, ChannelView } from '@holdfast/contract';
import { useState } from 'react';
import { SEVERITY_WORDS } from '../../api/event-words.ts';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { channelPath } from './calls.ts';
import { TargetFields } from './TargetFields.tsx';
import { NOTHING_TYPED, targetOf } from './typed-target.ts';
import { KIND_WORDS } from './words.ts';

type Severity = ChannelView['severity'];

const KINDS = Object.entries(KIND_WORDS).map(([value, label]) => ({ value, label }));
const SEVERITIES = Object.entries(SEVERITY_WORDS).map(([value, label]) => ({ value, label }));

export function ChannelDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<ChannelKind>('mail');
  const [severity, setSeverity] = useState<Severity>('medium');
  const [typed, type] = useState(NOTHING_TYPED);
  const [quiet, setQuiet] = useState({ from: '', to: '' });
  const hasQuiet = quiet.from !== '' && quiet.to !== '';
  const body: ChannelInput = { name, target: targetOf(kind, typed), severity, ...(hasQuiet ? { quiet } : {}) };
  const add = useChange<ChannelView>({
    name: 'channels.add',
    says: (made) => `${made.name} is told from now on.`,
    undo: ({ id }) => ({ method: 'DELETE', path: channelPath(id) }),
    onDone: onClose,
    showsFaults: true,
  });
  return (
    <FormDialog
      title="Add a channel"
      button="Add"
      isBusy={add.isPending}
      onSubmit={() => add.run({ method: 'POST', path: '/channels', body, isSecret: true }, `Add ${name}`)}
      onClose={onClose}
    >
      <TextField
        label="Name"
        hint="Lower-case letters, digits and hyphens."
        value={name}
        onChange={setName}
        required
        maxLength={63}
        fault={faultOf(add.error, '/name')}
      />
      {/* The choices of these are the values of their types. */}
      <SelectField label="Kind" value={kind} onChange={(next) => setKind(next as ChannelKind)} choices={KINDS} />
      <TargetFields kind={kind} typed={typed} onType={type} error={add.error} />
      <SelectField
        label="From severity"
        value={severity}
        onChange={(next) => setSeverity(next as Severity)}
        choices={SEVERITIES}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField label="Quiet from (UTC)" type="time" value={quiet.from} onChange={(from) => setQuiet({ ...quiet, from })} />
        <TextField label="Quiet until (UTC)" type="time" value={quiet.to} onChange={(to) => setQuiet({ ...quiet, to })} />
      </div>
    </FormDialog>
  );
}
