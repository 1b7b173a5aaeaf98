import type { EventView } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { sayProblem } from '../../api/words.ts';
import { paths } from '../../state/paths.ts';
import { Callout } from '../../ui/Callout.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { LinkTo } from '../../ui/LinkTo.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Time } from '../../ui/Time.tsx';
import { explanationQuery } from './calls.ts';
import { Explain } from './Explain.tsx';
import { RequestActions } from './RequestActions.tsx';
import { sayType } from '../../api/event-words.ts';

interface EventDrawerProps {
  /** Of a request, its number; of anything else, the id of the event. */
  readonly shown: string;
  readonly events: readonly EventView[];
  readonly onClose: () => void;
}

const REQUEST_ID_CHARS = 12;

/** One event beside the list it was opened from. */
export function EventDrawer({ shown, events, onClose }: EventDrawerProps) {
  if (shown.length === REQUEST_ID_CHARS) {
    return (
      <Dialog title={`Request ${shown}`} onClose={onClose} isDrawer>
        <ShownRequest requestId={shown} />
      </Dialog>
    );
  }
  const event = events.find(({ id }) => id === shown);
  return (
    <Dialog title={event === undefined ? 'Event' : sayType(event.type)} onClose={onClose} isDrawer>
      {event === undefined ? <p>It stands on another page of the list.</p> : <ShownEvent event={event} />}
    </Dialog>
  );
}

function ShownRequest({ requestId }: { readonly requestId: string }) {
  const { data, error } = useQuery(explanationQuery(requestId));
  if (error !== null) {
    const { title, text } = sayProblem(error);
    return (
      <Callout tone="stop" title={title}>
        {text}
      </Callout>
    );
  }
  if (data === undefined) return <Skeleton rows={10} />;
  return (
    <div className="flex flex-col gap-5">
      <RequestActions explanation={data} />
      <Explain explanation={data} />
      <LinkTo to={paths.request(requestId)}>Open as a page</LinkTo>
    </div>
  );
}

function ShownEvent({ event }: { readonly event: EventView }) {
  const { type, time, actor, target, reason, outcome, index, payload } = event;
  return (
    <div className="flex flex-col gap-5">
      <KeyValues
        items={[
          ['When', <Time key="when" at={time} />],
          ['Kind', <code key="kind">{type}</code>],
          ['Who', `${actor.kind} ${actor.ref}`],
          ['What', target ?? '—'],
          ['Outcome', outcome],
          ['Why', reason ?? '—'],
          [
            'In the ledger',
            index === null ? (
              'in memory only'
            ) : (
              <LinkTo key="ledger" to={paths.audit({ index: String(index) })}>
                entry {index}
              </LinkTo>
            ),
          ],
        ]}
      />
      <pre className="rounded-md bg-raised p-3 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {JSON.stringify(payload, null, 2)}
      </pre>
    </div>
  );
}
