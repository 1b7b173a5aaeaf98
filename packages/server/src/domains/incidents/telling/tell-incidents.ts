import { actionEvents, incidentEvents, playbookEvents, type EventRecord, type IncidentDetail } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Channels, TextMessage } from '../../detection/index.ts';
import type { Actions } from '../actions/actions.ts';
import type { Cases } from '../cases/cases.ts';

export interface TellingParts {
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly cases: () => Pick<Cases, 'show'> | undefined;
  readonly actions: () => Pick<Actions, 'show'> | undefined;
  readonly channels: () => Pick<Channels, 'tellText'> | undefined;
  /** Of the page that shows an incident. */
  readonly link: (incident: string) => string;
}

/** Handlers are named for good: what an earlier process left behind is told by the next one. */
const SUBSCRIBER = 'telling of incidents';

/**
 * Tells channels what somebody has to know of: an incident that begins or grows worse, an action or a playbook that waits for
 * somebody, a playbook that failed. From the outbox, so that nothing is lost with a process; under a key, so that it is told once.
 */
export function tellIncidents(parts: TellingParts): void {
  const { bus } = parts;
  const { opened, changed } = incidentEvents;
  bus.subscribe(SUBSCRIBER, opened.type, async ({ payload }) => tellIncident(parts, idIn(payload, 'incident')));
  bus.subscribe(SUBSCRIBER, changed.type, async ({ payload }) => {
    // Its severity may have risen; under its key it is told again only then.
    if (payload['change'] === 'edited' || payload['change'] === 'linked') await tellIncident(parts, idIn(payload, 'incident'));
  });
  bus.subscribe(SUBSCRIBER, actionEvents.asked.type, async ({ payload }) => {
    if (Number(payload['approvals']) > 0) await tellWaiting(parts, idIn(payload, 'action'));
  });
  bus.subscribe(SUBSCRIBER, playbookEvents.step.type, async ({ payload }) => {
    if (payload['state'] === 'waiting' && payload['action'] === null) await tellManual(parts, payload);
  });
  bus.subscribe(SUBSCRIBER, playbookEvents.ended.type, async ({ payload }) => {
    if (payload['state'] === 'failed' && payload['simulation'] !== true) await tellFailed(parts, payload);
  });
}

type Payload = EventRecord['payload'];

const idIn = (payload: Payload, name: string): string => {
  const id = payload[name];
  return typeof id === 'string' ? id : '';
};

/** Null = it is gone, or its room is not there: nothing is left to tell of. */
async function found<Thing>(asking: Promise<Thing> | undefined): Promise<Thing | null> {
  try {
    return (await asking) ?? null;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not-found') return null;
    throw error;
  }
}

async function tell({ channels }: TellingParts, text: Omit<TextMessage, 'channel'>): Promise<void> {
  await channels()?.tellText({ ...text, channel: null });
}

const drill = (incident: Pick<IncidentDetail, 'isDrill'> | null): string => (incident?.isDrill === true ? 'DRILL: ' : '');

async function tellIncident(parts: TellingParts, id: string): Promise<void> {
  const incident = await found(parts.cases()?.show(id));
  // An exercise tells of itself, where somebody wanted that.
  if (incident === null || incident.phase === 'closed' || incident.cause === 'exercise') return;
  const { number, title, severity, application, phase, cause, alerts, summary } = incident;
  await tell(parts, {
    title: `${drill(incident)}Incident ${number}: ${title}`,
    text: [`${alerts} alerts, in ${phase}, opened by ${cause}.`, summary.slice(0, 500)].filter((one) => one !== '').join(' '),
    severity,
    application,
    link: parts.link(id),
    key: `incident:${id}`,
  });
}

async function tellWaiting(parts: TellingParts, id: string): Promise<void> {
  const action = await found(parts.actions()?.show(id));
  if (action?.state !== 'waiting') return;
  const { plan, incident: about, reason, decideBy } = action;
  const incident = about === null ? null : await found(parts.cases()?.show(about));
  const until = decideBy === null ? '' : ` until ${new Date(decideBy).toISOString().slice(11, 16)} UTC`;
  await tell(parts, {
    title: `${drill(incident)}${action.action} waits for ${plan.approvals} to agree${until}`,
    text: `${plan.summary}. ${plan.why.join(' ')} Asked for: ${reason.slice(0, 500)}`,
    severity: 'high',
    application: incident?.application ?? null,
    link: about === null ? null : parts.link(about),
    key: `action:${id}`,
  });
}

async function tellManual(parts: TellingParts, payload: Payload): Promise<void> {
  const [run, step] = [idIn(payload, 'run'), idIn(payload, 'step')];
  await tell(parts, {
    title: 'A playbook waits for somebody',
    text: `Run ${run} has come to a step that people do.`,
    severity: 'high',
    application: null,
    link: null,
    key: `step:${run}:${step}:${Number(payload['round'])}`,
  });
}

async function tellFailed(parts: TellingParts, payload: Payload): Promise<void> {
  const [run, playbook] = [idIn(payload, 'run'), idIn(payload, 'playbook')];
  const about = payload['incident'] === null ? null : idIn(payload, 'incident');
  const incident = about === null ? null : await found(parts.cases()?.show(about));
  await tell(parts, {
    title: `${drill(incident)}A playbook failed${incident === null ? '' : ` in incident ${incident.number}`}`,
    text: `${playbook}, run ${run}: what it did holds; look at its steps.`,
    severity: 'high',
    application: incident?.application ?? null,
    link: about === null ? null : parts.link(about),
    key: `run:${run}`,
  });
}
