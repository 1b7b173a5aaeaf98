import { useEffect, useId, useRef, type MouseEvent, type ReactNode } from 'react';
import { classes } from '../classes.ts';
import { showDialog } from './open-dialogs.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** Beside the list it belongs to, instead of in the middle. */
  readonly isDrawer?: boolean;
  readonly children: ReactNode;
}

/**
 * The browser's own modal dialog: it keeps the focus, closes on Escape and makes what lies below inert. Those of libraries
 * put style elements into the page, which the content security policy forbids. Rendered = open.
 */
export function Dialog({ title, onClose, isDrawer = false, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => (dialog.current === null ? undefined : showDialog(dialog.current)), []);
  const onBackdrop = (event: MouseEvent): void => {
    if (event.target === dialog.current) onClose();
  };
  const place = isDrawer
    ? 'ms-auto me-0 my-0 h-dvh w-full max-w-2xl rounded-none border-s'
    : 'm-auto w-[calc(100%-1.5rem)] max-w-lg max-h-[calc(100dvh-2rem)] rounded-box border';
  return (
    // Escape is the key for what the pointer does on the backdrop.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      aria-labelledby={id}
      className={classes('overflow-y-auto border-line bg-card p-0 shadow-2xl', place)}
      onClick={onBackdrop}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="flex min-h-full flex-col">
        <header className="sticky top-0 z-10 flex items-center justify-between gap-4 border-b border-line bg-card py-2.5 ps-5 pe-3">
          <h2 id={id} className="min-w-0 text-[1.0625rem] [overflow-wrap:anywhere]">
            {title}
          </h2>
          <button type="button" aria-label="Close" className="button quiet !min-h-8 !px-2" onClick={onClose}>
            ✕
          </button>
        </header>
        <div className="flex-1 px-5 py-4">{children}</div>
      </div>
    </dialog>
  );
}
