import type { PromotionView, Readiness } from '@holdfast/contract';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { PromoteDialog } from './PromoteDialog.tsx';

interface ReadinessPanelProps {
  readonly readiness: Readiness;
  readonly promotion: PromotionView | null;
}

/** How far an application is from enforcing, and the switch. */
export function ReadinessPanel({ readiness: { application, mode, ready, lines }, promotion }: ReadinessPanelProps) {
  const { may } = useMe();
  const [isAsking, ask] = useState(false);
  const promote = useChange<PromotionView>({
    name: `tuning.promote.${application}`,
    onDone: () => ask(false),
    says: ({ share }) => (share === 100 ? `${application} enforces.` : `${application} enforces for ${share} % of the clients.`),
    undo: () => ({ method: 'POST', path: '/tuning/rollback', body: { application } }),
    showsFaults: true,
  });
  return (
    <Panel
      title={application}
      action={<Badge tone={mode === 'enforce' ? 'ok' : 'watch'}>{mode === 'enforce' ? 'enforces' : 'records only'}</Badge>}
    >
      <ul className="flex flex-col gap-1.5">
        {lines.map(({ name, passed, figure, next }) => (
          <li key={name} className="flex gap-2">
            <span aria-hidden="true" className={passed ? 'text-ok' : 'text-watch'}>
              {passed ? '✓' : '○'}
            </span>
            <span>
              <span className="sr-only">{passed ? 'Reached: ' : 'Not reached: '}</span>
              {figure}
              {!passed && <span className="text-soft"> {next}</span>}
            </span>
          </li>
        ))}
      </ul>
      {promotion !== null && <PromotionNote promotion={promotion} />}
      {mode === 'monitor' && promotion?.state !== 'canary' && may('mode:write') && (
        <div className="mt-4 flex flex-wrap items-center gap-2">
          <Button look={ready ? 'main' : 'plain'} onClick={() => ask(true)}>
            Enforce…
          </Button>
          <CopyAsCli words={['tune', 'promote', application]} />
        </div>
      )}
      {isAsking && <PromoteDialog application={application} change={promote} onClose={() => ask(false)} />}
    </Panel>
  );
}

function PromotionNote({
  promotion: { application, state, share, until, watchedUntil, why },
}: {
  readonly promotion: PromotionView;
}) {
  const { may } = useMe();
  const back = useChange<PromotionView>({ name: `tuning.back.${application}`, says: `${application} records only again.` });
  if (state === 'settled' || state === 'undone') return null;
  if (state === 'rolled-back')
    return (
      <Callout tone="watch" title="It went back to recording by itself">
        {why}
      </Callout>
    );
  return (
    <div className="mt-3">
      <Callout title={state === 'canary' ? `Enforced for ${share} % of the clients` : 'Enforced, and still watched'}>
        {state === 'canary' ? 'Everybody follows ' : 'It goes back by itself if people are blocked, until '}
        <Time at={state === 'canary' ? until : watchedUntil} isRelative />.
        {may('mode:write') && (
          <span className="mt-2 flex items-center gap-2">
            <Button
              isBusy={back.isPending}
              onClick={() =>
                back.run({ method: 'POST', path: '/tuning/rollback', body: { application } }, `Go back for ${application}`)
              }
            >
              Go back now
            </Button>
            <CopyAsCli words={['tune', 'rollback', application]} />
          </span>
        )}
      </Callout>
    </div>
  );
}
