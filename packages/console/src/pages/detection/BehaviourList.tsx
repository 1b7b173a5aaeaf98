import type { BehaviourView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';
import { useMe } from '../../api/queries.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { RowButton } from '../../ui/list/RowButton.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { BehaviourDialog } from './BehaviourDialog.tsx';
import { behavioursQuery } from './calls.ts';
import { STATE_TONES, STATE_WORDS } from './words.ts';

const COLUMNS: readonly Column<BehaviourView>[] = [
  {
    head: 'Behaviour',
    cell: ({ id, title }) => (
      <>
        {title} <span className="text-soft">{id}</span>
      </>
    ),
  },
  { head: 'Fires when', cell: ({ summary }) => summary },
  {
    head: 'State',
    cell: ({ state, learningUntil }) => (
      <>
        <Badge tone={STATE_TONES[state]}>{STATE_WORDS[state]}</Badge>
        {learningUntil !== null && (
          <>
            <br />
            <span className="text-soft">
              learns until <Time at={learningUntil} />
            </span>
          </>
        )}
      </>
    ),
  },
  { head: 'Severity', cell: ({ severity }) => <Badge tone={SEVERITY_TONES[severity]}>{SEVERITY_WORDS[severity]}</Badge> },
  { head: 'Hits', cell: ({ hits }) => hits, isNumber: true },
  { head: 'Follows', cell: ({ keys }) => keys, isNumber: true },
];

/** What no rule can say: how accounts, sessions and sources behave over time. */
export function BehaviourList() {
  const { may } = useMe();
  const { data } = useSuspenseQuery(behavioursQuery);
  const [opened, open] = useState<BehaviourView | null>(null);
  const set: Column<BehaviourView> = {
    head: 'Change',
    cell: (behaviour) => (
      <RowButton aria-label={`Set: ${behaviour.title}`} onClick={() => open(behaviour)}>
        Set
      </RowButton>
    ),
  };
  return (
    <Panel isFlush>
      <DataTable
        caption="Behaviours"
        rows={data.items}
        keyOf={({ id }) => id}
        columns={may('detection:write') ? [...COLUMNS, set] : COLUMNS}
        empty={null}
      />
      {opened !== null && <BehaviourDialog key={opened.id} behaviour={opened} onClose={() => open(null)} />}
    </Panel>
  );
}
