import type { SchemaImported, SchemaVersion } from '@holdfast/contract';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { write } from '../../api/client.ts';
import { useChange } from '../../api/use-change.ts';
import { sayProblem } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import type { CodeAreaHandle } from '../../ui/fields/CodeArea.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { DocumentText } from './DocumentText.tsx';
import { ImportOptions } from './ImportOptions.tsx';
import { ImportPreview } from './ImportPreview.tsx';
import { schemaPath } from './calls.ts';
import { DEFAULTS, importBody, type Brought } from './typed-import.ts';

const MODES = [
  { value: 'monitor', label: 'Try it: record what does not fit, refuse nothing' },
  { value: 'enforce', label: 'Enforce it: refuse what does not fit where the application enforces' },
];

interface ImportFormProps {
  readonly id: string;
  readonly onTaken: () => void;
}

/** A whole document: read first, with its faults and what it would change, then tried or enforced. */
export function ImportForm({ id, onTaken }: ImportFormProps) {
  const [brought, setBrought] = useState<Brought>({ text: '', name: 'openapi.yaml' });
  const [options, setOptions] = useState(DEFAULTS);
  const [how, setHow] = useState<How>({ mode: 'monitor', reason: '' });
  const area = useRef<CodeAreaHandle>(null);
  const reading = useMutation({
    mutationFn: async () =>
      write<SchemaImported>({ method: 'POST', path: schemaPath(id, '/import'), body: importBody(brought, options) }),
  });
  const accept = useChange<SchemaVersion>({
    name: 'schema.accept',
    says: ({ version, mode: as }) => `Version ${version} is in force${as === 'monitor' ? ', to be tried' : ''}.`,
    undo: () => ({ method: 'POST', path: schemaPath(id, '/withdraw'), body: {} }),
    onDone: onTaken,
  });
  const fragment = reading.data?.fragment ?? null;
  const marked = new Set((reading.data?.faults ?? []).flatMap(({ line }) => (line === null ? [] : [line])));
  return (
    <Panel
      title="Import an OpenAPI document"
      action={<CopyAsCli words={['schema', 'import', brought.name, '--app', id, '--dry-run']} />}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const body = { fragment, mode: how.mode, ...(how.reason === '' ? {} : { reason: how.reason }) };
          accept.run({ method: 'POST', path: schemaPath(id), body }, `Put a document in force for ${id}`);
        }}
      >
        <DocumentText
          brought={brought}
          marked={marked}
          area={area}
          onChange={(next) => {
            setBrought(next);
            reading.reset();
          }}
        />
        <ImportOptions
          options={options}
          onChange={(next) => {
            setOptions(next);
            reading.reset();
          }}
        />
        <div>
          <Button isBusy={reading.isPending} disabled={brought.text.trim() === ''} onClick={() => reading.mutate()}>
            Read it
          </Button>
        </div>
        <div role="status">
          {reading.data !== undefined && <ImportPreview read={reading.data} onGoTo={(line) => area.current?.goTo(line)} />}
          {reading.error !== null && <Callout tone="stop">{sayProblem(reading.error).text}</Callout>}
        </div>
        {fragment !== null && <HowFields how={how} onChange={setHow} />}
        <div className="flex flex-wrap items-center gap-2">
          <Button look="main" type="submit" isBusy={accept.isPending} disabled={fragment === null}>
            Put in force
          </Button>
          <CopyAsCli words={['schema', 'import', brought.name, '--app', id, '--mode', how.mode]} />
        </div>
      </form>
    </Panel>
  );
}

interface How {
  readonly mode: string;
  readonly reason: string;
}

function HowFields({ how, onChange }: { readonly how: How; readonly onChange: (how: How) => void }) {
  return (
    <>
      <SelectField
        label="What is done with it"
        value={how.mode}
        onChange={(mode) => onChange({ ...how, mode })}
        choices={MODES}
      />
      <TextField
        label="Reason (optional)"
        value={how.reason}
        onChange={(reason) => onChange({ ...how, reason })}
        maxLength={500}
      />
    </>
  );
}
