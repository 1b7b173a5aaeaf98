import type { SecretDetail, SecretVersion } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../../api/queries.ts';
import { useSearchState } from '../../../state/search.ts';
import { RowButton } from '../../../ui/list/RowButton.tsx';
import { CompareButton } from './CompareButton.tsx';
import { DestroyDialog } from './DestroyDialog.tsx';
import { RollbackDialog } from './RollbackDialog.tsx';
import { useVersionChanges } from './use-version-changes.ts';

interface VersionActionsProps {
  readonly secret: SecretDetail;
  readonly version: SecretVersion;
}

const isReadable = ({ state }: SecretVersion): boolean => state === 'current' || state === 'kept';

/** What can be done with one version in its state. */
export function VersionActions({ secret, version }: VersionActionsProps) {
  const { may } = useMe();
  return (
    <span className="flex flex-wrap gap-1">
      {isReadable(version) && may('secret:reveal') && <ReadingActions secret={secret} version={version} />}
      {may('secret:write') && <WritingActions secret={secret} version={version} />}
    </span>
  );
}

function ReadingActions({ secret, version: { version, state } }: VersionActionsProps) {
  const { set } = useSearchState();
  return (
    <>
      <RowButton aria-label={`Reveal version ${version}`} onClick={() => set({ reveal: String(version) })}>
        Reveal
      </RowButton>
      {state === 'kept' && secret.currentVersion !== null && (
        <CompareButton secret={secret} from={version} to={secret.currentVersion} />
      )}
    </>
  );
}

function WritingActions({ secret, version: given }: VersionActionsProps) {
  const { version, state } = given;
  const [asked, ask] = useState<'rollback' | 'destroy' | null>(null);
  const { rollback, hide, bringBack, destroy } = useVersionChanges(secret, version, () => ask(null));
  const dialog = { secret, version, onClose: () => ask(null) };
  return (
    <>
      {state === 'kept' && (
        <RowButton aria-label={`Go back to version ${version}`} onClick={() => ask('rollback')}>
          Go back
        </RowButton>
      )}
      {isReadable(given) && (
        <RowButton aria-label={`Delete version ${version}`} isBusy={hide.isBusy} onClick={hide.run}>
          Delete
        </RowButton>
      )}
      {state === 'deleted' && (
        <RowButton aria-label={`Bring back version ${version}`} isBusy={bringBack.isBusy} onClick={bringBack.run}>
          Bring back
        </RowButton>
      )}
      {(isReadable(given) || state === 'deleted') && (
        <RowButton aria-label={`Destroy version ${version}`} onClick={() => ask('destroy')}>
          Destroy
        </RowButton>
      )}
      {asked === 'rollback' && <RollbackDialog {...dialog} change={rollback} />}
      {asked === 'destroy' && <DestroyDialog {...dialog} change={destroy} />}
    </>
  );
}
