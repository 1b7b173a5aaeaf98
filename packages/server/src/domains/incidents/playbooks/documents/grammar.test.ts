import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pointerOf } from './fault.ts';
import { readPlaybook } from './read.ts';
import { API, blocks, EXTENSION, LOGIN, TARGET, TLP, write, type Json } from './test-grammar.ts';

type Document = ReturnType<typeof write>;

/** What is broken, in place; answers the pointer of what is to be refused. Null = there is nothing of that kind in it. */
type Break = (document: Document, pick: (among: readonly string[]) => string | null) => string | null;

const NOWHERE = 'end--ffffffff-ffff-4fff-8fff-ffffffffffff';
const partOf = (holder: unknown, ...path: readonly string[]): Json => {
  let found = holder as Json;
  for (const key of path) found = found[key] as Json;
  return found;
};
const stepsOf = ({ workflow }: Document, ...types: readonly string[]): readonly string[] =>
  Object.keys(workflow).filter((key) => types.length === 0 || types.includes(key.split('--')[0] ?? ''));

/** Changes one property of a step of these types. */
const inStep =
  (types: readonly string[], key: string, value: unknown, at = key): Break =>
  (document, pick) => {
    const step = pick(
      stepsOf(document, ...types).filter((one) => partOf(document.workflow, one)[key] !== undefined || value !== undefined),
    );
    if (step === null) return null;
    const holder = partOf(document.workflow, step);
    if (value === undefined) Reflect.deleteProperty(holder, key);
    else holder[key] = value;
    return at === '' ? pointerOf('workflow', step) : `${pointerOf('workflow', step)}/${at}`;
  };
const inPart =
  (path: readonly string[], key: string, value: unknown): Break =>
  (document) => {
    const holder = partOf(document, ...path);
    if (value === undefined) Reflect.deleteProperty(holder, key);
    else holder[key] = value;
    return pointerOf(...path, key);
  };
const inCommand =
  (type: string, key: string, value: unknown): Break =>
  (document, pick) => {
    const has = (one: string): boolean => partOf(document.workflow, one, 'commands', '0')['type'] === type;
    const step = pick(stepsOf(document, 'action').filter(has));
    if (step === null) return null;
    const command = partOf(document.workflow, step, 'commands', '0');
    if (value === undefined) Reflect.deleteProperty(command, key);
    else command[key] = value;
    return pointerOf('workflow', step, 'commands', 0, key);
  };
const CONDITIONS = ['if-condition', 'while-condition'];
const WORKING = ['action', 'playbook-action', 'parallel', 'switch-condition', ...CONDITIONS];
const HEAD = ['type', 'spec_version', 'id', 'name', 'created_by', 'created', 'modified', 'workflow_start', 'workflow'];

