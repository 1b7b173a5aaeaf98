import type { PatchView } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../../api/client.ts';
import { useMe } from '../../api/queries.ts';
import { sayProblem } from '../../api/words.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Time } from '../../ui/Time.tsx';
import { patchQuery } from './calls.ts';
import { TestResult } from './TestResult.tsx';
import type { PatchChanges } from './use-patch-changes.ts';
import { sayMatch, sayMethod, sayParameter, STATE_TONES, STATE_WORDS } from './words.ts';

const REASON_CHARS_MIN = 3;
const DAYS_AGAIN = 30;

interface PatchDrawerProps {
  readonly id: string;
  readonly changes: PatchChanges;
  readonly onClose: () => void;
}

/** One patch: what it does, whom it would touch, and what to do with it. */
export function PatchDrawer({ id, changes, onClose }: PatchDrawerProps) {
  const { data, error } = useQuery(patchQuery(id));
  const { may } = useMe();
  return (
    <Dialog title={data?.finding ?? 'Patch'} onClose={onClose} isDrawer>
      {error !== null && <Callout tone="stop">{sayProblem(error).text}</Callout>}
      {error === null && data === undefined && <Skeleton rows={8} />}
      {data !== undefined && (
        <div className="flex flex-col gap-5">
          <PatchFacts patch={data} />
          {data.test !== null && <TestResult test={data.test} />}
          {may('patch:write') && <PatchActions patch={data} changes={changes} />}
        </div>
      )}
    </Dialog>
  );
}

function PatchFacts({ patch }: { readonly patch: PatchView }) {
  const { state, hits } = patch;
  return (
    <KeyValues
      items={[
        [
          'State',
          <Badge key="state" tone={STATE_TONES[state]}>
            {STATE_WORDS[state]}
          </Badge>,
        ],
        ['Application', patch.application],
        [
          'Where',
          <code key="where">
            {sayMethod(patch.method)} {patch.route}
          </code>,
        ],
        ['In', sayParameter(patch)],
        ['Stops', sayMatch(patch)],
        ['Reason', patch.reason],
        ['Hits', `${hits.recorded} recorded, ${hits.blocked} refused`],
        ['Made', `${patch.createdBy} (${patch.source})`],
        ['Ends', <Time key="ends" at={patch.expiresAt} />],
      ]}
    />
  );
}

function PatchActions({ patch, changes }: { readonly patch: PatchView; readonly changes: PatchChanges }) {
  const { id, state } = patch;
  const [reason, setReason] = useState('');
  const [force, setForce] = useState(false);
  const isSaid = reason.trim().length >= REASON_CHARS_MIN;
  const isOver = state === 'expired' || state === 'removed';
  if (isOver) {
    const again = state === 'expired' ? { days: DAYS_AGAIN } : {};
    return (
      <div className="flex flex-wrap items-center gap-2">
        <Button look="main" isBusy={changes.isBusy} onClick={() => changes.restore(id, again)}>
          Restore
        </Button>
        <CopyAsCli words={['patch', 'restore', id]} />
      </div>
    );
  }
  const missing = changes.enforceError instanceof Problem ? changes.enforceError.errors : [];
  return (
    <div className="flex flex-col gap-4">
      <TextField
        label="Reason"
        hint="Needed to force, to record only and to remove. Kept in the ledger."
        value={reason}
        onChange={setReason}
        maxLength={500}
      />
      {state === 'detect' && missing.length > 0 && (
        <Callout tone="watch" title="Not put in force">
          {missing.map(({ detail }) => detail).join('; ')}
        </Callout>
      )}
      {state === 'detect' && <CheckField label="Although it is not shown to be safe" isChecked={force} onChange={setForce} />}
      <div className="flex flex-wrap items-center gap-2">
        <Button isBusy={changes.isBusy} onClick={() => changes.test(id)}>
          Test
        </Button>
        {state === 'detect' ? (
          <Button
            look="main"
            isBusy={changes.isBusy}
            disabled={force && !isSaid}
            onClick={() => changes.enforce(id, { force, ...(isSaid ? { reason } : {}) })}
          >
            Enforce
          </Button>
        ) : (
          <Button isBusy={changes.isBusy} disabled={!isSaid} onClick={() => changes.record(id, { reason })}>
            Only record
          </Button>
        )}
        <Button look="danger" isBusy={changes.isBusy} disabled={!isSaid} onClick={() => changes.remove(id, { reason })}>
          Remove
        </Button>
        <CopyAsCli words={['patch', state === 'detect' ? 'enforce' : 'record', id]} />
      </div>
    </div>
  );
}
