import type { Overview } from '@holdfast/contract';
import { formatCount, formatDuration } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { LinkTo } from '../../ui/LinkTo.tsx';

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly token?: string;
  readonly to?: string;
}

function figuresOf({ counts, p95Us }: Overview['today']): readonly Figure[] {
  const events = (outcome: string): string => paths.events({ outcome, span: '24h' });
  return [
    { name: 'allowed', value: formatCount(counts.allowed), token: '--series-allowed' },
    { name: 'would be blocked', value: formatCount(counts.recorded), token: '--series-recorded', to: events('recorded') },
    { name: 'blocked', value: formatCount(counts.blocked), token: '--series-blocked', to: events('blocked') },
    { name: 'refused', value: formatCount(counts.refused), token: '--series-refused', to: events('refused') },
    { name: 'added at most (95 %)', value: p95Us === null ? '—' : formatDuration(p95Us) },
  ];
}

/** What passed since midnight, in a line of figures; each leads to its events. */
export function Today({ overview }: { readonly overview: Overview }) {
  return (
    <section aria-labelledby="today" className="panel px-5 py-4">
      <h2 id="today" className="mb-2 text-soft">
        Today
      </h2>
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(7rem,1fr))] gap-x-4 gap-y-4">
        {figuresOf(overview.today).map(({ name, value, token, to }) => (
          <div key={name} className="flex flex-col-reverse justify-end">
            <dt className="text-[0.8125rem] text-soft">
              {token !== undefined && (
                <span
                  className="me-1.5 inline-block size-2.5 rounded-[3px]"
                  style={{ background: `var(${token})` }}
                  aria-hidden="true"
                />
              )}
              {to === undefined ? name : <LinkTo to={to}>{name}</LinkTo>}
            </dt>
            <dd className="font-display text-[1.75rem] leading-tight">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
