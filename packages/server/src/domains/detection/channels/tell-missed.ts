import type { Log } from '../../../platform/log.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Channels } from './channels.ts';
import { DAY_MS } from './filter.ts';

/** Newest first: what is older than these was either told or is no news any more. */
const LOOKED_AT_MAX = 200;

export interface Missed {
  readonly alerts: Pick<Alerts, 'list' | 'show'>;
  readonly channels: Pick<Channels, 'untold' | 'tell'>;
  readonly log: Log;
  readonly now: number;
}

/**
 * At the start: an alert is stored first and told after, and a process can be killed in between. What was taken for a channel
 * is known, so nothing is told twice.
 */
export async function tellMissed({ alerts, channels, log, now }: Missed): Promise<void> {
  try {
    const { items } = await alerts.list({ state: 'open', since: now - DAY_MS, limit: LOOKED_AT_MAX });
    for (const id of [...(await channels.untold(items))].toReversed()) channels.tell(await alerts.show(id));
  } catch (error) {
    log.error({ err: error }, 'alerts that a killed process had not told could not be looked for');
  }
}
