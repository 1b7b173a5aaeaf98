import type { ActionView } from '@holdfast/contract';
import { actionRequestWith, incidentNoteSchema, phaseSchema, prefixSchema, reasonSchema, ulidSchema } from '@holdfast/contract';
import { z } from 'zod';
import { Refusal } from '../../../../../platform/refusal.ts';
import { schemaFaults } from '../../../../../platform/schema-faults.ts';
import type { Actions, Asking } from '../../../actions/actions.ts';
import type { Cases } from '../../../cases/cases.ts';
import type { Board } from '../../../isolation/board.ts';
import type { RecentTraffic } from '../../../traffic/recent-traffic.ts';
import type { CommandAnswer } from '../machine/state.ts';
import type { CommandAt } from './agent.ts';
import { answerOf, failed, outOf, valuesOf } from './answers.ts';

/** What commands to ourselves are answered by. */
export interface OwnRooms {
  readonly actions: () => Pick<Actions, 'plan' | 'request' | 'show' | 'list' | 'undo' | 'refuse' | 'undoRun'> | undefined;
  readonly cases: () => Pick<Cases, 'show' | 'note' | 'move' | 'timeline'> | undefined;
  readonly board: () => Pick<Board, 'list' | 'check'> | undefined;
  readonly traffic: () => Pick<RecentTraffic, 'impactOf'> | undefined;
}

export interface OwnCall {
  readonly at: CommandAt;
  readonly words: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** One address that a playbook may call: `{}` stands for one segment. Nothing else of the API is there for it. */
export interface OwnRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly call: (rooms: OwnRooms, call: OwnCall) => Promise<CommandAnswer>;
  /** What it would do; reading is done in a simulation as well. */
  readonly rehearse?: (rooms: OwnRooms, call: OwnCall) => Promise<CommandAnswer>;
}

export const askingOf = ({ actor, run, step }: CommandAt): Asking => ({ actor, run: { id: run, step } });

function present<Room>(room: Room | undefined): Room {
  if (room === undefined) throw new Refusal('not-found', { detail: 'this part of Holdfast is not there' });
  return room;
}

function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  throw new Refusal('input-invalid', { errors: schemaFaults(error).slice(0, 8) });
}

const word = ({ words }: OwnCall, index: number): string => words[index] ?? '';

const actionBody = actionRequestWith({ reason: reasonSchema.optional() });

function actionOf({ at, body }: OwnCall) {
  // Its incident and its key are those of the run, whatever the text says.
  const { reason, ...request } = parsed(actionBody, withoutOurs(body));
  return { request, incident: at.incident, reason: (reason ?? `${at.stepName || at.step}: ${at.reason}`).slice(0, 500) };
}

function withoutOurs(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'incident' && name !== 'key'));
}

/** An incident that is not that of the run is nobody's business here. */
function ownIncident({ at, words }: OwnCall): string {
  const [, , , incident = ''] = words;
  if (at.incident === null) throw new Refusal('conflict', { detail: 'this run belongs to no incident' });
  if (incident !== at.incident) throw new Refusal('conflict', { detail: 'a playbook writes to the incident that it runs for' });
  return incident;
}

function withValues(at: CommandAt, answer: CommandAnswer, view: ActionView): CommandAnswer {
  if (answer.kind !== 'done') return answer;
  return { ...answer, values: valuesOf(outOf(view), at.outArgs) };
}

async function request(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const { request: asked, incident, reason } = actionOf(call);
  const view = await present(rooms.actions()).request({ ...asked, incident, reason, key: call.at.key }, askingOf(call.at));
  return withValues(call.at, answerOf(view), view);
}

async function rehearseRequest(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const { request: asked, incident } = actionOf(call);
  const plan = await present(rooms.actions()).plan({ ...asked, incident }, askingOf(call.at));
  if (plan.refused !== null) return failed(`would be refused: ${plan.refused}`);
  const people = plan.approvals === 0 ? '' : `, after ${plan.approvals} ${plan.approvals === 1 ? 'approval' : 'approvals'}`;
  const { clients, requests } = plan.impact;
  return {
    kind: 'done',
    detail: `not done, it only says what it does: ${plan.summary}${people}; requests of the last hour: ${requests}, of ${clients} clients`,
  };
}

async function showAction(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const view = await present(rooms.actions()).show(parsed(ulidSchema, word(call, 3)));
  const values = valuesOf(outOf(view), call.at.outArgs);
  return { kind: 'done', detail: `${view.action} is ${view.state}`, values };
}

