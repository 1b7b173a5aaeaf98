import type { Command, Playbook, Step, Variable } from '../documents/playbook.ts';

const BASE = {
  name: '',
  delayMs: 0,
  timeoutMs: null,
  variables: [],
  onCompletion: null,
  onSuccess: null,
  onFailure: null,
} as const;

type Given = Partial<Omit<Step, 'id' | 'type'>> & Pick<Step, 'type'> & Readonly<Record<string, unknown>>;

/** A step of a test: what is not said is nothing. */
export const step = (id: string, given: Given): Step => ({ ...BASE, ...given, id }) as Step;

export const start = (next: string): Step => step('start', { type: 'start', onCompletion: next });
export const end = (id: string): Step => step(id, { type: 'end' });

/** An action that asks our agent for something by its name: tests say what comes of it. */
export const does = (id: string, given: Readonly<Partial<Step>> & Readonly<Record<string, unknown>> = {}): Step =>
  step(id, {
    type: 'action',
    commands: [command(id)],
    agent: 'us',
    targets: [],
    inArgs: [],
    outArgs: [],
    ...given,
  });

export const command = (name: string): Command => ({
  type: 'http-api',
  method: 'POST',
  path: `/${name}`,
  headers: new Map(),
  content: null,
});

export const variable = (name: string, given: Partial<Variable> = {}): Variable => ({
  name,
  type: 'string',
  value: null,
  isConstant: false,
  isExternal: false,
  description: '',
  ...given,
});

export const playbook = (steps: readonly Step[], given: Partial<Playbook> = {}): Playbook => ({
  id: 'playbook--00000000-0000-4000-8000-000000000001',
  name: 'test',
  description: '',
  types: [],
  labels: [],
  start: 'start',
  exception: null,
  steps: new Map(steps.map((one) => [one.id, one])),
  variables: [],
  agents: new Map([['us', { id: 'us', type: 'http-api', name: 'us', url: 'https://holdfast.local', isPerson: false }]]),
  document: { id: given.id ?? 'playbook--00000000-0000-4000-8000-000000000001' },
  ...given,
});
