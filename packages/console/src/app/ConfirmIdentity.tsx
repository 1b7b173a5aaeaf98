import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem, write } from '../api/client.ts';
import { confirmed, goConfirm, unconfirmed, type PendingChange } from '../api/pending-change.ts';
import { receiverOf } from '../api/use-change.ts';
import { sayProblem } from '../api/words.ts';
import { here, paths } from '../state/paths.ts';
import { useStore } from '../state/store.ts';
import { Button } from '../ui/Button.tsx';
import { ConfirmDialog } from '../ui/overlay/ConfirmDialog.tsx';
import { Dialog } from '../ui/overlay/Dialog.tsx';
import { toast } from '../ui/overlay/toast-store.ts';

/**
 * Before a sensitive change the API asks who sits there. The change waits over the way to that page and back, and is done
 * only when the person says so again: coming back alone must not do anything.
 */
export function ConfirmIdentity() {
  const waiting = useStore(unconfirmed);
  const returned = useStore(confirmed);
  if (waiting?.change.isSecret === true) return <ConfirmElsewhere pending={waiting} onClose={() => unconfirmed.set(null)} />;
  if (waiting !== null) {
    return (
      <ConfirmDialog
        title="Confirm that it is you"
        button="Confirm and come back"
        onClose={() => unconfirmed.set(null)}
        onConfirm={() => goConfirm(waiting)}
      >
        <p>
          “{waiting.label}” opens a way in or past the protection. Holdfast asks for your second factor again, then you finish it
          here.
        </p>
      </ConfirmDialog>
    );
  }
  return returned === null ? null : <FinishDialog pending={returned} onClose={() => confirmed.set(null)} />;
}

interface Finishing {
  readonly pending: PendingChange;
  readonly onClose: () => void;
}

/** What is typed here must not lie on the disk while its person is away: the way leads through a second tab. */
function ConfirmElsewhere({ pending, onClose }: Finishing) {
  const { isBusy, finish } = useFinish(pending, onClose);
  return (
    <Dialog title="Confirm that it is you" onClose={onClose}>
      <p className="text-soft">
        Holdfast asks for your second factor again. What you typed stays in this tab and nowhere else: confirm in a new tab, close
        it, and finish here.
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <a className="button" href={paths.confirm(here())} target="_blank" rel="noopener">
          Confirm in a new tab
        </a>
        <Button look="main" isBusy={isBusy} onClick={finish}>
          {pending.label}
        </Button>
      </div>
    </Dialog>
  );
}

function FinishDialog({ pending, onClose }: Finishing) {
  const { isBusy, finish } = useFinish(pending, onClose);
  return (
    <ConfirmDialog title="Thank you, it is you" button={pending.label} isBusy={isBusy} onConfirm={finish} onClose={onClose}>
      <p>Nothing has been done yet. Finish what you began?</p>
    </ConfirmDialog>
  );
}

function useFinish({ change, name, label }: PendingChange, onClose: () => void) {
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const finish = async (): Promise<void> => {
    setBusy(true);
    try {
      const answer = await write<unknown>(change);
      const receive = receiverOf(name);
      if (receive === undefined) {
        toast({ text: `Done: ${label}.` });
        void queries.invalidateQueries();
      } else receive(answer);
    } catch (error) {
      const { title, text } = sayProblem(error);
      toast({ text: `${title}. ${text}`, isFault: true });
      // Whoever has not confirmed yet can still do so.
      if (change.isSecret === true && error instanceof Problem && error.code === 'step-up-required') return setBusy(false);
    }
    onClose();
  };
  return { isBusy, finish: () => void finish() };
}
