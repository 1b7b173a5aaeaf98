import type { TrafficTop } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { GROUP_CHOICES } from '../../api/event-words.ts';
import { spanOf } from '../../api/traffic.ts';
import { formatCount } from '../../state/format.ts';
import { useSearchState } from '../../state/search.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { topQuery } from './calls.ts';

const PARTS: readonly (readonly [by: TrafficTop['by'], title: string])[] = [
  ['group', 'class of attack'],
  ['rule', 'rule'],
  ['route', 'route'],
  ['status', 'answer'],
];

/** Where it comes from and where it goes, in the span of the picture. */
export function Top() {
  const { search, set } = useSearchState();
  const [by] = PARTS.find(([part]) => part === search['by']) ?? PARTS[0]!;
  const { data } = useQuery(topQuery(spanOf(search['span']), by));
  return (
    <Panel
      title="Most often"
      action={
        <select
          aria-label="Counted by"
          className="field !min-h-8 !w-auto !py-0.5 text-[0.875rem]"
          value={by}
          onChange={(event) => set({ by: event.target.value === 'group' ? null : event.target.value })}
        >
          {PARTS.map(([part, title]) => (
            <option key={part} value={part}>
              by {title}
            </option>
          ))}
        </select>
      }
    >
      {data === undefined ? <Skeleton rows={4} /> : <Bars top={data} />}
    </Panel>
  );
}

/** A class of attack by its name in words; everything else is called what it is. */
const nameOf = (by: TrafficTop['by'], key: string): string =>
  by === 'group' ? (GROUP_CHOICES.find(({ value }) => value === key)?.label ?? key) : key;

function Bars({ top }: { readonly top: TrafficTop }) {
  const most = Math.max(...top.items.map(({ count }) => count), 1);
  if (top.items.length === 0) return <p className="text-soft">Nothing in this span.</p>;
  return (
    <ol className="flex flex-col gap-2">
      {top.items.map(({ key, count }) => (
        <li key={key}>
          <p className="flex items-baseline justify-between gap-3">
            <span className="min-w-0 truncate" title={key}>
              {nameOf(top.by, key)}
            </span>
            <span className="text-soft">{formatCount(count)}</span>
          </p>
          <div className="h-1.5 rounded-full bg-raised" aria-hidden="true">
            <div className="h-full rounded-full bg-act" style={{ width: `${(count / most) * 100}%` }} />
          </div>
        </li>
      ))}
    </ol>
  );
}
