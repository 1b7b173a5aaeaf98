import type { IncidentDetail, IncidentTask } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { RowButton } from '../../ui/list/RowButton.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import { incidentPath } from './calls.ts';
import type { IncidentChanges } from './use-incident-changes.ts';

/** What the API takes in one body. */
const FILE_BYTES_MAX = 780_000;

interface PartsTabProps {
  readonly incident: IncidentDetail;
  readonly changes: IncidentChanges;
}

/** Tasks and lessons with who does them, and files that are kept sealed. */
export function PartsTab({ incident, changes }: PartsTabProps) {
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Tasks incident={incident} changes={changes} />
      <Files incident={incident} changes={changes} />
    </div>
  );
}

function Tasks({ incident: { tasks }, changes }: PartsTabProps) {
  const { may } = useMe();
  const [title, setTitle] = useState('');
  return (
    <Panel title="Tasks and lessons">
      {tasks.length === 0 && <p className="text-soft">None. What is learned at the end becomes a task here.</p>}
      <ul className="flex flex-col gap-2">
        {tasks.map((task) => (
          <li key={task.id} className="flex flex-wrap items-baseline justify-between gap-2">
            <TaskWords task={task} />
            {task.doneAt === null && may('incident:write') && (
              <RowButton onClick={() => changes.finish(task.id)} aria-label={`Done: ${task.title}`}>
                Done
              </RowButton>
            )}
          </li>
        ))}
      </ul>
      {may('incident:write') && (
        <form
          className="mt-4 flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            changes.task(title, 'work');
            setTitle('');
          }}
        >
          <div className="min-w-48 flex-1">
            <TextField label="New task" value={title} onChange={setTitle} minLength={3} maxLength={300} required />
          </div>
          <Button type="submit" isBusy={changes.isBusy}>
            Add
          </Button>
        </form>
      )}
    </Panel>
  );
}

function TaskWords({ task: { title, kind, doneAt, doneBy, owner, dueAt } }: { readonly task: IncidentTask }) {
  return (
    <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
      <Badge tone={doneAt === null ? 'watch' : 'ok'}>{doneAt === null ? 'Open' : 'Done'}</Badge>{' '}
      {kind === 'lesson' && <Badge>Lesson</Badge>} {title}
      <span className="block text-[0.8125rem] text-soft">
        {owner !== null && <Who actor={owner} />}
        {dueAt !== null && (
          <>
            {' '}
            due <Time at={dueAt} />
          </>
        )}
        {doneBy !== null && (
          <>
            {' '}
            done by <Who actor={doneBy} />
          </>
        )}
      </span>
    </span>
  );
}

function Files({ incident: { id, files }, changes }: PartsTabProps) {
  const { may } = useMe();
  const [trouble, say] = useState<string | null>(null);
  const take = async (file: File): Promise<void> => {
    say(null);
    if (file.size > FILE_BYTES_MAX) {
      say('Files of an incident have 780 kB at most.');
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    changes.file(file.name, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
  };
  return (
    <Panel title="Files">
      {files.length === 0 && <p className="text-soft">None. What is added is sealed, and its hash stands in the ledger.</p>}
      <ul className="flex flex-col gap-2">
        {files.map(({ id: file, name, bytes, sha256, addedBy, addedAt }) => (
          <li key={file} className="[overflow-wrap:anywhere]">
            <a className="link" href={`/api/v1${incidentPath(id, `/files/${encodeURIComponent(file)}`)}`} download={name}>
              {name}
            </a>{' '}
            <span className="text-soft">
              {bytes} bytes, <Who actor={addedBy} />, <Time at={addedAt} />
            </span>
            <code className="block text-[0.75rem] text-soft">{sha256}</code>
          </li>
        ))}
      </ul>
      {may('incident:write') && (
        <label className="mt-4 block">
          <span className="mb-1 block font-medium">Add a file</span>
          <input
            type="file"
            className="field py-1.5"
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file !== undefined) void take(file);
              event.target.value = '';
            }}
          />
        </label>
      )}
      {trouble !== null && (
        <p role="alert" className="mt-2 text-stop">
          {trouble}
        </p>
      )}
    </Panel>
  );
}
