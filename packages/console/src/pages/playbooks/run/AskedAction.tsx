import { useQuery } from '@tanstack/react-query';
import { sayImpact } from '../../../api/say-impact.ts';
import { KeyValues } from '../../../ui/KeyValues.tsx';
import { Time } from '../../../ui/Time.tsx';
import { Who } from '../../../ui/Who.tsx';
import { actionQuery } from '../calls.ts';

/** What an action that waits would do, and to whom. */
export function AskedAction({ id }: { readonly id: string }) {
  const { data: action } = useQuery(actionQuery(id));
  if (action === undefined) return null;
  const { plan, requestedBy, decideBy, approvedBy } = action;
  return (
    <KeyValues
      items={[
        ['Would', plan.summary],
        ['Touches', sayImpact(plan)],
        ['Agreed', `${approvedBy.length} of ${plan.approvals}`],
        ...(plan.why.length === 0 ? [] : [['Because', plan.why.join('; ')] as const]),
        ['Undo', plan.undo ?? 'cannot be undone'],
        ['Asked by', <Who key="who" actor={requestedBy} />],
        ...(decideBy === null ? [] : [['Until', <Time key="until" at={decideBy} />] as const]),
      ]}
    />
  );
}
