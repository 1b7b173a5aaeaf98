import type { KeyringView, KeyView } from '@holdfast/contract';
import { useState } from 'react';
import type { useChange } from '../../api/use-change.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';

interface DestroyKeyDialogProps {
  readonly of: KeyView;
  readonly change: ReturnType<typeof useChange<KeyringView>>;
  readonly onClose: () => void;
}

export function DestroyKeyDialog({ of: { id, heldBy }, change: { run, isPending }, onClose }: DestroyKeyDialogProps) {
  const [isWithout, setWithout] = useState(false);
  const withoutNodes = isWithout ? heldBy : [];
  return (
    <Dialog title={`Destroy ${id}?`} onClose={onClose}>
      <p className="text-soft">
        Nothing here lies under it any more. Backups keep the key that they were made with, and still open with it.
      </p>
      {heldBy.length > 0 && (
        <div className="mt-3">
          <CheckField
            label={`${heldBy.join(', ')}: gone for good`}
            hint="What these nodes have under the key is lost with it. Without this it is refused."
            isChecked={isWithout}
            onChange={setWithout}
          />
        </div>
      )}
      <div className="mt-5 flex flex-wrap items-center justify-end gap-2">
        <CopyAsCli words={['key', 'destroy', id, ...withoutNodes.flatMap((node) => ['--without-node', node])]} />
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="danger"
          isBusy={isPending}
          onClick={() => run({ method: 'POST', path: `/keys/${id}/destroy`, body: { withoutNodes } }, `Destroy ${id}`)}
        >
          Destroy
        </Button>
      </div>
    </Dialog>
  );
}
