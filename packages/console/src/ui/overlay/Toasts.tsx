import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useStore } from '../../state/store.ts';
import { Button } from '../Button.tsx';
import { classes } from '../classes.ts';
import { openDialogs } from './open-dialogs.ts';
import { dismiss, toast, toasts, type ShownToast } from './toast-store.ts';

const SHOWN_MS = 8000;
/** What can be undone stays long enough to think. */
const UNDO_MS = 20_000;

/** What was done, said where it is out of the way and read aloud; with a way back where there is one. */
export function Toasts() {
  const shown = useStore(toasts);
  const dialog = useStore(openDialogs).at(-1);
  const list = (
    <div
      role="status"
      aria-live="polite"
      className="fixed inset-x-3 bottom-3 z-50 flex flex-col items-end gap-2 sm:start-auto sm:w-96"
    >
      {shown.map((each) => (
        <ToastBox key={each.id} {...each} />
      ))}
    </div>
  );
  // Beside an open dialog nothing can be reached: the way back must be inside.
  return dialog === undefined ? list : createPortal(list, dialog);
}

function ToastBox({ id, text, isFault = false, undo }: ShownToast) {
  const [isHeld, hold] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => dismiss(id), undo === undefined ? SHOWN_MS : UNDO_MS);
    return () => clearTimeout(timer);
  }, [id, isHeld, undo]);
  const takeBack = (): void => {
    dismiss(id);
    undo?.().then(
      () => toast({ text: 'Undone.' }),
      () => toast({ text: 'It could not be undone: look at the page for what holds now.', isFault: true }),
    );
  };
  return (
    // Whoever reads or aims at the button must not be hurried (WCAG 2.2 §2.2.1).
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the pointer only stops the clock
    <div
      className={classes('panel flex w-full items-center gap-3 px-4 py-2.5 shadow-lg', isFault && '!border-stop')}
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocus={() => hold(true)}
      onBlur={() => hold(false)}
    >
      <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">{text}</p>
      {undo !== undefined && (
        <Button look="quiet" onClick={takeBack}>
          Undo
        </Button>
      )}
      <button type="button" aria-label="Dismiss" className="button quiet !min-h-8 !px-2" onClick={() => dismiss(id)}>
        ✕
      </button>
    </div>
  );
}
