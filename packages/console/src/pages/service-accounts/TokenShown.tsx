import type { TokenCreated } from '@holdfast/contract';
import { Button } from '../../ui/Button.tsx';
import { CopyCommand } from '../../ui/copy/CopyCommand.tsx';
import { Time } from '../../ui/Time.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';

interface TokenShownProps {
  readonly issued: TokenCreated;
  readonly onClose: () => void;
}

export function TokenShown({ issued: { token, view }, onClose }: TokenShownProps) {
  return (
    <Dialog title={`The token ${view.name}`} onClose={onClose}>
      <p>
        Copy it now into the secret store of the program: it is not shown again, and only a hash of it is kept. It ends{' '}
        <Time at={view.expiresAt} isRelative />.
      </p>
      <CopyCommand command={token} />
      <div className="mt-4 flex justify-end">
        <Button look="main" onClick={onClose}>
          I have it
        </Button>
      </div>
    </Dialog>
  );
}
