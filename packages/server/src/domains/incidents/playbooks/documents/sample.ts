/** For tests: a small playbook that is right in all its parts, as JSON. */
export interface Sample {
  readonly id: string;
  readonly workflow: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [key: string]: unknown;
}

export const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const START = `start--${uuid(1)}`;
export const ASK = `if-condition--${uuid(2)}`;
export const BAN = `action--${uuid(3)}`;
export const TELL = `action--${uuid(4)}`;
export const END = `end--${uuid(5)}`;
export const END_OF_BAN = `end--${uuid(6)}`;
export const AGENT = `http-api--${uuid(7)}`;
export const PERSON = `individual--${uuid(8)}`;

const WORKFLOW = {
  [START]: { type: 'start', on_completion: ASK },
  [ASK]: { type: 'if-condition', name: 'often?', condition: '__hits__:value > 3', on_true: BAN, on_completion: TELL },
  [BAN]: {
    type: 'action',
    name: 'ban',
    commands: [
      {
        type: 'http-api',
        command: 'POST /api/v1/actions HTTP/1.1',
        headers: { 'content-type': ['application/json'] },
        content:
          '{"action":"ban-source","parameters":{"prefix":"$$__source__:value$$","forSeconds":3600},"reason":"asked by a playbook"}',
      },
    ],
    agent: AGENT,
    on_completion: END_OF_BAN,
  },
  [END_OF_BAN]: { type: 'end' },
  [TELL]: {
    type: 'action',
    name: 'tell',
    commands: [{ type: 'manual', command: 'Call whoever owns $$__source__:value$$.' }],
    agent: PERSON,
    on_completion: END,
  },
  [END]: { type: 'end' },
};

export function samplePlaybook(over: Readonly<Record<string, unknown>> = {}): Sample {
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: `playbook--${uuid(100)}`,
    name: 'Ban and tell',
    created_by: `identity--${uuid(101)}`,
    created: '2026-11-01T00:00:00.000Z',
    modified: '2026-11-01T00:00:00.000Z',
    workflow_start: START,
    workflow: WORKFLOW,
    playbook_variables: {
      __source__: { type: 'ipv4-addr', external: true },
      __hits__: { type: 'integer', value: '0', external: true },
    },
    agent_definitions: {
      [AGENT]: { type: 'http-api', name: 'holdfast', address: { url: ['https://holdfast.local'] } },
      [PERSON]: { type: 'individual', name: 'on call' },
    },
    ...over,
  };
}
