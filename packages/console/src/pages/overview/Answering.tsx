import type { IncidentView, Page } from '@holdfast/contract';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { read } from '../../api/client.ts';
import { SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';
import { useLive } from '../../api/live.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';

const FRESH_MS = 15_000;
const SHOWN_MAX = 5;
/** Of these an open incident is made, moved or left. */
const MOVING = /^incident\.(?:opened|moved)$|^response\.action-/u;

const openQuery = queryOptions({
  queryKey: ['incidents', 'open'],
  queryFn: async ({ signal }) => read<Page<IncidentView>>('/incidents', { limit: SHOWN_MAX }, signal),
  refetchInterval: FRESH_MS,
});

/** Incidents that are open, and whether one of them waits for somebody. */
export function Answering() {
  const { data, refetch } = useSuspenseQuery(openQuery);
  useLive({ onRecord: ({ type }) => void (MOVING.test(type) && refetch()) });
  return (
    <Panel title="Incidents" action={<LinkTo to={paths.incidents()}>All incidents</LinkTo>}>
      {data.items.length === 0 ? (
        <p className="text-soft">None is open. A critical alert opens one, and so does a risk of 100.</p>
      ) : (
        <ol className="flex flex-col gap-2">
          {data.items.map(({ id, number, title, severity, waiting, openedAt }) => (
            <li key={id}>
              <Badge tone={SEVERITY_TONES[severity]}>{SEVERITY_WORDS[severity]}</Badge>{' '}
              <LinkTo to={paths.incident(id)} className="link [overflow-wrap:anywhere]">
                {`#${number} ${title}`}
              </LinkTo>
              <span className="block text-[0.8125rem] text-soft">
                <Time at={openedAt} isRelative />
                {waiting > 0 && `, ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for approval`}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
