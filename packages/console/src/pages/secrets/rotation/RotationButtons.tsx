import type { Rotation, RotationPlan, SecretDetail } from '@holdfast/contract';
import { useState } from 'react';
import { useChange } from '../../../api/use-change.ts';
import { useSearchState } from '../../../state/search.ts';
import { Button } from '../../../ui/Button.tsx';
import { CheckField } from '../../../ui/fields/CheckField.tsx';
import { FormDialog } from '../../../ui/overlay/FormDialog.tsx';
import { wordOf } from '../calls.ts';
import { saySpan } from './words.ts';

interface RotationButtonsProps {
  readonly secret: SecretDetail;
  readonly plan: RotationPlan | null;
  readonly isRunning: boolean;
}

/** Now, for a try, or on other days. */
export function RotationButtons({ secret, plan, isRunning }: RotationButtonsProps) {
  const { application, environment, name } = secret;
  const { set } = useSearchState();
  const [isAsking, ask] = useState(false);
  const start = useChange<Rotation>({
    name: 'secret.rotate',
    onDone: () => ask(false),
    says: sayStarted,
  });
  if (plan === null) return null;
  const run = (how: { readonly drill?: boolean; readonly now?: boolean }, label: string): void =>
    start.run({ method: 'POST', path: '/rotations', body: { application, environment, name, ...how } }, label);
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Button onClick={() => set({ plan: '1' })}>Change</Button>
      <Button isBusy={start.isPending} disabled={isRunning} onClick={() => run({ drill: true }, `Try the rotation of ${name}`)}>
        Try it
      </Button>
      <Button isBusy={start.isPending} disabled={isRunning} onClick={() => ask(true)}>
        Rotate
      </Button>
      {isAsking && (
        <RotateDialog
          secret={secret}
          plan={plan}
          isBusy={start.isPending}
          onSend={(now) => run({ now }, `Rotate ${name}`)}
          onClose={() => ask(false)}
        />
      )}
    </span>
  );
}

function sayStarted({ isDrill, outcome, trouble }: Rotation): string {
  if (outcome === 'rolled-back') return `It was rolled back: ${trouble ?? 'what was current still is'}.`;
  if (isDrill) return outcome === 'done' ? 'It would have worked; nothing in use was changed.' : 'The try goes on.';
  return outcome === 'done' ? 'There is a new value.' : 'The rotation goes on.';
}

interface RotateDialogProps {
  readonly secret: SecretDetail;
  readonly plan: RotationPlan;
  readonly isBusy: boolean;
  readonly onSend: (now: boolean) => void;
  readonly onClose: () => void;
}

function RotateDialog({ secret, plan: { overlapSeconds }, isBusy, onSend, onClose }: RotateDialogProps) {
  const [isNow, setNow] = useState(false);
  return (
    <FormDialog
      title={`Rotate ${secret.name}`}
      button="Rotate"
      command={['secret', 'rotate', wordOf(secret), ...(isNow ? ['--now'] : [])]}
      isBusy={isBusy}
      onSubmit={() => onSend(isNow)}
      onClose={onClose}
    >
      <p className="text-soft">
        A new value is made, set at the target and tried before anybody is given it. The old one stays good for{' '}
        {saySpan(overlapSeconds)} more. If something fails, what is current stays so.
      </p>
      <CheckField
        label="End the old one at once"
        hint="When it is known to somebody who must not have it. Programs that did not ask again are refused until they do."
        isChecked={isNow}
        onChange={setNow}
      />
    </FormDialog>
  );
}
