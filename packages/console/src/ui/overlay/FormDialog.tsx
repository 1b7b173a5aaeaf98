import type { ReactNode } from 'react';
import { Button } from '../Button.tsx';
import { CopyAsCli } from '../copy/CopyAsCli.tsx';
import { Dialog } from './Dialog.tsx';

interface FormDialogProps {
  readonly title: string;
  /** The verb: `Ban`, never `OK`. */
  readonly button: string;
  /** The same as a command; left out = there is none. */
  readonly command?: readonly string[];
  readonly isDanger?: boolean;
  readonly isBusy?: boolean;
  /** Something is still wrong with what was typed. */
  readonly isBlocked?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A form in a dialog: its fields, then its command, the way out and the verb. */
export function FormDialog(props: FormDialogProps) {
  const { title, button, command, isDanger = false, isBusy = false, isBlocked = false, onSubmit, onClose, children } = props;
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <div className="flex flex-wrap items-center justify-end gap-2">
          {command !== undefined && <CopyAsCli words={command} />}
          <Button onClick={onClose}>Cancel</Button>
          <Button look={isDanger ? 'danger' : 'main'} type="submit" isBusy={isBusy} disabled={isBlocked}>
            {button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
