import type { BlockView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { faultOf } from '../../api/words.ts';
import { useSearchState } from '../../state/search.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { FilterBar, FilterText } from '../../ui/fields/FilterBar.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { blocksQuery } from './calls.ts';
import { blockPath, UNBLOCK_BODY, useUnblock, type useBlock } from './use-upload-changes.ts';

const COLUMNS: readonly Column<BlockView>[] = [
  { head: 'SHA-256', cell: ({ hash }) => <code className="[overflow-wrap:anywhere]">{hash}</code> },
  { head: 'Reason', cell: ({ reason }) => reason },
  { head: 'Since', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { head: 'By', cell: ({ createdBy }) => createdBy },
];
const REMOVE: Column<BlockView> = { head: 'Take off', cell: (block) => <UnblockButton block={block} /> };

/** Hashes that are refused in every application and every mode. */
export function BlockList() {
  const { search } = useSearchState();
  const { may } = useMe();
  const { data } = useSuspenseQuery(blocksQuery(search));
  return (
    <Panel isFlush>
      <FilterBar keys={['q']}>
        <FilterText name="q" label="Hash or reason" />
      </FilterBar>
      <DataTable
        caption="Hashes of bad files"
        rows={data.items}
        keyOf={({ hash }) => hash}
        columns={may('upload:release') ? [...COLUMNS, REMOVE] : COLUMNS}
        empty={
          <EmptyState
            title="No hash is listed"
            text="Files with a listed hash are refused everywhere, whatever scanners say. Lists of others can be imported."
            command="holdfast upload block --file hashes.txt --reason 'list of a partner'"
          />
        }
      />
      <Pager next={data.next} count={data.items.length} />
    </Panel>
  );
}

function UnblockButton({ block: { hash, reason } }: { readonly block: BlockView }) {
  const unblock = useUnblock(hash, reason);
  return (
    <span className="flex items-center gap-1">
      <Button
        aria-label={`Take ${hash.slice(0, 12)} off the list`}
        isBusy={unblock.isPending}
        onClick={() => unblock.run({ method: 'POST', path: blockPath(hash), body: UNBLOCK_BODY }, 'Take a hash off the list')}
      >
        Take off
      </Button>
      <CopyAsCli words={['upload', 'unblock', hash, '--reason', UNBLOCK_BODY.reason]} />
    </span>
  );
}

interface BlockDialogProps {
  readonly change: ReturnType<typeof useBlock>;
  readonly onClose: () => void;
}

export function BlockDialog({ change: { run, isPending, error }, onClose }: BlockDialogProps) {
  const [hash, setHash] = useState('');
  const [reason, setReason] = useState('');
  const body = { hash: hash.trim().toLowerCase(), reason };
  return (
    <FormDialog
      title="Block a hash"
      button="Block"
      command={['upload', 'block', body.hash, '--reason', reason]}
      isBusy={isPending}
      onSubmit={() => run({ method: 'POST', path: '/uploads/blocks', body }, 'Block a hash')}
      onClose={onClose}
    >
      <TextField
        label="SHA-256 of the file"
        hint="64 hexadecimal digits, as sha256sum prints them."
        value={hash}
        onChange={setHash}
        fault={faultOf(error, '/hash')}
        required
        maxLength={80}
      />
      <ReasonField value={reason} onChange={setReason} fault={faultOf(error, '/reason')} />
    </FormDialog>
  );
}