const undoBody = z.strictObject({ reason: reasonSchema.optional() });

async function undoAction(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const actions = present(rooms.actions());
  const { reason = call.at.reason } = parsed(undoBody, call.body ?? {});
  const before = await actions.show(parsed(ulidSchema, word(call, 3)));
  if (before.incident !== call.at.incident) return failed('a playbook undoes actions of the incident that it runs for');
  // Asked again after a crash, it is undone already.
  if (before.state === 'undone') return { kind: 'done', detail: 'undone' };
  const after = await actions.undo(before.id, reason, { actor: call.at.actor });
  return after.state === 'undone' ? { kind: 'done', detail: 'undone' } : failed(`${after.state}: ${after.outcome ?? ''}`);
}

const would = (what: string) => async (): Promise<CommandAnswer> => Promise.resolve({ kind: 'done', detail: `would ${what}` });

async function note(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const cases = present(rooms.cases());
  const incident = ownIncident(call);
  const { text } = parsed(incidentNoteSchema, call.body);
  // Notes have no key: the run and its place in it are what tells one that was written before a crash.
  const mark = `(playbook run ${call.at.key})`;
  const written = await cases.timeline(incident);
  const isThere = written.some(({ lane, detail }) => lane === 'note' && detail !== null && detail.includes(mark));
  if (!isThere) await cases.note(incident, `${mark} ${text}`.slice(0, 4000), { actor: call.at.actor });
  return { kind: 'done', detail: 'noted' };
}

const phaseBody = z.strictObject({ phase: phaseSchema, reason: reasonSchema.optional() });

async function move(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const cases = present(rooms.cases());
  const incident = ownIncident(call);
  const { phase, reason = call.at.reason } = parsed(phaseBody, call.body);
  // What was learned, and whether it was one, people say.
  if (phase === 'closed') return failed('an incident is closed by people');
  if ((await cases.show(incident)).phase !== phase)
    await cases.move(incident, { phase, reason, lessons: [] }, { actor: call.at.actor, isPlaybook: true });
  return { kind: 'done', detail: `the incident is in ${phase}`, values: valuesOf({ phase }, call.at.outArgs) };
}

async function showIncident(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const { phase, severity, alerts, number } = await present(rooms.cases()).show(ownIncident(call));
  const values = valuesOf({ phase, severity, alerts, number }, call.at.outArgs);
  return { kind: 'done', detail: `incident ${number} is in ${phase}`, values };
}

async function isolations(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const { items } = await present(rooms.board()).list({ limit: 100 });
  return { kind: 'done', detail: `${items.length} are cut off`, values: valuesOf({ isolations: items.length }, call.at.outArgs) };
}

async function checks(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const found = await present(rooms.board()).check(parsed(ulidSchema, word(call, 3)), call.at.actor);
  const passed = found.every(({ state }) => state !== 'failed');
  const detail = found.map(({ name, state }) => `${name} ${state}`).join(', ');
  return { kind: 'done', detail, values: valuesOf({ passed }, call.at.outArgs) };
}

/** Of one source, in the last hour. */
async function traffic(rooms: OwnRooms, call: OwnCall): Promise<CommandAnswer> {
  const prefix = parsed(prefixSchema, decodeURIComponent(word(call, 4)));
  const { requests, clients, sessions } = present(rooms.traffic()).impactOf({ kind: 'prefix', prefix });
  const values = valuesOf({ requests, clients, sessions, hits: requests }, call.at.outArgs);
  return Promise.resolve({ kind: 'done', detail: `${requests} requests in the last hour`, values });
}

export const OWN_ROUTES: readonly OwnRoute[] = [
  { method: 'POST', path: '/api/v1/actions', call: request, rehearse: rehearseRequest },
  { method: 'GET', path: '/api/v1/actions/{}', call: showAction },
  { method: 'POST', path: '/api/v1/actions/{}/undo', call: undoAction, rehearse: would('undo the action') },
  { method: 'GET', path: '/api/v1/incidents/{}', call: showIncident },
  { method: 'POST', path: '/api/v1/incidents/{}/notes', call: note, rehearse: would('add a note to the incident') },
  { method: 'POST', path: '/api/v1/incidents/{}/move', call: move, rehearse: would('move the incident') },
  { method: 'GET', path: '/api/v1/isolations', call: isolations },
  { method: 'POST', path: '/api/v1/isolations/{}/check', call: checks, rehearse: would('look whether it may be released') },
  { method: 'GET', path: '/api/v1/traffic/sources/{}', call: traffic },
];
