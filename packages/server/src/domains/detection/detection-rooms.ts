import type { WatchHealth } from '@holdfast/contract';
import type { Alerts } from './alerts/alerts.ts';
import type { Channels } from './channels/channels.ts';
import type { Intel } from './intel/intel.ts';
import type { Rules } from './rules/rules.ts';

/** The rooms of the domain as the API asks them; each is there once it is built. */
export interface DetectionRooms {
  rules?: Rules;
  alerts?: Alerts;
  channels?: Channels;
  intel?: Intel;
  readonly health: () => Promise<WatchHealth>;
}
