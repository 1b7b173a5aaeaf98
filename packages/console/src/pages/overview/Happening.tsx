import type { EventView, Page } from '@holdfast/contract';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read } from '../../api/client.ts';
import { OUTCOME_WORDS, sayTarget } from '../../api/event-words.ts';
import { useLive } from '../../api/live.ts';
import { paths } from '../../state/paths.ts';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';

const SHOWN = 7;

const latestQuery = queryOptions({
  queryKey: ['latest'],
  queryFn: async ({ signal }) => read<Page<EventView>>('/events', { limit: SHOWN }, signal),
});

const TOKENS: Readonly<Partial<Record<EventView['outcome'], string>>> = {
  allowed: '--series-allowed',
  recorded: '--series-recorded',
  blocked: '--series-blocked',
  refused: '--series-refused',
  failed: '--series-failed',
};

const addressOf = ({ id, requestId, type }: EventView): string =>
  requestId !== null && type === 'request.completed' ? paths.request(requestId) : paths.events({ show: id });

/** What was recorded last, as it is recorded. */
export function Happening() {
  const { data } = useSuspenseQuery(latestQuery);
  const [arrived, setArrived] = useState<readonly EventView[]>([]);
  useLive({ onRecord: (event) => setArrived((before) => [event, ...before].slice(0, SHOWN)) });
  const known = new Set(arrived.map(({ id }) => id));
  const events = [...arrived, ...data.items.filter(({ id }) => !known.has(id))].slice(0, SHOWN);
  return (
    <Panel title="Happening" action={<LinkTo to={paths.events()}>All events</LinkTo>} isFlush>
      {events.length === 0 ? (
        <p className="px-4 pb-4 text-soft">Nothing was recorded yet.</p>
      ) : (
        <ol className="border-t border-line">
          {events.map((event) => (
            <li key={event.id} className="flex items-baseline gap-2.5 border-b border-line px-4 py-1.5 last:border-b-0">
              <span
                className="size-2 shrink-0 rounded-full"
                style={{ background: `var(${TOKENS[event.outcome] ?? '--color-field'})` }}
                aria-hidden="true"
              />
              <LinkTo to={addressOf(event)} className="min-w-0 flex-1 truncate hover:underline">
                {sayTarget(event)}
                <span className="sr-only"> {OUTCOME_WORDS[event.outcome]}</span>
              </LinkTo>
              <span className="text-[0.8125rem] text-soft">
                <Time at={event.time} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
