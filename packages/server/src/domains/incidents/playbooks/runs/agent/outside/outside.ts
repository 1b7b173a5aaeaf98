import type { CommandAnswer } from '../../machine/state.ts';
import type { CommandAt } from '../agent.ts';
import { failed, valuesOf } from '../answers.ts';
import { AskFault, exchange, type Answered } from './exchange.ts';
import type { OutsideAgent, OutsideCommand, OutsideRequest } from './outside-agent.ts';
import { readRequest } from './read-request.ts';

/** Agents elsewhere. Only those that an operator registered, and of them only what they allowed. */
export interface Outside {
  knows(at: Pick<CommandAt, 'agent'>): boolean;
  /** Carries the key of the command, so that an agent that keeps to it does everything once. */
  ask(at: CommandAt, command: OutsideCommand): Promise<CommandAnswer>;
  /** Everything but the request. */
  rehearse(at: CommandAt, command: OutsideCommand): Promise<CommandAnswer>;
}

export function createOutside(agents: readonly OutsideAgent[]): Outside {
  const byUrl = new Map(agents.map((agent) => [baseOf(agent.url), agent]));
  const find = ({ agent }: Pick<CommandAt, 'agent'>): OutsideAgent | undefined =>
    agent === null || agent.type !== 'http-api' || agent.url === null ? undefined : byUrl.get(baseOf(agent.url));
  const read = (at: CommandAt, command: OutsideCommand) => {
    const agent = find(at);
    if (agent === undefined) throw new Error('assertion: an agent is known that is asked');
    return { agent, request: readRequest(agent, { at, command }) };
  };
  return {
    knows: (at) => find(at) !== undefined,
    async ask(at, command) {
      const { agent, request } = read(at, command);
      return request.kind === 'fault' ? failed(request.detail) : send(agent, { at, request });
    },
    async rehearse(at, command) {
      const { agent, request } = read(at, command);
      if (request.kind === 'fault') return Promise.resolve(failed(request.detail));
      return Promise.resolve({ kind: 'done', detail: `would ask ${agent.name}: ${lineOf(request)}` });
    },
  };
}

/** Two addresses are the same place when scheme, host, port and path are: the document writes it as the operator did. */
function baseOf(text: string): string {
  if (!URL.canParse(text)) return '';
  const { origin, pathname, search, hash, username, password } = new URL(text);
  return search + hash + username + password === '' ? origin + pathname.replace(/\/+$/u, '') : '';
}

const lineOf = ({ method, url }: OutsideRequest): string => `${method} ${url.pathname}${url.search}`.slice(0, 300);

interface Sending {
  readonly at: CommandAt;
  readonly request: OutsideRequest;
}

async function send(agent: OutsideAgent, { at, request }: Sending): Promise<CommandAnswer> {
  const line = `${agent.name}: ${lineOf(request)}`;
  let answered: Answered;
  try {
    answered = await exchange(agent, request);
  } catch (error) {
    if (error instanceof AskFault) return failed(`${line}: ${error.message}`);
    throw error;
  }
  const { status, fields } = answered;
  if (status >= 300 && status <= 399) return failed(`${line}: it answered ${status}, and redirects are not followed`);
  if (status < 200 || status > 299) return failed(`${line}: it answered ${status}`);
  return { kind: 'done', detail: `${line}: ${status}`, values: valuesOf({ status, ...fields }, at.outArgs) };
}
