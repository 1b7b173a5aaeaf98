import type { IncidentDetail, IncidentView } from '@holdfast/contract';
import { useState } from 'react';
import { SEVERITY_WORDS } from '../../api/event-words.ts';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextArea } from '../../ui/fields/TextArea.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { choicesOf } from './words.ts';

const NONE = '';

interface OpenDialogProps {
  readonly applications: readonly string[];
  readonly onClose: () => void;
}

export function OpenDialog({ applications, onClose }: OpenDialogProps) {
  const [title, setTitle] = useState('');
  const [summary, setSummary] = useState('');
  const [severity, setSeverity] = useState<IncidentView['severity']>('high');
  const [application, setApplication] = useState(NONE);
  const [isDrill, setDrill] = useState(false);
  const open = useChange<IncidentDetail>({
    name: 'incidents.open',
    says: (made) => `Incident #${made.number} is open.`,
    onDone: onClose,
    showsFaults: true,
  });
  const body = { title, summary, severity, isDrill, application: application === NONE ? null : application };
  const flags = [...(application === NONE ? [] : ['--app', application]), ...(isDrill ? ['--drill'] : [])];
  return (
    <FormDialog
      title="Open an incident"
      button="Open"
      command={['incident', 'open', title, '--severity', severity, ...flags]}
      isBusy={open.isPending}
      onSubmit={() => open.run({ method: 'POST', path: '/incidents', body }, 'Open an incident')}
      onClose={onClose}
    >
      <TextField
        label="Title"
        value={title}
        onChange={setTitle}
        required
        minLength={3}
        maxLength={200}
        fault={faultOf(open.error, '/title')}
      />
      <SelectField
        label="Severity"
        value={severity}
        // The choices are the severities.
        onChange={(next) => setSeverity(next as IncidentView['severity'])}
        choices={choicesOf(SEVERITY_WORDS)}
      />
      <SelectField
        label="Application"
        value={application}
        onChange={setApplication}
        choices={[{ value: NONE, label: 'None in particular' }, ...applications.map((id) => ({ value: id, label: id }))]}
      />
      <TextArea label="What is known" value={summary} onChange={setSummary} maxLength={4000} />
      <CheckField
        label="This is a drill"
        hint="Everything happens as in earnest, and is marked as a drill."
        isChecked={isDrill}
        onChange={setDrill}
      />
    </FormDialog>
  );
}
