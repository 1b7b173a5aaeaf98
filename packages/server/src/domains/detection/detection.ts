import type { EventRecord } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Bus } from '../../platform/bus/bus.ts';
import type { Keyring } from '../../platform/keyring/keyring.ts';
import type { SealedArea } from '../../platform/keyring/sealed-area.ts';
import { openPlaces, type Places } from '../../platform/geo/places.ts';
import type { Log } from '../../platform/log.ts';
import type { Mail } from '../../platform/mail/mail.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Applications } from '../applications/index.ts';
import type { Protection } from '../protection/index.ts';
import type { People, Sessions } from '../identity/index.ts';
import { createAnswers, type AnswersParts } from './alerts/answers/create-answers.ts';
import { createAlerts, type AlertsOptions } from './alerts/create-alerts.ts';
import { createChannels } from './channels/stored-channels.ts';
import { tellMissed } from './channels/tell-missed.ts';
import { createDormancy } from './dormancy/dormancy.ts';
import { createIntel } from './intel/create-intel.ts';
import { detectionsOf } from './intel/listed-event.ts';
import { runInThread } from './intel/thread/run-in-thread.ts';
import { ALL_BEHAVIOURS } from './behaviours/all.ts';
import type { StoredEvents } from './rules/backtest/stored-events.ts';
import { createRules } from './rules/create-rules.ts';
import type { Rules } from './rules/rules.ts';
import { readOwnRules } from './rules/own/own-files.ts';
import { createWatch } from './watch/create-watch.ts';
import type { ThreadData } from './watch/thread/protocol.ts';
import type { Watch } from './watch/watch.ts';
import type { DetectionRooms } from './detection-rooms.ts';
import { watchHealth } from './watch-health.ts';

export interface DetectionParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Keyring;
  readonly dataDir: string;
  readonly node: string;
  readonly settings: ThreadData;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  readonly applications: Applications;
  readonly protection: Protection;
  readonly sessions: Sessions;
  readonly people: Pick<People, 'tell' | 'requireStepUp'>;
  /** What was recorded, for trying rules on the past. */
  readonly events: StoredEvents;
  readonly alerts: Pick<AlertsOptions, 'pseudonym' | 'indexesOf' | 'keptDays'> & Pick<AnswersParts, 'isOn' | 'trustedHops'>;
  readonly mail: Pick<Mail, 'deliver'>;
  /** A person who comes back after weeks is asked for every factor before a privileged call is answered. */
  readonly asksDormant: boolean;
  /** The value behind a reference such as `env:NAME`. */
  readonly secret: (reference: string) => string;
  /** Of the page that shows an alert. */
  readonly link: (alert: string) => string;
}

/** What happens, watched: events in, alerts out. */
export interface Detection extends AsyncDisposable {
  /** Every event of a gateway and every record, each once. Never waits, never throws. */
  observe(events: readonly EventRecord[]): void;
  start(): Promise<void>;
  /** Every few seconds. */
  tick(): Promise<void>;
  readonly rooms: Readonly<DetectionRooms>;
  readonly watch: Pick<Watch, 'health'>;
  /** What it seals. */
  readonly sealed: readonly SealedArea[];
}

/** Where threat intelligence is made, what it leaves alone, and who is told of it. */
function intelPlaces({ protection, settings: { cityFile } }: DetectionParts) {
  const actor = { kind: 'system', ref: 'intel' } as const;
  return {
    run: runInThread(),
    allows: async () => protection.readAllowList(),
    changed: async () => void (await protection.snapshots.refresh('intel.tables', actor)),
    places: whenAsked(cityFile),
  };
}

/** Read when somebody first looks an address up: the watch has its own, in its thread. */
function whenAsked(cityFile: string | null): () => Promise<Places> {
  let opening: Promise<Places> | null = null;
  return async () => {
    opening ??= openPlaces({ cityFile }).catch(async () => openPlaces({}));
    return opening;
  };
}

async function settingsOfB8(rules: Pick<Rules, 'behaviours'>): Promise<{ isOn: boolean; days: number }> {
  const found = (await rules.behaviours()).find(({ id }) => id === 'B8');
  const days = found?.thresholds.find(({ name }) => name === 'days')?.value ?? Number.POSITIVE_INFINITY;
  return { isOn: found?.state === 'on', days };
}

export function createDetection(parts: DetectionParts): Detection {
  const { log } = parts;
  const watch = createWatch({ ...parts, planted: () => [{ name: 'indicator', ...intel.planted() }] });
  const rules = createRules({ ...parts, watch, definitions: ALL_BEHAVIOURS, own: readOwnRules });
  const alerts = createAlerts({
    ...parts,
    ...parts.alerts,
    answers: (journal) => createAnswers({ ...parts, ...parts.alerts, clients: (now) => journal.clients(now) }),
  });
  const channels = createChannels(parts);
  const intel = createIntel({ ...parts, ...intelPlaces(parts) });
  alerts.onTold((alert) => channels.tell(alert));
  const dormancy = parts.asksDormant ? createDormancy({ ...parts, alerts, settings: async () => settingsOfB8(rules) }) : null;
  const rooms: DetectionRooms = {
    ...(dormancy === null ? {} : { dormancy }),
    rules,
    alerts,
    channels,
    intel,
    sources: async (query) => watch.sources(query),
    health: () => watchHealth(watch, rooms),
  };
  let isEnding = false;
  let starting: Promise<void> = Promise.resolve();
  watch.onDetections((found) => alerts.take(found));
  return {
    observe(events) {
      // What is remembered and told is sealed: without keys the records are all there is.
      if (parts.keyring.isSealed) return;
      dormancy?.observe(events);
      alerts.observe(events);
      watch.observe(events);
      intel.observe(events);
      const listed = [...events.flatMap(detectionsOf), ...intel.matched(events)];
      if (listed.length > 0) alerts.take(listed);
    },
    async start() {
      // Nobody waits for the thread: what happens until it is there waits for it.
      starting = Promise.all([watch.start(), rules.start()]).then(
        () => undefined,
        (error: unknown) => {
          if (!isEnding) log.error({ err: error }, 'the watch was not started');
        },
      );
      await channels.start();
      await tellMissed({ alerts, channels, log, now: parts.clock.now() });
    },
    async tick() {
      await rules.tick();
      await alerts.tick();
      await channels.tick();
      // A source may be slow, and nothing waits for it.
      void intel
        .tick()
        .catch((error: unknown) => log.warn({ err: error }, 'threat intelligence was not looked after; tried later'));
    },
    rooms,
    watch,
    sealed: [watch.sealed],
    // The watch first: what it still finds is taken.
    async [Symbol.asyncDispose]() {
      isEnding = true;
      await watch[Symbol.asyncDispose]();
      await starting;
      await rules[Symbol.asyncDispose]();
      await alerts[Symbol.asyncDispose]();
      await channels[Symbol.asyncDispose]();
      await intel[Symbol.asyncDispose]();
    },
  };
}
