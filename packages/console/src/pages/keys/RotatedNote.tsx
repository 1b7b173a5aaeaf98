import type { KeyRotated } from '@holdfast/contract';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { Time } from '../../ui/Time.tsx';

interface RotatedNoteProps {
  readonly rotated: KeyRotated;
  readonly onClose: () => void;
}

/** What to know once a key was replaced; of a root key there is something to do. */
export function RotatedNote({ rotated: { what, id, previous, previousFile, activeFrom }, onClose }: RotatedNoteProps) {
  return (
    <div role="status">
      <Callout tone={what === 'root' ? 'watch' : 'ok'} title={what === 'root' ? 'There is a new root key' : 'There is a new key'}>
        {what === 'root' ? (
          <p>
            <code>{id}</code> took the place of <code>{previous}</code>. Put a copy of it away from backups now. The one before is
            kept in <code className="[overflow-wrap:anywhere]">{previousFile ?? previous}</code>: keep it as long as backups made
            with it, then delete it.
          </p>
        ) : (
          <p>
            <code>{id}</code> seals from <Time at={activeFrom} /> on; <code>{previous}</code> still opens what lies under it.
          </p>
        )}
        <Button look="quiet" className="mt-1 !px-0" onClick={onClose}>
          Understood
        </Button>
      </Callout>
    </div>
  );
}
