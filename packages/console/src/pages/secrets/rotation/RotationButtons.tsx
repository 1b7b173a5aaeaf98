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
  /** What goes on now. */
  readonly running: Rotation | undefined;
}

/** Now, for a try, or on other days. */
export function RotationButtons({ secret, plan, running }: RotationButtonsProps) {
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
      <Button
        isBusy={start.isPending}
        disabled={running !== undefined}
        onClick={() => run({ drill: true }, `Try the rotation of ${name}`)}
      >
        Try it
      </Button>
      <Button isBusy={start.isPending} disabled={isBusyWith(running)} onClick={() => ask(true)}>
        Rotate
      </Button>
      {isAsking && (
        <RotateDialog
          secret={secret}
          plan={plan}
          isOverlapping={running !== undefined}
          isBusy={start.isPending}
          onSend={(now) => run({ now }, `Rotate ${name}`)}
          onClose={() => ask(false)}
        />
      )}
    </span>
  );
}

/** While both are good another one can begin, which ends the oldest at once. */
const isBusyWith = (running: Rotation | undefined): boolean =>
  running !== undefined && (running.isDrill || running.step !== 'overlap');

function sayStarted({ isDrill, outcome, trouble }: Rotation): string {
  if (outcome === 'rolled-back') return `It was rolled back: ${trouble ?? 'what was current still is'}.`;
  if (isDrill) return outcome === 'done' ? 'It would have worked; nothing in use was changed.' : 'The try goes on.';
  return outcome === 'done' ? 'There is a new value.' : 'The rotation goes on.';
}

interface RotateDialogProps {
  readonly secret: SecretDetail;
  readonly plan: RotationPlan;
  readonly isOverlapping: boolean;
  readonly isBusy: boolean;
  readonly onSend: (now: boolean) => void;
  readonly onClose: () => void;
}

function RotateDialog({ secret, plan: { overlapSeconds }, isOverlapping, isBusy, onSend, onClose }: RotateDialogProps) {
  const [isAtOnce, setNow] = useState(false);
  const isNow = isAtOnce || isOverlapping;
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
      {isOverlapping ? (
        <p>The one before is still good as well: it ends now, and so does the current one once there is another.</p>
      ) : (
        <CheckField
          label="End the old one at once"
          hint="When it is known to somebody who must not have it. Programs that did not ask again are refused until they do."
          isChecked={isNow}
          onChange={setNow}
        />
      )}
    </FormDialog>
  );
}
