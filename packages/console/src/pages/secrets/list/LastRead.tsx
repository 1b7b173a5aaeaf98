import { Time } from '../../../ui/Time.tsx';
import { useNow } from '../../../ui/use-now.ts';

/** It is kept by the hour: within the last one nothing more is known. */
const HOUR_MS = 3_600_000;

export function LastRead({ at }: { readonly at: number | null }) {
  const now = useNow();
  if (at === null) return 'never';
  return now - at < 2 * HOUR_MS ? 'in the last hours' : <Time at={at} isRelative />;
}
