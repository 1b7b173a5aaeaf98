import { useSuspenseQuery } from '@tanstack/react-query';
import { statusQuery } from '../../api/queries.ts';
import { usePageParam, useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Segments } from '../../ui/Segments.tsx';
import type { PageModule } from '../page.ts';
import { ActionsTab } from './ActionsTab.tsx';
import { actionsQuery, clocksQuery, incidentQuery, runsQuery, timelineQuery } from './calls.ts';
import { ClocksTab } from './clocks/ClocksTab.tsx';
import { PartsTab } from './PartsTab.tsx';
import { PhaseBar } from './PhaseBar.tsx';
import { ReportTab } from './ReportTab.tsx';
import { RunsTab } from './RunsTab.tsx';
import { SidePanel } from './SidePanel.tsx';
import { TimelineTab } from './TimelineTab.tsx';
import { useIncidentChanges } from './use-incident-changes.ts';

/** The room of one incident: what happened, what is done about it, and who decides. */
function IncidentPage() {
  const { data } = useSuspenseQuery(incidentQuery(usePageParam('id')));
  const { search, set } = useSearchState();
  const changes = useIncidentChanges(data);
  const { id, number, title, summary, phase, application, waiting, isDrill } = data;
  const tab = search['tab'] ?? 'timeline';
  return (
    <>
      <PageHead
        title={`#${number} ${title}`}
        lead={summary === '' ? undefined : <span className="whitespace-pre-line">{summary}</span>}
        actions={isDrill && <Badge tone="note">Drill</Badge>}
      />
      <PhaseBar phase={phase} />
      {waiting > 0 && (
        <div className="mb-5">
          <Callout
            tone="watch"
            title={waiting === 1 ? 'One action waits for somebody to agree' : `${waiting} actions wait for somebody to agree`}
          >
            Whoever asked for it cannot agree to it.
          </Callout>
        </div>
      )}
      <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <div className="min-w-0">
          <Segments
            label="Incident"
            value={tab}
            onChange={(next) => set({ tab: next === 'timeline' ? null : next })}
            segments={[
              { name: 'timeline', title: 'Timeline', content: tab === 'timeline' && <TimelineTab id={id} /> },
              {
                name: 'actions',
                title: waiting > 0 ? `Actions (${waiting} wait)` : 'Actions',
                content: tab === 'actions' && <ActionsTab incident={id} application={application} />,
              },
              { name: 'playbooks', title: 'Playbooks', content: tab === 'playbooks' && <RunsTab incident={id} /> },
              { name: 'clocks', title: 'Clocks', content: tab === 'clocks' && <ClocksTab incident={data} changes={changes} /> },
              {
                name: 'parts',
                title: 'Tasks and files',
                content: tab === 'parts' && <PartsTab incident={data} changes={changes} />,
              },
              { name: 'report', title: 'Report', content: tab === 'report' && <ReportTab id={id} /> },
            ]}
          />
        </div>
        <SidePanel incident={data} changes={changes} />
      </div>
    </>
  );
}

const TAB_QUERIES = {
  timeline: timelineQuery,
  actions: (incident: string) => actionsQuery({ incident }),
  playbooks: runsQuery,
  clocks: clocksQuery,
} as const;
const isTab = (name: string): name is keyof typeof TAB_QUERIES => Object.hasOwn(TAB_QUERIES, name);

export const page: PageModule = {
  Component: IncidentPage,
  async prefetch({ queries, params, search }) {
    const id = params['id'] ?? '';
    const tab = search['tab'] ?? 'timeline';
    const { id: known } = await queries.ensureQueryData(incidentQuery(id));
    if (tab === 'actions') await queries.ensureQueryData(statusQuery);
    if (!isTab(tab)) return;
    // Each answers with something else; here it matters only that it is there.
    await queries.ensureQueryData(TAB_QUERIES[tab](known) as ReturnType<typeof timelineQuery>);
  },
};
