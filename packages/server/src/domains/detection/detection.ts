import type { EventRecord } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Bus } from '../../platform/bus/bus.ts';
import type { Keyring } from '../../platform/keyring/keyring.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Applications } from '../applications/index.ts';
import type { Protection } from '../protection/index.ts';
import type { Sessions } from '../identity/index.ts';
import type { Alerts } from './alerts/alerts.ts';
import type { Channels } from './channels/channels.ts';
import type { Intel } from './intel/intel.ts';
import type { Rules } from './rules/rules.ts';

export interface DetectionParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Keyring;
  readonly dataDir: string;
  readonly node: string;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  readonly applications: Applications;
  readonly protection: Protection;
  readonly sessions: Sessions;
}

/** The rooms of the domain as the API asks them; each is there once it is built. */
export interface DetectionRooms {
  rules?: Rules;
  alerts?: Alerts;
  channels?: Channels;
  intel?: Intel;
}

/** What happens, watched: events in, alerts out. */
export interface Detection extends AsyncDisposable {
  /** Every event of a gateway and every record, each once. Never waits, never throws. */
  observe(events: readonly EventRecord[]): void;
  start(): Promise<void>;
  /** Every few seconds. */
  tick(): Promise<void>;
  readonly rooms: Readonly<DetectionRooms>;
}

export function createDetection(_parts: DetectionParts): Detection {
  const rooms: DetectionRooms = {};
  return {
    observe() {},
    async start() {},
    async tick() {},
    rooms,
    async [Symbol.asyncDispose]() {},
  };
}
