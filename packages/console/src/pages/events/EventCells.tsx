import type { EventView } from '@holdfast/contract';
import { Badge } from '../../ui/Badge.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Time } from '../../ui/Time.tsx';
import { OUTCOME_TONES, OUTCOME_WORDS, sayGroup, sayTarget, SEVERITY_TONES, SEVERITY_WORDS } from '../../api/event-words.ts';

/** The classes of attack that were found in a request, once each. */
function groupsOf({ payload }: EventView): readonly string[] {
  const { findings } = payload;
  // The shape is that of the event's type in the catalogue; other types have no such field.
  const list = Array.isArray(findings) ? (findings as readonly { readonly group: Parameters<typeof sayGroup>[0] }[]) : [];
  return [...new Set(list.map(({ group }) => sayGroup(group)))];
}

function What({ event }: { readonly event: EventView }) {
  const groups = groupsOf(event);
  return (
    <>
      <span className="block max-w-[48ch] truncate max-sm:whitespace-normal" title={sayTarget(event)}>
        {sayTarget(event)}
      </span>
      <span className="text-[0.8125rem] text-soft">{groups.length === 0 ? (event.target ?? event.type) : groups.join(', ')}</span>
    </>
  );
}

export const eventColumns: readonly Column<EventView>[] = [
  { head: 'Time', cell: ({ time }) => <Time at={time} /> },
  { head: 'What', cell: (event) => <What event={event} /> },
  { head: 'Outcome', cell: ({ outcome }) => <Badge tone={OUTCOME_TONES[outcome]}>{OUTCOME_WORDS[outcome]}</Badge> },
  { head: 'Severity', cell: ({ severity }) => <Badge tone={SEVERITY_TONES[severity]}>{SEVERITY_WORDS[severity]}</Badge> },
  { head: 'Application', cell: ({ application }) => application ?? '—' },
  { head: 'Who', cell: ({ actor }) => <span title={actor.ref}>{actor.kind === 'visitor' ? 'visitor' : actor.ref}</span> },
];
