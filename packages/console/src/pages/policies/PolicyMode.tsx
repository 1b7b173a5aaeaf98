import type { PolicyStatus } from '@holdfast/contract';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { setPath } from './calls.ts';
import { API_SET, SECRETS_SET } from './words.ts';

/** Enforced, or only recorded: a new set can be watched first. */
export function PolicyMode({ status: { set, accessMode, inForce } }: { readonly status: PolicyStatus }) {
  const { may } = useMe();
  const to = (mode: 'monitor' | 'enforce') =>
    ({ method: 'PUT', path: setPath(set, '/mode'), body: { accessMode: mode } }) as const;
  const change = useChange<PolicyStatus>({
    name: 'policy.mode',
    says: (now) => (now.accessMode === 'enforce' ? 'The policies are enforced.' : 'What they deny is recorded only.'),
    undo: (now) => to(now.accessMode === 'enforce' ? 'monitor' : 'enforce'),
  });
  if (inForce === null || set === API_SET || set === SECRETS_SET) return null;
  const next = accessMode === 'enforce' ? 'monitor' : 'enforce';
  return (
    <>
      <Badge tone={accessMode === 'enforce' ? 'ok' : 'watch'}>{accessMode === 'enforce' ? 'enforced' : 'recorded only'}</Badge>
      {may('policy:write') && (
        <>
          <Button isBusy={change.isPending} onClick={() => change.run(to(next), `Set the policies of ${set} to ${next}`)}>
            {next === 'enforce' ? 'Enforce' : 'Record only'}
          </Button>
          <CopyAsCli words={['policy', 'mode', set, next]} />
        </>
      )}
    </>
  );
}
