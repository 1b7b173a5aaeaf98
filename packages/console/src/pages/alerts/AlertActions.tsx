import type { AlertDetail } from '@holdfast/contract';
import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { NoteForm } from '../../ui/fields/NoteForm.tsx';
import { AlertCloseDialog } from './AlertCloseDialog.tsx';
import { SuppressDialog } from './SuppressDialog.tsx';
import type { AlertChanges } from './use-alert-changes.ts';

interface AlertActionsProps {
  readonly alert: AlertDetail;
  readonly changes: AlertChanges;
}

/** What somebody who may can do with an alert, each with its command. */
export function AlertActions({ alert, changes }: AlertActionsProps) {
  const { id, state } = alert;
  const [asked, ask] = useState<'close' | 'suppress' | null>(null);
  if (state === 'closed') {
    return (
      <div className="flex flex-wrap items-center gap-2">
        <Button look="main" isBusy={changes.isBusy} onClick={() => changes.reopen('')}>
          Open again
        </Button>
        <CopyAsCli words={['alert', 'reopen', id]} />
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        {state === 'new' && (
          <Button look="main" isBusy={changes.isBusy} onClick={() => changes.acknowledge()}>
            Look at it
          </Button>
        )}
        <Button look={state === 'new' ? 'plain' : 'main'} isBusy={changes.isBusy} onClick={() => ask('close')}>
          Close
        </Button>
        <Button isBusy={changes.isBusy} onClick={() => ask('suppress')}>
          Do not tell
        </Button>
        <CopyAsCli words={['alert', 'ack', id]} />
      </div>
      <NoteForm hint="Kept with the alert." maxLength={500} isBusy={changes.isBusy} onNote={changes.note} />
      {asked === 'close' && <AlertCloseDialog alert={alert} changes={changes} onClose={() => ask(null)} />}
      {asked === 'suppress' && <SuppressDialog alert={alert} changes={changes} onClose={() => ask(null)} />}
    </div>
  );
}
