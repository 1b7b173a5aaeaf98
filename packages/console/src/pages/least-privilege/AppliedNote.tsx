import type { AdviceUndone, AdviceView } from '@holdfast/contract';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { formatCountOf } from '../../state/format.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { Time } from '../../ui/Time.tsx';

/** What was taken away last can be given back as one. */
export function AppliedNote({ batch: { appliedAt, appliedBy, items } }: { readonly batch: NonNullable<AdviceView['applied']> }) {
  const { may } = useMe();
  const back = useChange<AdviceUndone>({
    name: 'advice.rollback',
    says: ({ skipped }) =>
      skipped.length === 0 ? 'Everything was given back.' : `Given back, but for ${skipped.length} that somebody changed since.`,
  });
  return (
    <Callout title={`${formatCountOf(items.length, 'right')} taken away`}>
      <p>
        <Time at={appliedAt} />, by {appliedBy}.
      </p>
      {may('policy:write') && (
        <p className="mt-2 flex items-center gap-2">
          <Button
            isBusy={back.isPending}
            onClick={() => back.run({ method: 'POST', path: '/advice/rollback' }, 'Give the rights back')}
          >
            Give back
          </Button>
          <CopyAsCli words={['advise', '--rollback']} />
        </p>
      )}
    </Callout>
  );
}
