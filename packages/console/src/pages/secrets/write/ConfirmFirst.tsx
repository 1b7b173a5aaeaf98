import { useMe } from '../../../api/queries.ts';
import { here, paths } from '../../../state/paths.ts';
import { ConfirmDialog } from '../../../ui/overlay/ConfirmDialog.tsx';
import { useNow } from '../../../ui/use-now.ts';

/** As long as somebody needs to type a value. */
const LEFT_MS = 60_000;

/** Whether a sensitive change would be taken now, without another proof of who it is. */
export function useIsConfirmed(): boolean {
  const { me } = useMe();
  return (me.session?.elevatedUntil ?? 0) > useNow() + LEFT_MS;
}

/** Before anything is typed: afterwards it would be lost on the way there and back, and must not be kept. */
export function ConfirmFirst({ onClose }: { readonly onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Confirm that it is you"
      button="Confirm and come back"
      onClose={onClose}
      onConfirm={() => location.assign(paths.confirm(here()))}
    >
      Writing a secret asks for your second factor first. You come back here to type it.
    </ConfirmDialog>
  );
}