const BREAKS: readonly (readonly [string, Break])[] = [
  ...HEAD.map((key) => [`no ${key}`, inPart([], key, undefined)] as const),
  ['another version of the specification', inPart([], 'spec_version', 'cacao-1.1')],
  ['an identifier that is none', inPart([], 'created_by', 'somebody')],
  ['a time with an offset', inPart([], 'modified', '2026-11-01T00:00:00+01:00')],
  ['a time that is none', inPart([], 'created', '2026-13-01T00:00:00Z')],
  ['changed before it was made', inPart([], 'modified', '2020-01-01T00:00:00Z')],
  ['over before it begins', inPart([], 'valid_until', '2020-01-01T00:00:00Z')],
  ['a priority beyond all', inPart([], 'priority', 101)],
  ['a flag that is a text', inPart([], 'revoked', 'no')],
  ['a start that is not there', inPart([], 'workflow_start', NOWHERE)],
  ['an exception that is not there', inPart([], 'workflow_exception', NOWHERE)],
  ['no labels at all in a list of them', inPart([], 'labels', [])],
  ['a step of no type', inStep(WORKING, 'type', undefined)],
  ['a step of another type than its key', inStep(WORKING, 'type', 'end')],
  ['a delay of nothing', inStep(WORKING, 'delay', 0)],
  ['a delay in parts of a millisecond', inStep(WORKING, 'delay', 1.5)],
  ['a delay of years', inStep(WORKING, 'delay', 40 * 86_400_000)],
  ['a time below nothing', inStep(WORKING, 'timeout', -1)],
  ['a time of years', inStep(WORKING, 'timeout', 40 * 86_400_000)],
  ['an owner that is none', inStep(WORKING, 'owner', 'me')],
  ['an end that goes on', inStep(['end'], 'on_completion', NOWHERE)],
  ['a start that may fail', inStep(['start'], 'on_failure', NOWHERE)],
  ['a condition that is none', inStep(CONDITIONS, 'condition', '__count__:value >')],
  ['a condition about no variable', inStep(CONDITIONS, 'condition', "file:name = 'x'")],
  ['a condition about a variable that is not declared', inStep(CONDITIONS, 'condition', '__other__:value = 1')],
  ['a branch that is not there', inStep(CONDITIONS, 'on_true', NOWHERE)],
  ['a condition without a branch', inStep(CONDITIONS, 'on_true', undefined)],
  ['a switch that asks for nothing', inStep(['switch-condition'], 'switch', 'x')],
  ['a switch about a variable that is not declared', inStep(['switch-condition'], 'switch', '$$__other__:value$$')],
  ['a switch without a case', inStep(['switch-condition'], 'cases', {})],
  ['a case that leads nowhere', inStep(['switch-condition'], 'cases', { x: NOWHERE }, 'cases/x')],
  ['one branch beside none', inStep(['parallel'], 'next_steps', [NOWHERE])],
  ['no commands', inStep(['action'], 'commands', [])],
  ['no agent', inStep(['action'], 'agent', undefined)],
  ['an agent that is not there', inStep(['action'], 'agent', 'ssh--ffffffff-ffff-4fff-8fff-ffffffffffff')],
  ['a target that is not there', inStep(['action'], 'targets', ['ssh--ffffffff-ffff-4fff-8fff-ffffffffffff'], 'targets/0')],
  ['an argument that is not declared', inStep(['action', 'playbook-action'], 'in_args', ['__other__'], 'in_args/0')],
  ['a constant that is given out', inStep(['action', 'playbook-action'], 'out_args', ['__constant__'], 'out_args/0')],
  ['a playbook that calls itself', inStep(['playbook-action'], 'playbook_id', 'playbook--00000000-0000-4000-8000-000000000001')],
  ['a call of what is no playbook', inStep(['playbook-action'], 'playbook_id', NOWHERE)],
  [
    'a variable of a step that is written otherwise',
    inStep(['action'], 'step_variables', { here: { type: 'string' } }, 'step_variables/here'),
  ],
  [
    'a variable of a step of another type',
    inStep(['action'], 'step_variables', { __x__: { type: 'integer', value: 'x' } }, 'step_variables/__x__/value'),
  ],
  ['a request that is none', inCommand('http-api', 'command', 'fetch it')],
  ['a request with a variable that is not declared', inCommand('http-api', 'command', 'GET /$$__other__:value$$ HTTP/1.1')],
  ['a content with a variable that is not declared', inCommand('http-api', 'content', '$$__other__:value$$')],
  ['headers that are no lists', inCommand('http-api', 'headers', 'x: y')],
  ['OpenC2 that is not sent', inCommand('openc2-http', 'command', 'GET / HTTP/1.1')],
  ['what is no Base64', inCommand('sigma', 'command_b64', '*')],
  ['a rule that is missing', inCommand('sigma', 'command_b64', undefined)],
  ['a variable without a type', inPart(['playbook_variables', '__text__'], 'type', undefined)],
  ['a variable that is no text', inPart(['playbook_variables', '__count__'], 'value', 1)],
  ...[
    ['__count__', 'one'],
    ['__bool__', 'yes'],
    ['__float__', '1,5'],
    ['__v4__', '2001:db8::1'],
    ['__v6__', '192.0.2.1'],
    ['__mac__', '00:00'],
    ['__uuid__', 'x'],
    ['__uri__', 'x'],
    ['__hex__', 'bee'],
    ['__md5__', 'beef'],
    ['__sha__', 'beef'],
    ['__dictionary__', '[]'],
  ].map(([name = '', value]) => [`${name} of another type`, inPart(['playbook_variables', name], 'value', value)] as const),
  ['a variable that is written otherwise', inPart(['playbook_variables'], 'text', { type: 'string' })],
  [
    'credentials that are not there',
    inPart(['agent_definitions', API], 'authentication_info', 'http-basic--ffffffff-ffff-4fff-8fff-ffffffffffff'),
  ],
  ['an agent without a name', inPart(['agent_definitions', API], 'name', undefined)],
  ['an agent of another type than its key', inPart(['agent_definitions', API], 'type', 'ssh')],
  ['a port that is a number', inPart(['agent_definitions', API], 'port', 443)],
  ['a target that is nothing', inPart(['target_definitions'], TARGET, 'x')],
  ['a user who is a number', inPart(['authentication_info_definitions', LOGIN], 'user_id', 7)],
  ['a colour that TLP does not have', inPart(['data_marking_definitions', TLP], 'tlpv2_level', 'TLP:BLUE')],
  ['an extension without its schema', inPart(['extension_definitions', EXTENSION], 'schema', undefined)],
  ['no extensions in what holds them', inPart([], 'playbook_extensions', {})],
  ['a signature of no algorithm', inPart(['signatures', '0'], 'algorithm', undefined)],
  [
    'a signature without a key',
    (document) => {
      Reflect.deleteProperty(partOf(document, 'signatures', '0'), 'public_key');
      return '/signatures/0';
    },
  ],
  [
    'a step that leads nowhere',
    (document, pick) => {
      const step = pick(stepsOf(document, 'action').filter((one) => 'on_completion' in partOf(document.workflow, one)));
      if (step === null) return null;
      Reflect.deleteProperty(partOf(document.workflow, step), 'on_completion');
      return pointerOf('workflow', step);
    },
  ],
  [
    'two ways on that say the same',
    (document, pick) => {
      const step = pick(stepsOf(document, ...WORKING).filter((one) => 'on_completion' in partOf(document.workflow, one)));
      if (step === null) return null;
      const holder = partOf(document.workflow, step);
      holder['on_success'] = holder['on_completion'];
      return pointerOf('workflow', step, 'on_success');
    },
  ],
  [
    'a way that leads to no step',
    (document, pick) => {
      const step = pick(stepsOf(document, ...WORKING).filter((one) => 'on_completion' in partOf(document.workflow, one)));
      if (step === null) return null;
      partOf(document.workflow, step)['on_completion'] = NOWHERE;
      return pointerOf('workflow', step, 'on_completion');
    },
  ],
  [
    'a way back to the start',
    (document, pick) => {
      const step = pick(stepsOf(document, 'action').filter((one) => 'on_completion' in partOf(document.workflow, one)));
      if (step === null) return null;
      partOf(document.workflow, step)['on_completion'] = document['workflow_start'];
      return pointerOf('workflow', step, 'on_completion');
    },
  ],
  [
    'a step that leads to itself',
    (document, pick) => {
      const step = pick(stepsOf(document, 'action').filter((one) => 'on_completion' in partOf(document.workflow, one)));
      if (step === null) return null;
      partOf(document.workflow, step)['on_completion'] = step;
      return pointerOf('workflow', step, 'on_completion');
    },
  ],
  [
    'a branch that is what comes after it',
    (document, pick) => {
      const step = pick(stepsOf(document, ...CONDITIONS).filter((one) => 'on_completion' in partOf(document.workflow, one)));
      if (step === null) return null;
      const holder = partOf(document.workflow, step);
      holder['on_true'] = holder['on_completion'];
      return pointerOf('workflow', step, 'on_true');
    },
  ],
  [
    'the same branch twice',
    (document, pick) => {
      const step = pick(stepsOf(document, 'parallel'));
      if (step === null) return null;
      const holder = partOf(document.workflow, step);
      const [first] = holder['next_steps'] as string[];
      holder['next_steps'] = [first, first];
      return pointerOf('workflow', step, 'next_steps');
    },
  ],
  [
    'a second start',
    (document) => {
      const key = 'start--ffffffff-ffff-4fff-8fff-ffffffffffff';
      document.workflow[key] = { type: 'start', on_completion: stepsOf(document, 'end')[0] };
      return pointerOf('workflow', key);
    },
  ],
  [
    'a step whose key is none',
    (document) => {
      document.workflow['the first'] = { type: 'end' };
      return pointerOf('workflow', 'the first');
    },
  ],
];

