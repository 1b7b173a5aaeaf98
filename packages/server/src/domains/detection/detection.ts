import type { EventRecord } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Bus } from '../../platform/bus/bus.ts';
import type { Keyring } from '../../platform/keyring/keyring.ts';
import type { Log } from '../../platform/log.ts';
import type { Mail } from '../../platform/mail/mail.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Applications } from '../applications/index.ts';
import type { Protection } from '../protection/index.ts';
import type { Sessions } from '../identity/index.ts';
import type { Alerts } from './alerts/alerts.ts';
import { createAlerts, type AlertsOptions } from './alerts/create-alerts.ts';
import type { Channels } from './channels/channels.ts';
import { createChannels } from './channels/stored-channels.ts';
import type { Intel } from './intel/intel.ts';
import { ALL_BEHAVIOURS } from './behaviours/all.ts';
import type { StoredEvents } from './rules/backtest/stored-events.ts';
import { createRules } from './rules/create-rules.ts';
import { readOwnRules } from './rules/own-files.ts';
import type { Rules } from './rules/rules.ts';
import type { Watch } from './watch/watch.ts';

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
  /** What was recorded, for trying rules on the past. */
  readonly events: StoredEvents;
  readonly alerts: Pick<AlertsOptions, 'pseudonym' | 'indexesOf' | 'keptDays'>;
  readonly mail: Pick<Mail, 'deliver'>;
  /** Of the page that shows an alert. */
  readonly link: (alert: string) => string;
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

/** Takes rules and finds nothing. */
const BLIND: Pick<Watch, 'setRules' | 'setBehaviours' | 'behaviours' | 'onHits'> = {
  setRules: async () => ({ digest: '', rules: 0, tookMs: 0, diagnostics: [] }),
  setBehaviours() {},
  behaviours: async () => [],
  onHits() {},
};

export function createDetection(parts: DetectionParts): Detection {
  const rules = createRules({ ...parts, watch: BLIND, definitions: ALL_BEHAVIOURS, own: readOwnRules });
  const alerts = createAlerts({ ...parts, ...parts.alerts, answers: () => ({ carryOut: async () => Promise.resolve([]) }) });
  const channels = createChannels(parts);
  alerts.onTold((alert) => channels.tell(alert));
  const rooms: DetectionRooms = { rules, alerts, channels };
  return {
    observe(events) {
      alerts.observe(events);
    },
    async start() {
      await rules.start();
      await channels.start();
    },
    async tick() {
      await rules.tick();
      await alerts.tick();
      await channels.tick();
    },
    rooms,
    async [Symbol.asyncDispose]() {
      await rules[Symbol.asyncDispose]();
      await alerts[Symbol.asyncDispose]();
      await channels[Symbol.asyncDispose]();
    },
  };
}
