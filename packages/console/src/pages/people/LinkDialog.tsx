import type { PersonLink } from '@holdfast/contract';
import { Button } from '../../ui/Button.tsx';
import { CopyCommand } from '../../ui/copy/CopyCommand.tsx';
import { Time } from '../../ui/Time.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';

interface LinkDialogProps {
  readonly issued: PersonLink;
  readonly onClose: () => void;
}

/** Shown once: nobody, not even the server, can show this link again. */
export function LinkDialog({ issued: { person, link, expiresAt }, onClose }: LinkDialogProps) {
  return (
    <Dialog title={`The link for ${person.name}`} onClose={onClose}>
      <p>
        Hand it over on a way that you trust{person.email !== null && ' (it is on its way by e-mail as well)'}. Whoever opens it
        first becomes {person.display}. It is good once and ends <Time at={expiresAt} isRelative />.
      </p>
      <CopyCommand command={link} />
      <p className="mt-3 text-soft">It is not shown again. A new one can be made on the page of the person.</p>
      <div className="mt-4 flex justify-end">
        <Button look="main" onClick={onClose}>
          I have it
        </Button>
      </div>
    </Dialog>
  );
}