const errorsOf = (document: unknown): readonly string[] =>
  readPlaybook(document)
    .faults.filter(({ level }) => level === 'error')
    .map(({ pointer }) => pointer);

describe('documents that nobody has seen before', () => {
  it('are taken when they are right, whatever of the specification they use', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(blocks, (block) => {
        const document = write(block);
        const { playbook, faults } = readPlaybook(document);
        expect(faults.filter(({ level }) => level === 'error')).toEqual([]);
        expect(playbook?.steps.size).toBe(Object.keys(document.workflow).length);
        for (const { type } of playbook?.steps.values() ?? []) kinds.add(type);
      }),
      { numRuns: 150 },
    );
    expect(kinds.size).toBe(8);
  });

  it.each(BREAKS)('are refused for %s, with the pointer to it', (_what, breaking) => {
    let broken = 0;
    fc.assert(
      fc.property(blocks, fc.nat(), (block, number) => {
        const document = structuredClone(write(block));
        const pointer = breaking(document, (among) => among[number % Math.max(1, among.length)] ?? null);
        if (pointer === null) return;
        broken += 1;
        const { playbook } = readPlaybook(document);
        expect(playbook).toBeNull();
        expect(errorsOf(document)).toContain(pointer);
      }),
      { numRuns: 30 },
    );
    expect(broken).toBeGreaterThan(3);
  });

  it('are judged, and never thrown at, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          blocks.chain((block) => damaged(write(block))),
        ),
        (document) => {
          const { playbook, faults } = readPlaybook(document);
          expect(playbook === null).toBe(faults.some(({ level }) => level === 'error'));
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** With something else in the place of one of its values, wherever that is. */
function damaged(document: Document): fc.Arbitrary<unknown> {
  const text = JSON.stringify(document);
  let values = 0;
  JSON.parse(text, (_key, found: unknown) => {
    values += 1;
    return found;
  });
  return fc.tuple(fc.nat({ max: values - 1 }), fc.jsonValue()).map(([place, value]) => {
    let at = 0;
    return JSON.parse(text, (_key, found: unknown) => (at++ === place ? value : found)) as unknown;
  });
}
