import type { ActionView } from '@holdfast/contract';
import { formatCountOf, formatShare } from '../state/format.ts';

/** Whom an action touches, in words. */
export function sayImpact({ impact: { requests, sessions, clients, share, unknown } }: ActionView['plan']): string {
  const part = share === null ? '' : ` (${formatShare(share)} of all)`;
  const counts = [
    `${formatCountOf(clients, 'client')}${part}`,
    formatCountOf(sessions, 'session'),
    formatCountOf(requests, 'request'),
  ];
  return `${counts.join(', ')} in the last hour${unknown === null ? '' : `; ${unknown}`}`;
}
