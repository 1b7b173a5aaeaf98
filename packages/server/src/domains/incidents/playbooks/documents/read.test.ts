import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlaybook } from './read.ts';
import { AGENT, ASK, BAN, END, END_OF_BAN, PERSON, samplePlaybook, START, TELL, uuid } from './sample.ts';

type Change = Readonly<Record<string, unknown>>;
const step = (type: string, number: number): string => `${type}--${uuid(number)}`;

/** The sample with other properties of some steps; a step that is null is gone. */
function workflow(changes: Readonly<Record<string, Change | null>>): Change {
  const { workflow: steps } = samplePlaybook();
  const changed = Object.entries(changes).map(([id, to]) => [id, to === null ? null : { ...steps[id], ...to }] as const);
  return Object.fromEntries(Object.entries({ ...steps, ...Object.fromEntries(changed) }).filter(([, value]) => value !== null));
}
const without = (id: string, name: string): Change => {
  const { [name]: _gone, ...rest } = samplePlaybook().workflow[id] ?? {};
  return rest;
};
const errors = (over: Change): readonly string[] =>
  readPlaybook(samplePlaybook(over))
    .faults.filter(({ level }) => level === 'error')
    .map(({ pointer }) => pointer);
const warnings = (over: Change): readonly string[] =>
  readPlaybook(samplePlaybook(over))
    .faults.filter(({ level }) => level === 'warning')
    .map(({ pointer }) => pointer);
const variables = (more: Change): Change => ({
  playbook_variables: { ...(samplePlaybook()['playbook_variables'] as Change), ...more },
});

describe('a playbook that is right', () => {
  it('is read without a fault', () => {
    const { playbook, faults } = readPlaybook(samplePlaybook());
    expect(faults).toEqual([]);
    expect([...(playbook?.steps.keys() ?? [])]).toEqual([START, ASK, BAN, END_OF_BAN, TELL, END]);
    expect(playbook?.agents.get(AGENT)).toMatchObject({ url: 'https://holdfast.local', isPerson: false });
    expect(playbook?.agents.get(PERSON)).toMatchObject({ url: null, isPerson: true });
  });
});

