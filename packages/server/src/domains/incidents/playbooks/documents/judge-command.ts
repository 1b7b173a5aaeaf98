import type { Faults } from './fault.ts';
import { isOwn, OWN_URL } from './own-agent.ts';
import type { Agent, Command } from './playbook.ts';
import { decoded, textOf } from './read-step.ts';
import { readStartLine } from './start-line.ts';

interface Judging {
  /** As the document has it. */
  readonly raw: unknown;
  readonly at: string;
  /** Null = there is none, which was said. */
  readonly agent: Agent | null;
  readonly agentAt: string;
  readonly faults: Faults;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/u;

/** One command: whether it can be read, and whether anything here can run it. */
export function judgeCommand(command: Command, judging: Judging): void {
  const { raw, at, agent, faults } = judging;
  for (const name of ['command_b64', 'content_b64']) {
    const encoded = textOf(raw, name);
    if (encoded !== null && decoded(encoded) === null) faults.error(`${at}/${name}`, 'not Base64 (RFC 4648 §4)');
  }
  switch (command.type) {
    case 'http-api':
    case 'openc2-http':
      judgeRequest(command, judging);
      break;
    case 'manual':
      if (command.text.trim() === '') faults.error(at, 'it says nothing: command or command_b64 is missing');
      break;
    case 'sigma':
      if (command.rule.trim() === '') faults.error(at, 'the rule is missing');
      break;
    case 'foreign':
      faults.warning(`${at}/type`, `nothing here runs a command of type ${command.name}: the step fails when it is come to`);
      return;
  }
  if (agent !== null) judgeAgent(command, agent, judging);
}

function judgeAgent({ type }: Command, agent: Agent, { agentAt, faults }: Judging): void {
  const isRequest = type === 'http-api' || type === 'openc2-http';
  if (isRequest && agent.type !== 'http-api')
    faults.warning(agentAt, `an agent of type ${agent.type} sends no requests here: the step fails when it is come to`);
  if (type === 'sigma' && !isOwn(agent))
    faults.warning(agentAt, `a rule is looked for here where the agent is ${OWN_URL}: the step fails when it is come to`);
  if (type === 'manual' && !agent.isPerson) faults.warning(agentAt, 'whoever may answer is asked: this agent is no person');
}

function judgeRequest(command: Extract<Command, { headers: unknown }>, { raw, at, faults }: Judging): void {
  const line = readStartLine(textOf(raw, 'command') ?? '');
  if (line === null) return faults.error(`${at}/command`, 'not a start line: METHOD /path HTTP/1.1');
  if (line.oddity !== null) faults.warning(`${at}/command`, line.oddity);
  if (command.type === 'openc2-http' && line.method !== 'POST') faults.error(`${at}/command`, 'OpenC2 is sent with POST');
  if (textOf(raw, 'content') !== null && textOf(raw, 'content_b64') !== null)
    faults.error(`${at}/content_b64`, 'beside content there is no content_b64');
  for (const [name, values] of command.headers) {
    if (!TOKEN.test(name)) faults.error(`${at}/headers`, 'not a name of a header (RFC 9110 §5.1)');
    // A line break would begin another header.
    if (values.some((value) => !/^[\t\x20-\x7e]*$/u.test(value)))
      faults.error(`${at}/headers`, 'not a value of a header (RFC 9110 §5.5)');
  }
}
