import { formatMoment, formatRelative, formatShort } from '../state/format.ts';
import { useNow } from './use-now.ts';

/** A moment: short in a list, whole in the title; `relative` for what lies close to now. */
export function Time({ at, isRelative = false }: { readonly at: number; readonly isRelative?: boolean }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatMoment(at)} className="whitespace-nowrap">
      {isRelative ? formatRelative(at, now) : formatShort(at, now)}
    </time>
  );
}
