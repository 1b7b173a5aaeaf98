import type { PlaybookDetail } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { statusQuery, useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { faultOf } from '../../../api/words.ts';
import { Button } from '../../../ui/Button.tsx';
import { ReasonField } from '../../../ui/fields/ReasonField.tsx';
import { EmptyState } from '../../../ui/list/EmptyState.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { playbookPath } from '../calls.ts';
import { sayTrigger } from '../words.ts';
import { TriggerFields } from './TriggerFields.tsx';
import { NEW_TRIGGER, triggerOf, typedFrom, type TypedTrigger } from './typed-trigger.ts';

const TRIGGERS_MAX = 16;

interface Row {
  readonly key: number;
  readonly typed: TypedTrigger;
}

/** What starts a playbook without anybody. */
export function TriggerEditor({ playbook }: { readonly playbook: PlaybookDetail }) {
  const { id, triggers, revision, name } = playbook;
  const { may } = useMe();
  const { data: status } = useQuery(statusQuery);
  const [rows, setRows] = useState<readonly Row[]>(() => triggers.map((trigger, key) => ({ key, typed: typedFrom(trigger) })));
  const [reason, setReason] = useState('');
  const change = useChange<PlaybookDetail>({
    name: `playbooks.triggers.${id}`,
    says: 'The triggers are set.',
    undo: () => ({ method: 'PATCH', path: playbookPath(id), body: { triggers, reason: 'undone in the console' } }),
    showsFaults: true,
  });
  if (!may('playbook:write')) {
    return (
      <Panel title="What starts it">
        {triggers.length === 0 ? (
          'Hand only.'
        ) : (
          <ul>
            {triggers.map((trigger) => (
              <li key={JSON.stringify(trigger)}>{sayTrigger(trigger)}</li>
            ))}
          </ul>
        )}
      </Panel>
    );
  }
  const add = (): void => setRows([...rows, { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, typed: NEW_TRIGGER }]);
  const body = { triggers: rows.map(({ typed }) => triggerOf(typed)), reason };
  return (
    <Panel title="What starts it">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.run({ method: 'PATCH', path: playbookPath(id), body, revision }, `Set the triggers of ${name}`);
        }}
      >
        {rows.length === 0 && <EmptyState title="Hand only" text="Nothing starts this playbook by itself." />}
        {rows.map(({ key, typed }, at) => (
          <TriggerFields
            key={key}
            number={at + 1}
            typed={typed}
            applications={status?.applications.map((each) => each.id) ?? []}
            onType={(next) => setRows(rows.map((row) => (row.key === key ? { key, typed: next } : row)))}
            onRemove={() => setRows(rows.filter((row) => row.key !== key))}
            faultOf={(field) => faultOf(change.error, `/triggers/${at}${field}`)}
          />
        ))}
        <div>
          <Button disabled={rows.length >= TRIGGERS_MAX} onClick={add}>
            Add a trigger
          </Button>
        </div>
        <ReasonField value={reason} onChange={setReason} fault={faultOf(change.error, '/reason')} />
        <div className="flex flex-wrap items-center gap-2">
          <Button look="main" type="submit" isBusy={change.isPending}>
            Set the triggers
          </Button>
        </div>
      </form>
    </Panel>
  );
}
