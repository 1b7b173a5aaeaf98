import type { AttackSourceQuery, AttackSources, WatchHealth } from '@holdfast/contract';
import type { Alerts } from './alerts/alerts.ts';
import type { Channels } from './channels/channels.ts';
import type { Dormancy } from './dormancy/dormancy.ts';
import type { Intel } from './intel/intel.ts';
import type { Rules } from './rules/rules.ts';

/** The rooms of the domain as the API asks them; each is there once it is built. */
export interface DetectionRooms {
  rules?: Rules;
  alerts?: Alerts;
  channels?: Channels;
  intel?: Intel;
  /** Left out = nobody is asked before a call is answered. */
  readonly dormancy?: Pick<Dormancy, 'before'>;
  readonly sources: (query: AttackSourceQuery) => Promise<AttackSources>;
  readonly health: () => Promise<WatchHealth>;
}
