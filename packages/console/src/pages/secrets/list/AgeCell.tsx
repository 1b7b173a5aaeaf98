import type { SecretView } from '@holdfast/contract';
import { formatCountOf } from '../../../state/format.ts';
import { Badge } from '../../../ui/Badge.tsx';
import { Bar } from '../../../ui/Bar.tsx';
import { useNow } from '../../../ui/use-now.ts';
import { ageOf } from '../words.ts';

/** How old the value is against what it may become: in words, with a bar that repeats them. */
export function AgeCell({ secret }: { readonly secret: SecretView }) {
  const { days, daysMax, share, daysOver } = ageOf(secret, useNow());
  if (daysMax === null) return <span className="whitespace-nowrap">{formatCountOf(days, 'day')}</span>;
  return (
    <span className="block min-w-28">
      <span className="whitespace-nowrap">
        {days} of {formatCountOf(daysMax, 'day')}
      </span>{' '}
      {secret.isOverdue && <Badge tone="stop">{daysOver > 0 ? `overdue by ${formatCountOf(daysOver, 'day')}` : 'overdue'}</Badge>}
      <Bar
        share={Math.max(share, 0.02)}
        tone={secret.isOverdue ? 'stop' : share > 0.8 ? 'watch' : 'ok'}
        className="mt-1 max-w-40"
      />
    </span>
  );
}
