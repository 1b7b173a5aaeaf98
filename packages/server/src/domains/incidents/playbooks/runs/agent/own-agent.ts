import { isRefusal } from '../../../../../platform/refusal.ts';
import { isOwn } from '../../documents/own-agent.ts';
import { substitute } from '../../documents/substitution.ts';
import type { Command } from '../../documents/playbook.ts';
import type { CommandAnswer } from '../machine/state.ts';
import { BY_PLAYBOOKS } from '../run-parts.ts';
import type { Agent, CommandAt } from './agent.ts';
import { answerOf, failed, outOf, valuesOf } from './answers.ts';
import type { Outside } from './outside/outside.ts';
import type { OutsideCommand } from './outside/outside-agent.ts';
import { filterPackets, parseJson } from './packet-filter.ts';
import { OWN_ROUTES, type OwnCall, type OwnRooms, type OwnRoute } from './own-routes.ts';

type Http = Extract<Command, { type: 'http-api' }>;
type How = 'call' | 'rehearse';

export interface AgentParts extends OwnRooms {
  /** Agents elsewhere that an operator has named in the configuration. */
  readonly outside: Outside;
  /** Looks for events that a Sigma rule matches. */
  readonly search: (at: CommandAt, rule: string) => Promise<CommandAnswer>;
}

/** Carries out what playbooks ask this Holdfast for. */
export function createAgent(parts: AgentParts): Agent {
  const by = async (at: CommandAt, how: How): Promise<CommandAnswer> => {
    const { command } = at;
    if ((command.type === 'http-api' || command.type === 'openc2-http') && !isOwn(at.agent ?? undefined))
      return outside(parts, { at, command, how });
    if (command.type === 'http-api') return http(parts, { at, command, how });
    if (command.type === 'openc2-http') return filterPackets(parts, { at, content: command.content, how });
    if (command.type === 'sigma') return parts.search(at, command.rule);
    if (command.type === 'foreign') return failed(`${command.name} is run by nothing here`);
    throw new Error('assertion: a manual command waits in the machine');
  };
  return {
    carryOut: async (at) => by(at, 'call'),
    rehearse: async (at) => asRehearsed(await by(at, 'rehearse').catch(toldAs)),
    async look(action) {
      const view = await required(parts).show(action);
      const answer = answerOf(view);
      if (answer.kind === 'waits') return null;
      // What it gives out is the same as when nobody had to agree; the run takes what its step names.
      return answer.kind === 'done'
        ? { ...answer, values: valuesOf(outOf(view), ['__action__', '__state__', '__outcome__']) }
        : answer;
    },
    withdraw: async (at, action, why) => {
      // Whoever was asked elsewhere knows what of it stands.
      if (parts.outside.knows(at)) return `what ${at.agent?.name ?? 'the agent'} was asked for is not taken back here`;
      const id = action ?? (await lostAction(parts, at));
      return id === null ? null : withdraw(parts, id, why);
    },
    async undoRun(run, why) {
      const undone = await required(parts).undoRun(run, why.slice(0, 500), { actor: BY_PLAYBOOKS });
      const actions = undone.filter(({ isUndone }) => isUndone).map(({ action }) => action.id);
      const kept = undone.filter(({ isUndone }) => !isUndone).map(({ action, detail }) => `${action.action} stands: ${detail}`);
      const detail = [...(actions.length > 0 ? [`undone: ${actions.length}`] : []), ...kept].join('; ');
      return { actions, detail };
    },
  };
}

function required({ actions }: OwnRooms) {
  const room = actions();
  if (room === undefined) throw new Error('assertion: an action that was asked for has somebody who does it');
  return room;
}

/** A simulation goes on where a command would fail, and says so: what comes after it is worth seeing. */
const asRehearsed = (answer: CommandAnswer): CommandAnswer =>
  answer.kind === 'failed' ? { kind: 'done', detail: `would fail: ${answer.detail}` } : answer;

function toldAs(error: unknown): CommandAnswer {
  if (!isRefusal(error)) throw error;
  const words = error.errors.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ');
  return failed(`${error.message} ${words}`.trim());
}

interface Asked<What> {
  readonly at: CommandAt;
  readonly command: What;
  readonly how: How;
}

async function outside(parts: AgentParts, { at, command, how }: Asked<OutsideCommand>): Promise<CommandAnswer> {
  const name = at.agent?.name ?? 'this agent';
  if (!parts.outside.knows(at)) return failed(`${name} is not registered here: playbooks.agents of the configuration`);
  return how === 'call' ? parts.outside.ask(at, command) : parts.outside.rehearse(at, command);
}

async function http(parts: AgentParts, { at, command, how }: Asked<Http>): Promise<CommandAnswer> {
  const read = readCall(at, command);
  // What an action would have answered is known to nobody before it is done.
  if (read.kind === 'fault')
    return how === 'call' ? failed(read.detail) : { kind: 'done', detail: `not known before: ${read.detail}` };
  const { route, call } = read;
  return how === 'call' ? route.call(parts, call) : (route.rehearse ?? route.call)(parts, call);
}

type ReadCall =
  | { readonly kind: 'call'; readonly route: OwnRoute; readonly call: OwnCall }
  | { readonly kind: 'fault'; readonly detail: string };

function readCall(at: CommandAt, { method, path, content }: Http): ReadCall {
  const filled = substitute(path, at.values, 'path');
  if (filled.kind === 'fault') return filled;
  const [words = '', query = ''] = filled.text.split('?', 2);
  const body = content === null ? null : substitute(content, at.values, 'json');
  if (body?.kind === 'fault') return body;
  const segments = words.split('/');
  const route = OWN_ROUTES.find((one) => one.method === method && fits(one.path, segments));
  if (route === undefined) return { kind: 'fault', detail: `${method} ${words} is nothing that a playbook can ask for here` };
  const json = body === null ? null : parseJson(body.text);
  if (json === undefined) return { kind: 'fault', detail: 'the content is not JSON with the values of now' };
  return { kind: 'call', route, call: { at, words: segments.slice(1), query: new URLSearchParams(query), body: json } };
}

function fits(pattern: string, segments: readonly string[]): boolean {
  const wanted = pattern.split('/');
  return wanted.length === segments.length && wanted.every((word, index) => word === '{}' || word === segments[index]);
}

/** Asked for by a process that died before it could note the answer: the newest of this step that nothing else is known of. */
async function lostAction(parts: OwnRooms, { run, step, command }: CommandAt): Promise<string | null> {
  if (command.type !== 'http-api' && command.type !== 'openc2-http') return null;
  const { items } = await required(parts).list({ state: 'open', run, limit: 50 });
  return items.find((one) => one.step === step)?.id ?? null;
}

async function withdraw(parts: OwnRooms, id: string, why: string): Promise<string | null> {
  const actions = required(parts);
  const view = await actions.show(id);
  try {
    if (view.state === 'waiting') await actions.refuse(id, why, { actor: BY_PLAYBOOKS });
    else if ((view.state === 'effective' || view.state === 'done') && view.isUndoable)
      await actions.undo(id, why, { actor: BY_PLAYBOOKS });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return `${view.action} stands: ${error.message}`;
  }
  return null;
}
