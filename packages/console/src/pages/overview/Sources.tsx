import type { AttackSources } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useLive } from '../../api/live.ts';
import { formatCountOf, formatCountry } from '../../state/format.ts';
import { classes } from '../../ui/classes.ts';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { sourcesQuery } from './calls.ts';
import { WorldPicture } from './WorldPicture.tsx';

type Source = AttackSources['items'][number];
type Span = AttackSources['span'];

const SPANS: readonly (readonly [span: Span, title: string])[] = [
  ['1h', 'Hour'],
  ['24h', 'Day'],
];
const SHOWN = 8;
/** An attack is a thousand records a minute; the picture moves once in so long. */
const AGAIN_MS = 3000;
const ATTACKS: ReadonlySet<string> = new Set(['blocked', 'recorded', 'refused']);

const COLUMNS: readonly Column<Source>[] = [
  { head: 'Country', cell: ({ country }) => formatCountry(country) },
  { head: 'Network', cell: ({ asn, network }) => (asn === null ? 'not known' : (network ?? `AS${asn}`)) },
  { head: 'Requests', cell: ({ requests }) => requests, isNumber: true },
  { head: 'Findings', cell: ({ findings }) => findings, isNumber: true },
  { head: 'Last', cell: ({ lastAt }) => <Time at={lastAt} isRelative /> },
];

/** From which countries and networks attacks come, as it happens. The table says what the picture shows. */
export function Sources() {
  const [span, choose] = useState<Span>('24h');
  const { data, refetch } = useSuspenseQuery(sourcesQuery(span));
  const again = useRef(0);
  const readAgain = (): void => {
    const now = Date.now();
    if (now - again.current < AGAIN_MS) return;
    again.current = now;
    void refetch();
  };
  useLive({
    onRecord: ({ type, outcome }) => {
      if (type === 'alert.opened' || (type === 'request.completed' && ATTACKS.has(outcome))) readAgain();
    },
    onGap: readAgain,
  });
  return (
    <Panel title="Where attacks come from" action={<SpanChoice chosen={span} onChoose={choose} />} isFlush>
      <div className="px-4 pb-3">
        <WorldPicture sources={data} />
        <p className="text-[0.875rem] text-soft">{sayTotal(data)}</p>
      </div>
      <DataTable
        caption="Sources of attacks"
        rows={data.items.slice(0, SHOWN)}
        keyOf={({ country, asn }) => `${country ?? ''} ${asn ?? ''}`}
        columns={COLUMNS}
        empty={null}
      />
    </Panel>
  );
}

function sayTotal({ items, total }: AttackSources): string {
  if (items.length === 0) return 'No attack was seen in this time.';
  const rest = items.length > SHOWN ? `; the first ${SHOWN} of ${items.length} sources` : '';
  return `${formatCountOf(total.requests, 'request')} and ${formatCountOf(total.findings, 'finding')}${rest}.`;
}

function SpanChoice({ chosen, onChoose }: { readonly chosen: Span; readonly onChoose: (span: Span) => void }) {
  return (
    <div role="group" aria-label="Span of sources" className="flex rounded-md border border-line">
      {SPANS.map(([span, title]) => (
        <button
          key={span}
          type="button"
          aria-pressed={span === chosen}
          className={classes('px-2.5 py-1 text-[0.875rem]', span === chosen ? 'bg-tint font-medium' : 'text-soft hover:text-ink')}
          onClick={() => onChoose(span)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
