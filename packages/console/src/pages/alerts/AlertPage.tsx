import type { AlertDetail, AlertView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';
import { useMe } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { usePageParam } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { badgeFact, Facts } from '../../ui/Facts.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import type { PageModule } from '../page.ts';
import { AlertActions } from './AlertActions.tsx';
import { alertQuery } from './calls.ts';
import { EntityGraph } from './EntityGraph.tsx';
import { Timeline } from './Timeline.tsx';
import { useAlertChanges } from './use-alert-changes.ts';
import {
  ANSWER_WORDS,
  ANSWERED_TONES,
  ANSWERED_WORDS,
  KIND_WORDS,
  sayEntity,
  STATE_TONES,
  STATE_WORDS,
  VERDICT_WORDS,
} from './words.ts';

const RELATED: readonly Column<AlertView>[] = [
  { head: 'Alert', cell: ({ title }) => title },
  { head: 'About', cell: ({ entity }) => <span className="[overflow-wrap:anywhere]">{sayEntity(entity)}</span> },
  { head: 'Severity', cell: ({ severity }) => <Badge tone={SEVERITY_TONES[severity]}>{SEVERITY_WORDS[severity]}</Badge> },
  { head: 'Last', cell: ({ lastAt }) => <Time at={lastAt} isRelative /> },
];

function AlertPage() {
  const { data } = useSuspenseQuery(alertQuery(usePageParam('id')));
  const { may } = useMe();
  const changes = useAlertChanges(data);
  return (
    <>
      <PageHead title={data.title} lead={data.reason} />
      <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          <Panel title="What happened" isFlush>
            <Timeline alert={data} />
          </Panel>
          {data.related.length > 0 && (
            <Panel title="In the same hour, about the same" isFlush>
              <DataTable
                caption="Related alerts"
                rows={data.related}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => paths.alert(id)}
                columns={RELATED}
                empty={null}
              />
            </Panel>
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          {may('alert:write') && (
            <Panel title="What to do">
              <AlertActions alert={data} changes={changes} />
            </Panel>
          )}
          <Answered alert={data} />
          <AlertFacts alert={data} />
          <Panel title="Who and what">
            <EntityGraph alert={data} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function Answered({ alert: { answered } }: { readonly alert: AlertDetail }) {
  if (answered.length === 0) return null;
  return (
    <Panel title="Done at once">
      <ul className="flex flex-col gap-2">
        {answered.map(({ answer, entity, outcome, detail, time }) => (
          <li key={`${answer} ${entity.kind} ${entity.value} ${time}`}>
            <Badge tone={ANSWERED_TONES[outcome]}>{ANSWERED_WORDS[outcome]}</Badge> {ANSWER_WORDS[answer]}: {sayEntity(entity)}
            <p className="text-soft [overflow-wrap:anywhere]">{detail}</p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function AlertFacts({ alert }: { readonly alert: AlertDetail }) {
  const { state, severity, kind, detector, application, times, firstAt, lastAt, verdict, assignee, risk, attacks, index } = alert;
  const figures = Object.entries(alert.figures).map(([name, value]) => [name, String(value)] as const);
  return (
    <Facts
      items={[
        badgeFact('State', STATE_TONES[state], STATE_WORDS[state]),
        badgeFact('Severity', SEVERITY_TONES[severity], SEVERITY_WORDS[severity]),
        [
          'Found by',
          kind === 'rule' ? (
            <LinkTo key="rule" to={paths.rule(detector)}>
              {detector}
            </LinkTo>
          ) : (
            `${KIND_WORDS[kind]} ${detector}`
          ),
        ],
        ['Application', application ?? 'none'],
        ['First', <Time key="first" at={firstAt} />],
        ['Last', <Time key="last" at={lastAt} />],
        ['Times', times],
        ['Risk', `${Math.round(risk)} (an incident begins at 100)`],
        ['Given to', assignee === null ? 'nobody' : <Who key="who" actor={assignee} />],
        ...(attacks.length === 0 ? [] : [['ATT&CK', attacks.join(', ')] as const]),
        ...figures,
        [
          'Record',
          index === null ? (
            'not written yet'
          ) : (
            <LinkTo key="record" to={paths.audit({ index: String(index) })}>
              {index}
            </LinkTo>
          ),
        ],
      ]}
    >
      {verdict !== null && (
        <div className="mb-3">
          <Callout tone="note" title="Closed">
            {VERDICT_WORDS[verdict]}
          </Callout>
        </div>
      )}
    </Facts>
  );
}

export const page: PageModule = {
  Component: AlertPage,
  prefetch: async ({ queries, params }) => queries.ensureQueryData(alertQuery(params['id'] ?? '')),
};
