import {
  SEVERITIES,
  type AlertDetail,
  type IncidentDetail,
  type PlaybookView,
  type RunInput,
  type Trigger,
} from '@holdfast/contract';
import { isLoopback } from '../../../../../platform/address.ts';
import type { Clock } from '../../../../../platform/clock.ts';
import type { Log } from '../../../../../platform/log.ts';
import type { Beginning } from '../begin-run.ts';
import { BY_PLAYBOOKS } from '../run-parts.ts';
import type { Playbooks } from '../../playbooks.ts';
import { isDue, readCron } from './cron.ts';
import { knownOf, knownOfEntities } from './known.ts';

const MINUTE_MS = 60_000;
/** Of an incident so many alerts are looked at for who found something. */
const ALERTS_MAX = 100;

export interface TriggerParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly playbooks: () => Pick<Playbooks, 'triggered'> | undefined;
  /** Null = there is none. */
  readonly incident: (id: string) => Promise<IncidentDetail>;
  /** Who found an alert; null = it is known no longer. */
  readonly detectorOf: (alert: string) => Promise<string | null>;
  /** Whether something may be done by itself for this application; false = the run shows what it would do. */
  readonly mayAct: (application: string | null) => Promise<boolean>;
}

export interface Triggers {
  known(incident: string | null): Promise<ReadonlyMap<string, string>>;
  onIncident(incident: IncidentDetail): void;
  onAlert(alert: AlertDetail): void;
  tick(): Promise<void>;
  settle(): Promise<void>;
}

interface Options extends TriggerParts {
  readonly start: (beginning: Omit<Beginning, 'heldUntil'>) => Promise<string | null>;
}

/** Starts playbooks that are to start by themselves: one run of each for one incident, alert or minute. */
export function createTriggers(parts: Options): Triggers {
  let lastMinute = Math.floor(parts.clock.now() / MINUTE_MS);
  let going: Promise<void> = Promise.resolve();
  /** Nobody waits for it: what fails is said in the log. */
  const later = (work: () => Promise<void>): void => {
    going = going.then(work).catch((error: unknown) => parts.log.warn({ err: error }, 'playbooks could not be started'));
  };
  return {
    known: async (incident) => (incident === null ? new Map() : knownOf(await parts.incident(incident))),
    onIncident(incident) {
      if (incident.phase !== 'closed') later(async () => forIncident(parts, incident));
    },
    onAlert: (alert) => later(async () => forAlert(parts, alert)),
    async tick() {
      const minute = Math.floor(parts.clock.now() / MINUTE_MS);
      if (minute === lastMinute) return;
      lastMinute = minute;
      await forMinute(parts, minute);
    },
    settle: async () => going,
  };
}

const isSevere = (severity: string, least: string): boolean =>
  SEVERITIES.findIndex((one) => one === severity) >= SEVERITIES.findIndex((one) => one === least);

const triggersOf = <Kind extends Trigger['kind']>({ triggers }: PlaybookView, kind: Kind) =>
  triggers.filter((trigger): trigger is Extract<Trigger, { kind: Kind }> => trigger.kind === kind);

const triggered = async ({ playbooks }: Options): Promise<readonly PlaybookView[]> => (await playbooks()?.triggered()) ?? [];

async function forIncident(parts: Options, incident: IncidentDetail): Promise<void> {
  let detectors: Set<string> | null = null;
  for (const playbook of await triggered(parts)) {
    for (const trigger of triggersOf(playbook, 'incident')) {
      if (!isSevere(incident.severity, trigger.severity)) continue;
      if (trigger.application !== null && trigger.application !== incident.application) continue;
      if (trigger.detectors.length > 0) {
        detectors ??= await detectorsOf(parts, incident);
        if (!trigger.detectors.some((one) => detectors?.has(one) === true)) continue;
      }
      await begin(parts, {
        playbook,
        trigger: `incident ${incident.id}`,
        incident: incident.id,
        application: incident.application,
        known: knownOf(incident),
        reason: `incident ${incident.number} is ${incident.severity}`,
      });
      break;
    }
  }
}

async function detectorsOf({ detectorOf }: Options, { linkedAlerts }: IncidentDetail): Promise<Set<string>> {
  const found = await Promise.all(linkedAlerts.slice(0, ALERTS_MAX).map(async (alert) => detectorOf(alert)));
  return new Set(found.filter((one) => one !== null));
}

async function forAlert(parts: Options, alert: AlertDetail): Promise<void> {
  for (const playbook of await triggered(parts)) {
    const fits = triggersOf(playbook, 'alert').some(
      ({ detectors, severity }) => detectors.includes(alert.detector) && isSevere(alert.severity, severity),
    );
    if (!fits) continue;
    const known = knownOfEntities([alert.entity, ...alert.entities]);
    known.set('__severity__', alert.severity);
    known.set('__title__', alert.title);
    const { application } = alert;
    if (application !== null) known.set('__application__', application);
    const reason = `alert ${alert.id} of ${alert.detector}`;
    await begin(parts, { playbook, trigger: `alert ${alert.id}`, incident: null, application, known, reason });
  }
}

async function forMinute(parts: Options, minute: number): Promise<void> {
  for (const playbook of await triggered(parts)) {
    const isNow = triggersOf(playbook, 'schedule').some(({ cron }) => {
      const schedule = readCron(cron);
      return schedule !== null && isDue(schedule, minute * MINUTE_MS);
    });
    if (!isNow) continue;
    const reason = 'its time has come';
    await begin(parts, { playbook, trigger: `minute ${minute}`, incident: null, application: null, known: new Map(), reason });
  }
}

interface Due {
  readonly playbook: PlaybookView;
  readonly trigger: string;
  readonly incident: string | null;
  readonly application: string | null;
  readonly known: ReadonlyMap<string, string>;
  readonly reason: string;
}

async function begin(parts: Options, { playbook, trigger, incident, application, known, reason }: Due): Promise<void> {
  // From this machine come self-tests, monitors, and visitors of a proxy that nobody named: none of them is to be shut out unasked.
  const isOwn = isLoopback(known.get('__source__') ?? '');
  const mayAct = !isOwn && (await parts.mayAct(application));
  const input: RunInput = {
    incident,
    variables: {},
    simulate: !mayAct,
    reason: mayAct ? reason : `${reason}; nothing is done by itself here, so this is a simulation`,
  };
  try {
    await parts.start({ playbook: playbook.id, input, actor: BY_PLAYBOOKS, known, trigger });
  } catch (error) {
    parts.log.warn({ err: error, playbook: playbook.id, trigger }, 'a playbook could not be started by itself');
  }
}
