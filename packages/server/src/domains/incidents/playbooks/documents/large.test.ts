import { PLAYBOOK_CHARS_MAX } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { readPlaybook } from './read.ts';
import { AGENT, END, END_OF_BAN, samplePlaybook, START, uuid } from './sample.ts';

const MILLION = 1_048_576;
const at = (type: string, number: number): string => `${type}--${uuid(100_000 + number)}`;

type Workflow = Record<string, object>;
const chain = (count: number, step: (number: number, next: string) => object): Workflow => {
  const next = (number: number): string => (number + 1 < count ? at('action', number + 1) : END);
  const steps = Array.from({ length: count }, (_, number) => [at('action', number), step(number, next(number))] as const);
  return { [START]: { type: 'start', on_completion: at('action', 0) }, ...Object.fromEntries(steps), [END]: { type: 'end' } };
};
const act = (command: object, next: string, more: object = {}): object => ({
  type: 'action',
  commands: [command],
  agent: AGENT,
  on_completion: next,
  ...more,
});
const get = { type: 'http-api', command: 'GET /x HTTP/1.1' };
const of = (workflow: Workflow, over: object = {}): object => samplePlaybook({ workflow, workflow_start: START, ...over });

/** Conditions one after the other, each with a branch of one step. */
function conditions(count: number, type: 'if-condition' | 'while-condition', condition: string): Workflow {
  const steps: Workflow = { [START]: { type: 'start', on_completion: at(type, 0) }, [END]: { type: 'end' } };
  for (let number = 0; number < count; number += 1) {
    const next = number + 1 < count ? at(type, number + 1) : END;
    // Each is another one: what is alike is read once.
    steps[at(type, number)] = {
      type,
      condition: `${condition} OR __hits__:value = ${number}`,
      on_true: at('action', number),
      on_completion: next,
    };
    steps[at('action', number)] = act(get, at('end', number));
    steps[at('end', number)] = { type: 'end' };
  }
  return steps;
}

function nested(depth: number): Workflow {
  const steps: Workflow = { [START]: { type: 'start', on_completion: at('if-condition', 0) }, [END]: { type: 'end' } };
  for (let number = 0; number < depth; number += 1) {
    const inner = number + 1 < depth ? at('if-condition', number + 1) : at('action', number);
    const outer = number === 0 ? END : at('end', number);
    steps[at('if-condition', number)] = {
      type: 'if-condition',
      condition: '__hits__:value > 1',
      on_true: inner,
      on_completion: outer,
    };
    if (number > 0) steps[at('end', number)] = { type: 'end' };
  }
  steps[at('action', depth - 1)] = act(get, END_OF_BAN);
  return { ...steps, [END_OF_BAN]: { type: 'end' } };
}

const variables = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`__v${number}__`, { type: 'string', value: 'x' }]));
const LONG = `__hits__:value IN (${Array.from({ length: 600 }, (_, number) => number).join(', ')})`;
const MATCHING = Array.from({ length: 60 }, () => "__source__:value MATCHES '^(a+)+[b-z]{1,50}.*x$'").join(' OR ');

/** Each as large as it may be, or larger. */
const SHAPES: readonly (readonly [string, boolean, () => object])[] = [
  ['a thousand steps in a row', true, () => of(chain(990, (_, next) => act(get, next)))],
  ['three hundred conditions', true, () => of(conditions(330, 'if-condition', '__hits__:value > 1'))],
  ['three hundred loops', true, () => of(conditions(330, 'while-condition', '__hits__:value > 1'))],
  ['long conditions', true, () => of(conditions(150, 'if-condition', LONG))],
  ['long conditions with expressions', true, () => of(conditions(120, 'if-condition', MATCHING))],
  ['branches as deep as they may stand', true, () => of(nested(31))],
  ['branches deeper than that', false, () => of(nested(300))],
  ['steps that all lead to themselves', false, () => of(chain(990, (number) => act(get, at('action', number))))],
  ['steps that all lead nowhere', false, () => of(chain(990, (number) => act(get, at('end', number))))],
  [
    'a text of half a million characters',
    true,
    () =>
      of(
        chain(1, (_, next) => act(get, next)),
        { description: 'x'.repeat(500_000) },
      ),
  ],
  [
    'a text that is all variables',
    true,
    () => of(chain(1, (_, next) => act({ type: 'manual', command: '$$__source__:value$$ '.repeat(20_000) }, next))),
  ],
  [
    'a text that is all variables that are none',
    false,
    () => of(chain(1, (_, next) => act({ type: 'manual', command: '$$__o__:value$$ '.repeat(28_000) }, next))),
  ],
  [
    'a text of underscores',
    true,
    () => of(chain(1, (_, next) => act({ type: 'manual', command: `x ${'_'.repeat(400_000)}` }, next))),
  ],
  [
    'a text of dollars',
    true,
    () => of(chain(1, (_, next) => act({ type: 'manual', command: `x ${'$'.repeat(400_000)}` }, next))),
  ],
  [
    'two hundred variables in each of many steps',
    true,
    () => of(chain(300, (_, next) => act(get, next, { in_args: Array.from({ length: 100 }, () => '__hits__') }))),
  ],
  [
    'more variables than it may have',
    false,
    () =>
      of(
        chain(1, (_, next) => act(get, next)),
        { playbook_variables: variables(9000) },
      ),
  ],
  [
    'a list of what should be texts',
    false,
    () =>
      of(
        chain(1, (_, next) => act(get, next)),
        { labels: Array.from({ length: 250_000 }, () => 1) },
      ),
  ],
  [
    'a list of what should be signatures',
    false,
    () =>
      of(
        chain(1, (_, next) => act(get, next)),
        { signatures: Array.from({ length: 170_000 }, () => ({})) },
      ),
  ],
  [
    'agents that are none',
    false,
    () =>
      of(
        chain(1, (_, next) => act(get, next)),
        { agent_definitions: Object.fromEntries(Array.from({ length: 8000 }, (_, number) => [at('http-api', number), 1])) },
      ),
  ],
  ['keys that are none', false, () => of(Object.fromEntries(Array.from({ length: 40_000 }, (_, number) => [`k${number}`, {}])))],
  [
    'lists in lists',
    false,
    () =>
      of(
        chain(1, (_, next) => act(get, next)),
        { x: JSON.parse(`${'['.repeat(900)}${']'.repeat(900)}`) as unknown },
      ),
  ],
  [
    'twice as much as it may be',
    false,
    () =>
      of(
        chain(1, (_, next) => act(get, next)),
        { description: 'x'.repeat(MILLION) },
      ),
  ],
];

describe('documents as large as they come', () => {
  it.each(SHAPES)('get their verdict: %s', (what, isRight, make) => {
    const text = JSON.stringify(make());
    expect(text.length).toBeLessThan(2 * MILLION);
    const document: unknown = JSON.parse(text);
    const began = process.cpuUsage();
    const { playbook, faults } = readPlaybook(document);
    const { user, system } = process.cpuUsage(began);
    process.stdout.write(`${what}: ${text.length} characters, ${Math.round((user + system) / 1000)} ms of processor time\n`);
    expect([playbook !== null, faults.filter(({ level }) => level === 'error').slice(0, 2)]).toEqual([
      isRight,
      isRight ? [] : expect.anything(),
    ]);
    expect(faults.length).toBeLessThanOrEqual(200);
  });

  it('are refused by their length before anything else is looked at', () => {
    const { faults } = readPlaybook({ ...samplePlaybook(), x: 'y'.repeat(PLAYBOOK_CHARS_MAX) });
    expect(faults).toMatchObject([{ pointer: '' }]);
  });
});
