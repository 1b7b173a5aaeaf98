import type { ActionView, IsolatedView } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { sayProblem } from '../../api/words.ts';
import { Callout } from '../../ui/Callout.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';

interface IsolateDialogProps {
  readonly applications: readonly string[];
  readonly onClose: () => void;
}

type Kind = IsolatedView['kind'];
const KINDS = [
  { value: 'route', label: 'One route' },
  { value: 'application', label: 'The whole application' },
  { value: 'read-only', label: 'Everything that changes something' },
];

interface Typed {
  readonly kind: Kind;
  readonly application: string;
  readonly route: string;
  readonly allowed: string;
  readonly minutes: string;
}

/** As the API takes it. */
function requestOf({ kind, application, route, allowed, minutes }: Typed) {
  const allow = allowed.split(/[\s,]+/u).filter((one) => one.length > 0);
  const forSeconds = minutes.trim() === '' ? null : Math.round(Number(minutes) * 60);
  const parameters = { application, allow, forSeconds };
  if (kind === 'route') return { action: 'quarantine-route', parameters: { ...parameters, method: '*', route } };
  return { action: kind === 'application' ? 'quarantine-application' : 'read-only', parameters };
}

export function IsolateDialog({ applications, onClose }: IsolateDialogProps) {
  const [application, setApplication] = useState(applications[0] ?? '');
  const [kind, setKind] = useState<Kind>('route');
  const [route, setRoute] = useState('/');
  const [allowed, setAllowed] = useState('');
  const [minutes, setMinutes] = useState('60');
  const [reason, setReason] = useState('');
  const cut = useChange<ActionView>({
    name: 'isolation.cut',
    says: (made) => (made.state === 'waiting' ? 'It waits for somebody else to agree.' : 'It is cut off.'),
    onDone: onClose,
    showsFaults: true,
  });
  const body = { ...requestOf({ kind, application, route, allowed, minutes }), reason };
  const flags = [...(kind === 'route' ? ['--route', route] : []), ...(kind === 'read-only' ? ['--read-only'] : [])];
  return (
    <FormDialog
      title="Cut something off"
      button="Cut off"
      command={['isolate', application, ...flags, '--reason', reason]}
      isDanger
      isBusy={cut.isPending}
      onSubmit={() => cut.run({ method: 'POST', path: '/actions', body }, 'Cut it off')}
      onClose={onClose}
    >
      <SelectField
        label="Application"
        value={application}
        onChange={setApplication}
        choices={applications.map((id) => ({ value: id, label: id }))}
      />
      {/* The choices are the kinds. */}
      <SelectField label="What" value={kind} onChange={(next) => setKind(next as Kind)} choices={KINDS} />
      {kind === 'route' && (
        <TextField
          label="Route"
          hint="{} stands for one segment, ** at the end for all that follow."
          value={route}
          onChange={setRoute}
          required
          maxLength={2048}
        />
      )}
      <TextField
        label="Who still comes through"
        hint="Addresses and networks; empty: nobody."
        value={allowed}
        onChange={setAllowed}
        maxLength={4000}
      />
      <TextField
        label="For how many minutes"
        hint="Empty: until it is released."
        type="number"
        min={1}
        value={minutes}
        onChange={setMinutes}
      />
      <ReasonField value={reason} onChange={setReason} />
      {cut.error !== null && <Callout tone="stop">{sayProblem(cut.error).text}</Callout>}
    </FormDialog>
  );
}