describe('a playbook whose steps make no sense together is refused at the place that is wrong', () => {
  const own = step('end', 20);
  it.each<[string, Change, string]>([
    ['starts nowhere', { workflow_start: step('start', 99) }, '/workflow_start'],
    ['starts at a step that is no start', { workflow_start: TELL }, '/workflow_start'],
    ['goes on nowhere after a failure', { workflow_exception: step('end', 99) }, '/workflow_exception'],
    [
      'leads to a step that is not there',
      { workflow: workflow({ [TELL]: { on_completion: step('end', 99) } }) },
      `/workflow/${TELL}/on_completion`,
    ],
    ['leads nowhere', { workflow: { ...workflow({}), [TELL]: without(TELL, 'on_completion') } }, `/workflow/${TELL}`],
    ['goes in a circle', { workflow: workflow({ [TELL]: { on_completion: ASK } }) }, `/workflow/${TELL}/on_completion`],
    ['stands still', { workflow: workflow({ [TELL]: { on_completion: TELL } }) }, `/workflow/${TELL}/on_completion`],
    ['has a branch that runs on', { workflow: workflow({ [BAN]: { on_completion: TELL } }) }, `/workflow/${ASK}/on_true`],
    [
      'has a branch that ends in the end of all',
      { workflow: workflow({ [BAN]: { on_completion: END } }) },
      `/workflow/${ASK}/on_true`,
    ],
    ['has two branches with one end', { workflow: workflow({ [ASK]: { on_false: END_OF_BAN } }) }, `/workflow/${ASK}/on_false`],
    [
      'has a step in two branches of a parallel',
      {
        workflow: {
          ...workflow({ [ASK]: null }),
          [START]: { type: 'start', on_completion: step('parallel', 21) },
          [step('parallel', 21)]: { type: 'parallel', next_steps: [BAN, END_OF_BAN], on_completion: TELL },
        },
      },
      `/workflow/${step('parallel', 21)}/next_steps/1`,
    ],
    ['says completion and success', { workflow: workflow({ [TELL]: { on_success: END } }) }, `/workflow/${TELL}/on_success`],
    ['says completion and failure', { workflow: workflow({ [TELL]: { on_failure: END } }) }, `/workflow/${TELL}/on_failure`],
    [
      'has two starts',
      { workflow: { ...workflow({}), [step('start', 30)]: { type: 'start', on_completion: END } } },
      `/workflow/${step('start', 30)}`,
    ],
    ['does nothing', { workflow: { [START]: { type: 'start', on_completion: END }, [END]: { type: 'end' } } }, '/workflow'],
    [
      'has a switch without a case',
      {
        workflow: {
          ...workflow({ [ASK]: null }),
          [START]: { type: 'start', on_completion: step('switch-condition', 22) },
          [step('switch-condition', 22)]: {
            type: 'switch-condition',
            switch: '$$__source__:value$$',
            cases: {},
            on_completion: TELL,
          },
        },
      },
      `/workflow/${step('switch-condition', 22)}/cases`,
    ],
    ['has a condition that is none', { workflow: workflow({ [ASK]: { condition: 'often' } }) }, `/workflow/${ASK}/condition`],
    [
      'asks for a variable that is not declared',
      { workflow: workflow({ [ASK]: { condition: '__other__:value = 1' } }) },
      `/workflow/${ASK}/condition`,
    ],
    [
      'uses a variable that is not declared',
      { workflow: workflow({ [TELL]: { commands: [{ type: 'manual', command: 'Call $$__owner__:value$$' }] } }) },
      `/workflow/${TELL}/commands/0/command`,
    ],
    [
      'gives out a variable that is not declared',
      { workflow: workflow({ [TELL]: { out_args: ['__answer__'] } }) },
      `/workflow/${TELL}/out_args/0`,
    ],
    [
      'changes a constant',
      {
        ...variables({ __fixed__: { type: 'string', value: 'x', constant: true } }),
        workflow: workflow({ [TELL]: { out_args: ['__fixed__'] } }),
      },
      `/workflow/${TELL}/out_args/0`,
    ],
    [
      'holds a value of another type',
      variables({ __source__: { type: 'ipv4-addr', value: 'nowhere' } }),
      '/playbook_variables/__source__/value',
    ],
    [
      'names an agent that is not there',
      { workflow: workflow({ [TELL]: { agent: step('individual', 99) } }) },
      `/workflow/${TELL}/agent`,
    ],
    [
      'names a target that is not there',
      { workflow: workflow({ [TELL]: { targets: [step('linux', 99)] } }) },
      `/workflow/${TELL}/targets/0`,
    ],
    [
      'names credentials that are not there',
      {
        agent_definitions: {
          ...(samplePlaybook()['agent_definitions'] as Change),
          [AGENT]: {
            type: 'http-api',
            name: 'x',
            address: { url: ['https://a.example'] },
            authentication_info: step('http-basic', 99),
          },
        },
      },
      `/agent_definitions/${AGENT}/authentication_info`,
    ],
    [
      'begins a request that is none',
      { workflow: workflow({ [BAN]: { commands: [{ type: 'http-api', command: 'ban it' }] } }) },
      `/workflow/${BAN}/commands/0/command`,
    ],
    [
      'has a line break in a header',
      {
        workflow: workflow({
          [BAN]: { commands: [{ type: 'http-api', command: 'GET /a HTTP/1.1', headers: { x: ['a\r\ny: b'] } }] },
        }),
      },
      `/workflow/${BAN}/commands/0/headers`,
    ],
    [
      'calls itself',
      {
        workflow: workflow({
          [TELL]: null,
          [ASK]: { on_completion: step('playbook-action', 23) },
          [step('playbook-action', 23)]: { type: 'playbook-action', playbook_id: samplePlaybook().id, on_completion: END },
        }),
      },
      `/workflow/${step('playbook-action', 23)}/playbook_id`,
    ],
    ['was changed before it was made', { modified: '2026-10-01T00:00:00.000Z' }, '/modified'],
    ['ends before it begins', { valid_from: '2026-12-01T00:00:00Z', valid_until: '2026-11-01T00:00:00Z' }, '/valid_until'],
    [
      'has a step of a type that there is not',
      { workflow: { ...workflow({}), [own.replace('end', 'step')]: { type: 'end' } } },
      `/workflow/${own.replace('end', 'step')}`,
    ],
  ])('%s', (_name, over, pointer) => {
    expect(errors(over)).toContain(pointer);
  });

  it('and a hostile address of somebody is found', () => {
    const contact = (work: string): Change => ({
      agent_definitions: {
        ...(samplePlaybook()['agent_definitions'] as Change),
        [PERSON]: { type: 'individual', name: 'x', contact: { email: { work } } },
      },
    });
    expect(errors(contact('a@example.com;`id`'))).toEqual([`/agent_definitions/${PERSON}/contact/email/work`]);
    expect(errors(contact('a.b+c@example.com'))).toEqual([]);
  });
});

