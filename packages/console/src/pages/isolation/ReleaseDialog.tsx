import type { IsolatedView, Release } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../api/use-change.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CheckField } from '../../ui/fields/CheckField.tsx';
import { ReasonField } from '../../ui/fields/ReasonField.tsx';
import { FormDialog } from '../../ui/overlay/FormDialog.tsx';
import { isolationPath } from './calls.ts';
import { CHECK_TONES, CHECK_WORDS, sayIsolated } from './words.ts';

interface ReleaseDialogProps {
  readonly isolated: IsolatedView;
  readonly onClose: () => void;
}

/** One click, after its checks; held back by one that failed, unless somebody says so all the same. */
export function ReleaseDialog({ isolated, onClose }: ReleaseDialogProps) {
  const [reason, setReason] = useState('');
  const [force, setForce] = useState(false);
  const [held, hold] = useState<Release | null>(null);
  const release = useChange<Release>({
    name: 'isolation.release',
    says: (answer) => (answer.released ? 'It is served again.' : 'A check holds it back.'),
    onDone: (answer) => (answer.released ? onClose() : hold(answer)),
  });
  const { id } = isolated;
  return (
    <FormDialog
      title={`Release ${sayIsolated(isolated)}`}
      button="Release"
      command={['release', id, '--reason', reason, ...(force ? ['--force'] : [])]}
      isBusy={release.isPending}
      onSubmit={() => release.run({ method: 'POST', path: isolationPath(id, '/release'), body: { reason, force } }, 'Release it')}
      onClose={onClose}
    >
      <p className="text-soft">
        First it is looked at: whether the application answers, and whether the attack still gets through.
      </p>
      {held !== null && (
        <Callout tone="stop" title="A check holds it back">
          <ul className="flex flex-col gap-1">
            {held.checks.map(({ name, state, detail }) => (
              <li key={name}>
                <Badge tone={CHECK_TONES[state]}>{CHECK_WORDS[name]}</Badge> {detail}
              </li>
            ))}
          </ul>
        </Callout>
      )}
      <ReasonField value={reason} onChange={setReason} />
      {held !== null && (
        <CheckField
          label="Release it all the same"
          hint="The record says that a check had failed."
          isChecked={force}
          onChange={setForce}
        />
      )}
    </FormDialog>
  );
}
