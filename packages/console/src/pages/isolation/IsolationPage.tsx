import type { IsolatedView, ReleaseCheck } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { statusQuery, useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import type { PageModule } from '../page.ts';
import { isolationPath, isolationsQuery } from './calls.ts';
import { IsolateDialog } from './IsolateDialog.tsx';
import { ReleaseDialog } from './ReleaseDialog.tsx';
import { CHECK_STATE_WORDS, CHECK_TONES, CHECK_WORDS, KIND_WORDS, sayIsolated } from './words.ts';

function IsolationPage() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(isolationsQuery(search));
  const { data: status } = useSuspenseQuery(statusQuery);
  const { may } = useMe();
  const [isCutting, cut] = useState(false);
  const [releasing, release] = useState<IsolatedView | null>(null);
  return (
    <>
      <PageHead
        title="Isolation"
        lead="What is cut off now, since when, by whom, what it costs, and whether it may go again."
        actions={
          may('incident:isolate') && (
            <Button look="danger" onClick={() => cut(true)}>
              Cut something off
            </Button>
          )
        }
      />
      {data.items.length === 0 ? (
        <Panel>
          <EmptyState
            title="Nothing is cut off"
            text="A route, or a whole application, can be closed within a second while everything else goes on."
            command="holdfast isolate --help"
          />
        </Panel>
      ) : (
        <div className="grid gap-5 lg:grid-cols-2">
          {data.items.map((one) => (
            <Isolated key={one.id} isolated={one} onRelease={may('incident:isolate') ? () => release(one) : null} />
          ))}
        </div>
      )}
      <Pager next={data.next} count={data.items.length} />
      {isCutting && <IsolateDialog applications={status.applications.map(({ id }) => id)} onClose={() => cut(false)} />}
      {releasing !== null && <ReleaseDialog isolated={releasing} onClose={() => release(null)} />}
    </>
  );
}

interface IsolatedProps {
  readonly isolated: IsolatedView;
  /** Null = who looks may not. */
  readonly onRelease: (() => void) | null;
}

function Isolated({ isolated, onRelease }: IsolatedProps) {
  const { id, kind, since, by, reason, refused, refusedLastMinute, expiresAt, incident, allow, checks, checkedAt } = isolated;
  const check = useChange<unknown>({ name: `isolation.check.${id}`, says: 'Looked at.' });
  return (
    <Panel title={sayIsolated(isolated)} action={<Badge tone="stop">{KIND_WORDS[kind]}</Badge>}>
      <KeyValues
        items={[
          ['Since', <Time key="since" at={since} isRelative />],
          ['By', <Who key="by" actor={by} />],
          ['Why', reason],
          ['Refused', `${refused} requests, ${refusedLastMinute} in the last minute`],
          ['Ends', expiresAt === null ? 'when it is released' : <Time key="ends" at={expiresAt} isRelative />],
          ['Still come through', allow.length === 0 ? 'nobody' : allow.join(', ')],
          ...(incident === null
            ? []
            : [
                [
                  'Incident',
                  <LinkTo key="incident" to={paths.incident(incident)}>
                    the room of it
                  </LinkTo>,
                ] as const,
              ]),
        ]}
      />
      <Checks checks={checks} checkedAt={checkedAt} />
      {onRelease !== null && (
        <div className="mt-4 flex flex-wrap gap-2">
          <Button look="main" onClick={onRelease}>
            Release
          </Button>
          <Button
            isBusy={check.isPending}
            onClick={() => check.run({ method: 'POST', path: isolationPath(id, '/check'), body: {} }, 'Look whether it may go')}
          >
            Look whether it may go
          </Button>
        </div>
      )}
    </Panel>
  );
}

function Checks({ checks, checkedAt }: { readonly checks: readonly ReleaseCheck[]; readonly checkedAt: number | null }) {
  if (checkedAt === null) return null;
  return (
    <>
      <h3 className="mt-4 mb-1 font-semibold">
        Checks, <Time at={checkedAt} isRelative />
      </h3>
      <ul className="flex flex-col gap-1">
        {checks.map(({ name, state, detail }) => (
          <li key={name}>
            <Badge tone={CHECK_TONES[state]}>{CHECK_STATE_WORDS[state]}</Badge> {CHECK_WORDS[name]}
            <span className="block text-soft [overflow-wrap:anywhere]">{detail}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

export const page: PageModule = {
  Component: IsolationPage,
  prefetch: async ({ queries, search }) =>
    Promise.all([queries.ensureQueryData(isolationsQuery(search)), queries.ensureQueryData(statusQuery)]),
};
