import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { write } from '../api/client.ts';
import { confirmed, goConfirm, unconfirmed, type PendingChange } from '../api/pending-change.ts';
import { receiverOf } from '../api/use-change.ts';
import { sayProblem } from '../api/words.ts';
import { useStore } from '../state/store.ts';
import { ConfirmDialog } from '../ui/overlay/ConfirmDialog.tsx';
import { toast } from '../ui/overlay/toast-store.ts';

/**
 * Before a sensitive change the API asks who sits there. The change waits over the way to that page and back, and is done
 * only when the person says so again: coming back alone must not do anything.
 */
export function ConfirmIdentity() {
  const waiting = useStore(unconfirmed);
  const returned = useStore(confirmed);
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

function FinishDialog({ pending, onClose }: { readonly pending: PendingChange; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const finish = (): void => {
    setBusy(true);
    write<unknown>(pending.change)
      .then((answer) => {
        const receive = receiverOf(pending.name);
        if (receive !== undefined) return receive(answer);
        toast({ text: `Done: ${pending.label}.` });
        return void queries.invalidateQueries();
      })
      .catch((error: unknown) => {
        const { title, text } = sayProblem(error);
        toast({ text: `${title}. ${text}`, isFault: true });
      })
      .finally(onClose);
  };
  return (
    <ConfirmDialog title="Thank you, it is you" button={pending.label} isBusy={isBusy} onConfirm={finish} onClose={onClose}>
      <p>Nothing has been done yet. Finish what you began?</p>
    </ConfirmDialog>
  );
}
