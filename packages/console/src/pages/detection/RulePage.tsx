import type { RuleDetail } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';
import { useMe } from '../../api/queries.ts';
import { usePageParam } from '../../state/search.ts';
import { Callout } from '../../ui/Callout.tsx';
import { badgeFact, Facts } from '../../ui/Facts.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { Who } from '../../ui/Who.tsx';
import type { PageModule } from '../page.ts';
import { BacktestPanel } from './BacktestPanel.tsx';
import { ruleQuery } from './calls.ts';
import { ExplainPanel } from './ExplainPanel.tsx';
import { RuleActions } from './RuleActions.tsx';
import { ORIGIN_WORDS, sayLogsource, STATE_TONES, STATE_WORDS } from './words.ts';

function RulePage() {
  const { data } = useSuspenseQuery(ruleQuery(usePageParam('id')));
  const { may } = useMe();
  return (
    <>
      <PageHead title={data.title} lead={data.description ?? undefined} />
      <div className="grid gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-5">
          {data.idle !== null && (
            <Callout tone="watch" title="It cannot fire here">
              {data.idle}
            </Callout>
          )}
          <Panel title="Text">
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
            <pre tabIndex={0} className="overflow-x-auto rounded bg-raised p-3 text-[0.8125rem]">
              {data.text}
            </pre>
          </Panel>
          {may('detection:write') && data.kind !== 'filter' && <BacktestPanel id={data.id} />}
          {data.kind === 'rule' && <ExplainPanel id={data.id} />}
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          {may('detection:write') && (
            <Panel title="What to do">
              <RuleActions rule={data} />
            </Panel>
          )}
          <RuleFacts rule={data} />
        </div>
      </div>
    </>
  );
}

function RuleFacts({ rule }: { readonly rule: RuleDetail }) {
  const {
    state,
    severity,
    origin,
    logsource,
    hits,
    lastHitAt,
    status,
    tags,
    falsePositives,
    filters,
    changedAt,
    changedBy,
    reason,
  } = rule;
  return (
    <Facts
      items={[
        badgeFact('State', STATE_TONES[state], STATE_WORDS[state]),
        badgeFact('Severity', SEVERITY_TONES[severity], SEVERITY_WORDS[severity]),
        ['From', ORIGIN_WORDS[origin]],
        ['Looks at', sayLogsource(logsource)],
        ['Hits', hits],
        ['Last hit', lastHitAt === null ? 'never' : <Time key="last" at={lastHitAt} />],
        ['Status', status ?? 'not said'],
        ['Tags', tags.length === 0 ? 'none' : tags.join(', ')],
        ['Honest causes', falsePositives.length === 0 ? 'none known' : falsePositives.join('; ')],
        ...(filters.length === 0 ? [] : [['Filters', filters.join(', ')] as const]),
        ['Changed', <Time key="changed" at={changedAt} />],
        ['By', <Who key="by" actor={changedBy} />],
        ...(reason === null ? [] : [['Reason', reason] as const]),
      ]}
    />
  );
}

export const page: PageModule = {
  Component: RulePage,
  prefetch: async ({ queries, params }) => queries.ensureQueryData(ruleQuery(params['id'] ?? '')),
};
