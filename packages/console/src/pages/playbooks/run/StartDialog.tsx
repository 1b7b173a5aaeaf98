import type { PlaybookDetail, PlaybookVariable, RunDetail } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { faultOf } from '../../../api/words.ts';
import { paths } from '../../../state/paths.ts';
import { Callout } from '../../../ui/Callout.tsx';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { SelectField } from '../../../ui/fields/SelectField.tsx';
import { TextField } from '../../../ui/fields/TextField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { incidentsQuery, playbookPath } from '../calls.ts';

interface StartDialogProps {
  readonly playbook: PlaybookDetail;
  readonly isSimulation: boolean;
  readonly onClose: () => void;
}

/** What is left empty is taken from the incident, or stays as the document has it. */
const givenOf = (values: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...values].filter(([, value]) => value !== ''));

/** A run, or a simulation of one: about which incident, and with what. */
export function StartDialog({ playbook, isSimulation, onClose }: StartDialogProps) {
  const { id, name, variables } = playbook;
  const navigate = useNavigate();
  const [incident, setIncident] = useState('');
  const [values, setValues] = useState<ReadonlyMap<string, string>>(new Map());
  const [reason, setReason] = useState('');
  const start = useChange<RunDetail>({
    name: `playbooks.start.${id}`,
    showsFaults: true,
    onDone: (run) => void navigate({ to: paths.run(run.id) }),
  });
  const given = givenOf(values);
  const body = { incident: incident === '' ? null : incident, variables: given, simulate: isSimulation, reason };
  const verb = isSimulation ? 'Simulate' : 'Start';
  return (
    <FormDialog
      title={`${verb}: ${name}`}
      button={verb}
      command={[
        'playbook',
        isSimulation ? 'simulate' : 'run',
        id,
        ...(incident === '' ? [] : ['--incident', incident]),
        ...Object.entries(given).flatMap(([variable, value]) => ['--var', `${variable}=${value}`]),
        '--reason',
        reason,
      ]}
      isBusy={start.isPending}
      onSubmit={() => start.run({ method: 'POST', path: playbookPath(id, '/runs'), body }, `${verb} ${name}`)}
      onClose={onClose}
    >
      <Callout tone={isSimulation ? 'note' : 'watch'}>
        {isSimulation
          ? 'Nothing is done: each step says what it would do.'
          : 'Its steps are done for real; those that ask for people wait for them.'}
      </Callout>
      <IncidentField
        value={incident}
        onChange={setIncident}
        isSimulation={isSimulation}
        fault={faultOf(start.error, '/incident')}
      />
      {variables
        .filter(({ isExternal, isConstant }) => isExternal && !isConstant)
        .map((variable) => (
          <VariableField
            key={variable.name}
            variable={variable}
            value={values.get(variable.name) ?? ''}
            onChange={(value) => setValues(new Map([...values, [variable.name, value]]))}
            fault={faultOf(start.error, `/variables/${variable.name}`)}
          />
        ))}
      <ReasonField value={reason} onChange={setReason} fault={faultOf(start.error, '/reason')} />
    </FormDialog>
  );
}

interface IncidentFieldProps {
  readonly value: string;
  readonly onChange: (incident: string) => void;
  readonly isSimulation: boolean;
  readonly fault: string | null;
}

function IncidentField({ value, onChange, isSimulation, fault }: IncidentFieldProps) {
  const { may } = useMe();
  const { data } = useQuery({ ...incidentsQuery(isSimulation ? 'all' : 'open'), enabled: may('incident:read') });
  const choices = (data?.items ?? []).map(({ id, number, title }) => ({ value: id, label: `#${number} ${title}` }));
  return (
    <SelectField
      label="Incident (optional)"
      hint="Its facts fill the variables that are left empty below."
      value={value}
      onChange={onChange}
      choices={[{ value: '', label: 'None' }, ...choices]}
      fault={fault}
    />
  );
}

interface VariableFieldProps {
  readonly variable: PlaybookVariable;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly fault: string | null;
}

function VariableField({ variable, value, onChange, fault }: VariableFieldProps) {
  const { name, type, description, value: kept } = variable;
  return (
    <TextField
      label={name}
      hint={description === '' ? type : `${description} (${type})`}
      value={value}
      onChange={onChange}
      fault={fault}
      maxLength={4000}
      {...(kept === null ? {} : { placeholder: kept })}
    />
  );
}
