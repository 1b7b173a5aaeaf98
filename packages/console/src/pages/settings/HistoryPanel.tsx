import type { SnapshotState } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { faultOf } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import { historyQuery } from './calls.ts';

const COLUMNS: readonly Column<SnapshotState>[] = [
  { head: 'State', cell: ({ version }) => `#${version}` },
  { head: 'When', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { head: 'What led to it', cell: ({ cause }) => <code>{cause}</code> },
  { head: 'By', cell: ({ actor }) => actor },
  { head: 'Applications', cell: ({ applications }) => applications, isNumber: true },
  { head: 'Exceptions', cell: ({ exceptions }) => exceptions, isNumber: true },
  { head: 'Bans', cell: ({ bans }) => bans, isNumber: true },
];

/** Every change makes a new state of the whole policy; an earlier one can be put in force again. */
export function HistoryPanel() {
  const { may } = useMe();
  const { data } = useSuspenseQuery(historyQuery);
  const [chosen, choose] = useState<SnapshotState | null>(null);
  const back: Column<SnapshotState> = { head: 'Back', cell: (state) => backButton(state, choose) };
  return (
    <Panel title="What was changed" isFlush>
      <DataTable
        caption="States of the policy"
        rows={data.items}
        keyOf={({ version }) => String(version)}
        columns={may('system:write') ? [...COLUMNS, back] : COLUMNS}
        empty={
          <EmptyState title="Nothing was changed yet" text="Bans, exceptions, modes and applications each make a new state." />
        }
      />
      {chosen !== null && <BackDialog state={chosen} onClose={() => choose(null)} />}
    </Panel>
  );
}

const backButton = (state: SnapshotState, choose: (state: SnapshotState) => void) => (
  <Button aria-label={`Go back to state ${state.version}`} onClick={() => choose(state)}>
    Back to this
  </Button>
);

function BackDialog({ state, onClose }: { readonly state: SnapshotState; readonly onClose: () => void }) {
  const [reason, setReason] = useState('');
  const { run, isPending, error } = useChange<unknown>({
    name: 'settings.rollback',
    onDone: onClose,
    says: `What held as of state ${state.version} holds again.`,
    showsFaults: true,
  });
  return (
    <Dialog title={`Back to state ${state.version}?`} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          run(
            { method: 'POST', path: '/snapshots/rollback', body: { digest: state.digest, reason } },
            `Go back to ${state.version}`,
          );
        }}
      >
        <p className="text-soft">
          Applications, exceptions, bans and the always allowed become what they were then. People, sessions and the ledger stay.
        </p>
        <ReasonField value={reason} onChange={setReason} fault={faultOf(error, '/reason')} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" isBusy={isPending}>
            Go back
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
