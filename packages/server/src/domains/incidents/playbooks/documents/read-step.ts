import type { Agent, Command, Step, Variable } from './playbook.ts';
import { readStartLine } from './start-line.ts';
import { entriesOf, isRecord, ownOf, type Json } from './validate.ts';

/** Parts of a playbook that was validated: what stands there has its type, so that nothing is asked twice. */

export const textOf = (value: unknown, key: string): string | null => {
  const found = ownOf(value, key);
  return typeof found === 'string' ? found : null;
};
export const textsOf = (value: unknown, key: string): readonly string[] => {
  const found = ownOf(value, key);
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
};
const numberOf = (value: unknown, key: string): number | null => {
  const found = ownOf(value, key);
  return typeof found === 'number' ? found : null;
};

export function readVariables(declared: unknown): readonly Variable[] {
  return entriesOf(declared).map(([name, variable]) => ({
    name,
    type: textOf(variable, 'type') ?? 'string',
    value: textOf(variable, 'value'),
    isConstant: ownOf(variable, 'constant') === true,
    isExternal: ownOf(variable, 'external') === true,
    description: (textOf(variable, 'description') ?? '').slice(0, 1000),
  }));
}

const PEOPLE = new Set(['individual', 'group', 'organization', 'location', 'sector']);

export function readAgent(id: string, definition: unknown): Agent {
  const type = textOf(definition, 'type') ?? '';
  const address = ownOf(definition, 'address');
  const port = textOf(definition, 'port');
  return {
    id,
    type,
    name: textOf(definition, 'name') ?? id,
    url: type === 'http-api' ? urlOf(address, port) : null,
    isPerson: PEOPLE.has(type),
  };
}

/** The first address of the kinds that can be asked over HTTP, with the port when it has none of its own. */
function urlOf(address: unknown, port: string | null): string | null {
  const [url] = textsOf(address, 'url');
  const host = url ?? textsOf(address, 'dname')[0] ?? textsOf(address, 'ipv4')[0];
  if (host === undefined) return null;
  const whole = /^[a-z][a-z0-9+.-]*:\/\//iu.test(host) ? host : `${port === '443' ? 'https' : 'http'}://${host}`;
  if (port === null || !URL.canParse(whole)) return whole;
  const parsed = new URL(whole);
  if (parsed.port === '') parsed.port = port;
  return parsed.href.replace(/\/$/u, '');
}

export const decoded = (encoded: string): string | null =>
  /^[A-Za-z0-9+/\s]*={0,2}\s*$/u.test(encoded) ? Buffer.from(encoded, 'base64').toString('utf8') : null;

/** As it stands there, or decoded. */
function plainOf(command: unknown, plain: string, encoded: string): string | null {
  const text = textOf(command, plain);
  const coded = text === null ? textOf(command, encoded) : null;
  return coded === null ? text : decoded(coded);
}

export function readCommand(command: unknown): Command {
  const type = textOf(command, 'type') ?? '';
  const text = plainOf(command, 'command', 'command_b64') ?? '';
  const headers = new Map(entriesOf(ownOf(command, 'headers')).map(([name, values]) => [name, listOf(values)]));
  const content = plainOf(command, 'content', 'content_b64');
  const line = readStartLine(text);
  switch (type) {
    case 'http-api':
      return { type, method: line?.method ?? 'GET', path: line?.path ?? '/', headers, content };
    case 'openc2-http':
      return { type, path: line?.path ?? '/', content: content ?? '', headers };
    case 'manual':
      return { type, text };
    case 'sigma':
      return { type, rule: text };
    default:
      return { type: 'foreign', name: type };
  }
}

const listOf = (values: unknown): readonly string[] =>
  Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];

/** Null = of a type that no step has. */
export function readStep(id: string, step: Json): Step | null {
  const base: Base = {
    id,
    name: (textOf(step, 'name') ?? '').slice(0, 200),
    delayMs: numberOf(step, 'delay') ?? 0,
    timeoutMs: numberOf(step, 'timeout'),
    variables: readVariables(ownOf(step, 'step_variables')),
    onCompletion: textOf(step, 'on_completion'),
    onSuccess: textOf(step, 'on_success'),
    onFailure: textOf(step, 'on_failure'),
  };
  return KINDS.get(textOf(step, 'type') ?? '')?.(base, step) ?? null;
}

type Base = Omit<Extract<Step, { readonly type: 'start' }>, 'type'>;

const argsOf = (step: Json) => ({ inArgs: textsOf(step, 'in_args'), outArgs: textsOf(step, 'out_args') });
const branchOf = (step: Json) => ({ condition: textOf(step, 'condition') ?? '', onTrue: textOf(step, 'on_true') ?? '' });

const KINDS = new Map<string, (base: Base, step: Json) => Step>([
  ['start', (base) => ({ ...base, type: 'start' })],
  ['end', (base) => ({ ...base, type: 'end' })],
  [
    'action',
    (base, step) => {
      const commands = ownOf(step, 'commands');
      const read = Array.isArray(commands) ? commands.filter((command) => isRecord(command)).map(readCommand) : [];
      const by = { agent: textOf(step, 'agent') ?? '', targets: textsOf(step, 'targets') };
      return { ...base, ...argsOf(step), ...by, type: 'action', commands: read };
    },
  ],
  [
    'playbook-action',
    (base, step) => ({ ...base, ...argsOf(step), type: 'playbook-action', playbook: textOf(step, 'playbook_id') ?? '' }),
  ],
  ['parallel', (base, step) => ({ ...base, type: 'parallel', next: textsOf(step, 'next_steps') })],
  ['if-condition', (base, step) => ({ ...base, ...branchOf(step), type: 'if-condition', onFalse: textOf(step, 'on_false') })],
  ['while-condition', (base, step) => ({ ...base, ...branchOf(step), type: 'while-condition' })],
  [
    'switch-condition',
    (base, step) => {
      const cases = entriesOf(ownOf(step, 'cases')).flatMap(([name, to]) =>
        typeof to === 'string' ? [[name, to] as const] : [],
      );
      return { ...base, type: 'switch-condition', expression: textOf(step, 'switch') ?? '', cases: new Map(cases) };
    },
  ],
]);
