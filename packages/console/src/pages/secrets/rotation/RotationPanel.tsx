import type { Rotation, RotationPlan, SecretDetail } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useIsFinishing } from '../../../api/pending-change.ts';
import { useMe } from '../../../api/queries.ts';
import { sayProblem } from '../../../api/words.ts';
import { useSearchState } from '../../../state/search.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Button } from '../../../ui/Button.tsx';
import { Callout } from '../../../ui/Callout.tsx';
import { KeyValues } from '../../../ui/KeyValues.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { Time } from '../../../ui/Time.tsx';
import { PlanDialog } from './PlanDialog.tsx';
import { RotationButtons } from './RotationButtons.tsx';
import { RotationHistory } from './RotationHistory.tsx';
import { RunningRotation } from './RunningRotation.tsx';
import { usePlanChanges } from './use-plan-changes.ts';
import { planQuery, rotationsQuery } from './calls.ts';
import { ROTATOR_WORDS, sayEvery, saySpan } from './words.ts';

/** How the secret becomes another one by itself: its plan, what goes on now, and what was. */
export function RotationPanel({ secret }: { readonly secret: SecretDetail }) {
  const { may } = useMe();
  const { search, set } = useSearchState();
  const { data: plan, error } = useQuery(planQuery(secret));
  const { data: rotations } = useQuery(rotationsQuery(secret));
  const running = rotations?.items.find(({ finishedAt }) => finishedAt === null);
  const mayRotate = may('secret:rotate');
  const closePlan = (): void => set({ plan: null });
  const changes = usePlanChanges(secret, closePlan);
  const isPlanning = !useIsFinishing() && search['plan'] !== undefined && mayRotate;
  return (
    <Panel
      title="Rotation"
      action={mayRotate && plan !== undefined && <RotationButtons secret={secret} plan={plan} running={running} />}
    >
      {error !== null ? (
        <Callout tone="stop">{sayProblem(error).text}</Callout>
      ) : (
        <Known plan={plan} running={running} rotations={rotations?.items} onSetUp={mayRotate ? () => set({ plan: '1' }) : null} />
      )}
      {isPlanning && plan !== undefined && <PlanDialog secret={secret} plan={plan} changes={changes} onClose={closePlan} />}
    </Panel>
  );
}

interface KnownProps {
  readonly plan: RotationPlan | null | undefined;
  readonly running: Rotation | undefined;
  readonly rotations: readonly Rotation[] | undefined;
  readonly onSetUp: (() => void) | null;
}

function Known({ plan, running, rotations, onSetUp }: KnownProps) {
  if (plan === undefined || rotations === undefined) return <Skeleton rows={3} />;
  if (plan === null && rotations.length === 0) {
    return (
      <p className="text-soft">
        It is changed by hand. Holdfast can make, set, verify and end its values by itself, without a failed login.{' '}
        {onSetUp !== null && (
          <Button look="quiet" className="!min-h-0 !px-0 !py-0 underline" onClick={onSetUp}>
            Set it up
          </Button>
        )}
      </p>
    );
  }
  const past = rotations.filter(({ finishedAt }) => finishedAt !== null);
  return (
    <div className="grid gap-4">
      {plan !== null && <Plan plan={plan} />}
      {running !== undefined && <RunningRotation rotation={running} />}
      {past.length > 0 && <RotationHistory rotations={past} />}
    </div>
  );
}

function Plan({ plan }: { readonly plan: RotationPlan }) {
  const { settings, overlapSeconds, nextAt, failures } = plan;
  return (
    <>
      <KeyValues
        items={[
          ['How', ROTATOR_WORDS[settings.rotator]],
          ['When', sayEvery(plan)],
          ['Next', nextAt === null ? 'no date' : <Time key="next" at={nextAt} isRelative />],
          ['Both are good for', saySpan(overlapSeconds)],
        ]}
      />
      {failures > 0 && (
        <p>
          <Badge tone="stop">failed {failures === 1 ? 'once' : `${failures} times`} in a row</Badge> What was current still is.
        </p>
      )}
    </>
  );
}