describe('what is right all the same', () => {
  it('is a branch that fails into its own end, and one in another', () => {
    const inner = step('if-condition', 40);
    const over = {
      workflow: {
        ...workflow({ [BAN]: { on_completion: inner } }),
        [inner]: { type: 'if-condition', condition: '__hits__:value > 9', on_true: step('end', 41), on_completion: END_OF_BAN },
        [step('end', 41)]: { type: 'end' },
      },
    };
    expect(errors(over)).toEqual([]);
  });

  it('is a loop that ends, and one that nothing ends is told of', () => {
    const loop = step('while-condition', 50);
    const body = step('action', 51);
    const over = (outArgs: Change): Change => ({
      workflow: {
        ...workflow({ [ASK]: { on_completion: loop } }),
        [loop]: { type: 'while-condition', condition: '__hits__:value > 0', on_true: body, on_completion: TELL },
        [body]: {
          type: 'action',
          commands: [{ type: 'manual', command: 'count' }],
          agent: PERSON,
          on_completion: step('end', 52),
          ...outArgs,
        },
        [step('end', 52)]: { type: 'end' },
      },
    });
    expect(readPlaybook(samplePlaybook(over({ out_args: ['__hits__'] }))).faults).toEqual([]);
    expect(errors(over({}))).toEqual([]);
    expect(warnings(over({}))).toEqual([`/workflow/${loop}/condition`]);
  });

  it('is told of: a step that nothing leads to, a command that nothing runs, a playbook that is not there', () => {
    expect(warnings({ workflow: { ...workflow({}), [step('end', 60)]: { type: 'end' } } })).toEqual([
      `/workflow/${step('end', 60)}`,
    ]);
    const shell = workflow({ [TELL]: { commands: [{ type: 'bash', command: 'reboot' }] } });
    expect(warnings({ workflow: shell })).toEqual([`/workflow/${TELL}/commands/0/type`]);
    const call = step('playbook-action', 61);
    const calls = {
      workflow: {
        ...workflow({ [TELL]: { on_completion: call } }),
        [call]: { type: 'playbook-action', playbook_id: step('playbook', 62), on_completion: END },
      },
    };
    expect(readPlaybook(samplePlaybook(calls), { isThere: () => false }).faults).toEqual([
      expect.objectContaining({ level: 'warning', pointer: `/workflow/${call}/playbook_id` }),
    ]);
    expect(readPlaybook(samplePlaybook(calls), { isThere: () => true }).faults).toEqual([]);
  });
});

describe('whatever it is given', () => {
  it('is a chain of a thousand steps, and one more is refused', () => {
    const chain = (length: number): Change => {
      const ids = Array.from({ length }, (_, index) => step('action', 1000 + index));
      const steps = ids.map((id, index) => [
        id,
        { type: 'action', commands: [{ type: 'manual', command: 'x' }], agent: PERSON, on_completion: ids[index + 1] ?? END },
      ]);
      return {
        workflow: { [START]: { type: 'start', on_completion: ids[0] }, [END]: { type: 'end' }, ...Object.fromEntries(steps) },
      };
    };
    expect(errors(chain(998))).toEqual([]);
    expect(errors(chain(999))).toEqual(['/workflow']);
  });

  it('too deep or too long is refused before anything is read of it', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(readPlaybook({ deep }).faults).toEqual([{ pointer: '', detail: 'nested too deep', level: 'error' }]);
    expect(readPlaybook(samplePlaybook({ description: 'x'.repeat(600_000) })).playbook).toBeNull();
  });

  it('never throws: any JSON, and the sample with anything anywhere', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => Array.isArray(readPlaybook(value).faults)));
    const keys = fc.constantFrom(
      'workflow',
      'workflow_start',
      'agent_definitions',
      'playbook_variables',
      'signatures',
      'id',
      '__proto__',
      'constructor',
    );
    fc.assert(
      fc.property(keys, fc.jsonValue({ maxDepth: 4 }), (key, value) => {
        const document: unknown = JSON.parse(JSON.stringify({ ...samplePlaybook(), [key]: value }));
        return Array.isArray(readPlaybook(document).faults);
      }),
    );
    const names = fc.constantFrom(
      'type',
      'commands',
      'condition',
      'cases',
      'next_steps',
      'on_true',
      'on_completion',
      'step_variables',
      'out_args',
      '__proto__',
    );
    fc.assert(
      fc.property(fc.constantFrom(START, ASK, BAN, TELL, END), names, fc.jsonValue({ maxDepth: 3 }), (id, name, value) =>
        Array.isArray(readPlaybook(samplePlaybook({ workflow: workflow({ [id]: { [name]: value } }) })).faults),
      ),
    );
  });

  it('a broken one has its pointers in the document', () => {
    for (const { pointer } of readPlaybook({ ...samplePlaybook(), workflow: [] }).faults) expect(pointer).toBe('/workflow');
    expect(errors({ name: 7, workflow_start: 'x' })).toEqual(['/name', '/workflow_start']);
  });
});
