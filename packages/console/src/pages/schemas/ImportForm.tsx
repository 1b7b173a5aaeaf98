import type { SchemaImported, SchemaVersion } from '@holdfast/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { write } from '../../api/client.ts';
import { useChange } from '../../api/use-change.ts';
import { sayProblem } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { TextArea } from '../../ui/fields/TextArea.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ImportPreview } from './ImportPreview.tsx';
import { schemaPath } from './calls.ts';

const POLICIES = [
  { value: '', label: 'As the document or the application says' },
  { value: 'refuse', label: 'Refuse' },
  { value: 'record', label: 'Record' },
  { value: 'pass', label: 'Pass' },
];

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A whole document: read first, with what it would leave unlisted, then put in force. */
export function ImportForm({ id }: { readonly id: string }) {
  const [text, setText] = useState('');
  const [unknown, setUnknown] = useState('');
  const [reason, setReason] = useState('');
  const document = parse(text);
  const isObject = typeof document === 'object' && document !== null && !Array.isArray(document);
  const said = unknown === '' ? {} : { unknown };
  const reading = useMutation({
    mutationFn: async () =>
      write<SchemaImported>({ method: 'POST', path: schemaPath(id, '/import'), body: { document, ...said } }),
  });
  const accept = useChange<SchemaVersion>({
    name: 'schema.accept',
    says: ({ version }) => `Version ${version} is in force.`,
    undo: () => ({ method: 'POST', path: schemaPath(id, '/withdraw'), body: {} }),
  });
  const change = (next: string): void => {
    setText(next);
    reading.reset();
  };
  const fragment = reading.data?.fragment ?? null;
  return (
    <Panel title="Import an OpenAPI document" action={<CopyAsCli words={['schema', 'import', 'openapi.yaml', '--app', id]} />}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const body = { fragment, ...(reason === '' ? {} : { reason }) };
          accept.run({ method: 'POST', path: schemaPath(id), body }, `Put a document in force for ${id}`);
        }}
      >
        <TextArea
          label="Document (JSON)"
          hint="OpenAPI 3.0 or 3.1. The command takes YAML as well."
          value={text}
          onChange={change}
          rows={12}
          spellCheck={false}
          className="font-mono text-[0.875rem] leading-relaxed"
          {...(text !== '' && !isObject ? { fault: 'This is not a JSON object.' } : {})}
        />
        <SelectField
          label="Names that it does not list"
          value={unknown}
          onChange={(next) => {
            setUnknown(next);
            reading.reset();
          }}
          choices={POLICIES}
        />
        {reading.data !== undefined && <ImportPreview read={reading.data} />}
        {reading.error !== null && <Callout tone="stop">{sayProblem(reading.error).text}</Callout>}
        <TextField label="Reason (optional)" value={reason} onChange={setReason} maxLength={500} />
        <div className="flex flex-wrap items-center gap-2">
          <Button isBusy={reading.isPending} disabled={!isObject} onClick={() => reading.mutate()}>
            Read it
          </Button>
          <Button look="main" type="submit" isBusy={accept.isPending} disabled={fragment === null}>
            Put in force
          </Button>
        </div>
      </form>
    </Panel>
  );
}
