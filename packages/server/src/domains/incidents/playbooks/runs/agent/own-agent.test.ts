import type { ActionInput, ActionPlan, ActionView } from '@holdfast/contract';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../../../platform/refusal.ts';
import type { Asking } from '../../../actions/actions.ts';
import type { Command } from '../../documents/playbook.ts';
import type { TypedValue } from '../../documents/values.ts';
import type { CommandAnswer } from '../machine/state.ts';
import type { CommandAt } from './agent.ts';
import { createOutside } from './outside/outside.ts';
import { createAgent, type AgentParts } from './own-agent.ts';

const ULID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const INCIDENT = '01J8Z3K4M5N6P7Q8R9S0T1V2W4';

interface World {
  readonly parts: AgentParts;
  readonly asked: { readonly input: ActionInput; readonly by: Asking }[];
  readonly notes: string[];
  /** Of the incident. */
  readonly bans: { readonly id: string; state: string; readonly parameters: object }[];
}

/** Rooms that remember what they were asked. */
function world(): World {
  const asked: World['asked'] = [];
  const notes: string[] = [];
  const bans: World['bans'] = [];
  const plan: Partial<ActionPlan> = {
    summary: 'bans it',
    approvals: 1,
    refused: null,
    impact: { requests: 3, clients: 1, sessions: 0, share: null, unknown: null },
  };
  const view: Partial<ActionView> = { id: ULID, state: 'effective', outcome: 'it is banned' };
  const actions = {
    plan: async () => Promise.resolve(plan),
    request: async (input: ActionInput, by: Asking) => {
      asked.push({ input, by });
      return Promise.resolve({ ...view, plan, decideBy: null });
    },
    show: async () => Promise.resolve({ ...view, incident: INCIDENT }),
    list: async () => Promise.resolve({ items: bans, next: null }),
    undo: async (id: string) => {
      const ban = bans.find((one) => one.id === id);
      if (ban !== undefined) ban.state = 'undone';
      return Promise.resolve(ban);
    },
  };
  const cases = {
    timeline: async () => Promise.resolve(notes.map((detail) => ({ lane: 'note', detail }))),
    note: async (_incident: string, text: string) => Promise.resolve(void notes.push(text)),
  };
  return {
    asked,
    notes,
    bans,
    parts: {
      // Only what these tests ask of them is there.
      actions: () => actions as never,
      cases: () => cases as never,
      board: () => undefined,
      traffic: () => undefined,
      outside: createOutside([]),
      search: async () => Promise.resolve({ kind: 'failed', detail: 'not here' }),
    },
  };
}

const http = (method: string, path: string, content: string | null = null): Command => ({
  type: 'http-api',
  method,
  path,
  headers: new Map(),
  content,
});

const at = (command: Command, given: Partial<CommandAt> = {}): CommandAt => ({
  run: ULID,
  incident: INCIDENT,
  actor: { kind: 'system', ref: 'playbooks' },
  reason: 'a test',
  step: 'action--1',
  stepName: 'a step',
  key: `${ULID}:action--1:1:0`,
  command,
  agent: { id: 'us', type: 'http-api', name: 'us', url: 'https://holdfast.local', isPerson: false },
  outArgs: [],
  values: new Map<string, TypedValue>([
    ['__source__', { type: 'string', value: '203.0.113.9' }],
    ['__hostile__', { type: 'string', value: '","action":"lock-account","x":"../../incidents' }],
  ]),
  ...given,
});

const BAN = '{"action":"ban-source","parameters":{"prefix":"$$__source__:value$$","forSeconds":60},"reason":"because"}';

const carryOut = async (parts: AgentParts, asking: CommandAt): Promise<CommandAnswer | string> =>
  createAgent(parts)
    .carryOut(asking)
    .catch((error: unknown) => (isRefusal(error) ? error.code : 'thrown'));

describe('what playbooks ask this Holdfast for', () => {
  it('is done under the key of the step, for the incident of the run, and answered to variables', async () => {
    const { parts, asked } = world();
    const answer = await carryOut(
      parts,
      at(http('POST', '/api/v1/actions', BAN), { outArgs: ['__action__', '__state__', '__other__'] }),
    );
    const values = new Map([
      ['__action__', ULID],
      ['__state__', 'effective'],
    ]);
    expect(answer).toEqual({ kind: 'done', detail: 'it is banned', action: ULID, values });
    expect(asked).toEqual([
      {
        input: {
          action: 'ban-source',
          parameters: { prefix: '203.0.113.9', forSeconds: 60 },
          incident: INCIDENT,
          reason: 'because',
          key: `${ULID}:action--1:1:0`,
        },
        by: { actor: { kind: 'system', ref: 'playbooks' }, run: { id: ULID, step: 'action--1' } },
      },
    ]);
  });

  it('gives out the same when somebody had to agree first', async () => {
    const { parts } = world();
    const values = new Map([
      ['__action__', ULID],
      ['__state__', 'effective'],
      ['__outcome__', 'it is banned'],
    ]);
    expect(await createAgent(parts).look(ULID)).toEqual({ kind: 'done', detail: 'it is banned', action: ULID, values });
  });

  it('takes neither another incident nor another key from the text', async () => {
    const { parts, asked } = world();
    const text = BAN.replace('{"action"', `{"incident":"${ULID}","key":"somebody-elses","action"`);
    await carryOut(parts, at(http('POST', '/api/v1/actions', text)));
    expect(asked.map(({ input }) => [input.incident, input.key])).toEqual([[INCIDENT, `${ULID}:action--1:1:0`]]);
  });

  it('is planned in a simulation, and nothing is asked for', async () => {
    const { parts, asked } = world();
    const answer = await createAgent(parts).rehearse(at(http('POST', '/api/v1/actions', BAN)));
    expect(answer.detail).toBe(
      'not done, it only says what it does: bans it, after 1 approval; requests of the last hour: 3, of 1 clients',
    );
    expect(asked).toEqual([]);
  });

  it('finds its own note after a crash, and does not write it again', async () => {
    const { parts, notes } = world();
    const asking = at(http('POST', `/api/v1/incidents/${INCIDENT}/notes`, '{"text":"banned $$__source__:value$$"}'));
    await carryOut(parts, asking);
    await carryOut(parts, asking);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('banned 203.0.113.9');
  });

  it.each([
    ['another incident', http('POST', `/api/v1/incidents/${ULID}/notes`, '{"text":"x"}')],
    ['closing', http('POST', `/api/v1/incidents/${INCIDENT}/move`, '{"phase":"closed"}')],
    ['another address', http('POST', '/api/v1/tokens', '{}')],
    ['another method', http('DELETE', `/api/v1/actions/${ULID}`)],
    ['a value that would be another address', http('GET', '/api/v1/actions/$$__hostile__:value$$')],
    ['a value that would be another action', http('POST', '/api/v1/actions', BAN.replace('__source__', '__hostile__'))],
    ['what is no JSON', http('POST', '/api/v1/actions', 'action=ban-source')],
    ['another program', { type: 'foreign', name: 'bash' } satisfies Command],
  ])('is refused: %s', async (_what, command) => {
    const { parts, asked, notes } = world();
    const answer = await carryOut(parts, at(command));
    expect(typeof answer === 'string' ? 'failed' : answer.kind).toBe('failed');
    expect([asked, notes]).toEqual([[], []]);
  });

  it('is not asked of others: an agent that is not ours gets no request', async () => {
    const { parts, asked } = world();
    const theirs = { id: 'x', type: 'http-api', name: 'theirs', url: 'https://holdfast.local.example', isPerson: false };
    const answer = await carryOut(parts, at(http('POST', '/api/v1/actions', BAN), { agent: theirs }));
    expect(answer).toMatchObject({ kind: 'failed' });
    expect(asked).toEqual([]);
  });

  it.each([
    ['/dryRun', '/api/v1/actions', { action: 'lock-account', parameters: { person: ULID }, dryRun: true }],
    ['/parameters/forever', '/api/v1/actions', { action: 'lock-account', parameters: { person: ULID, forever: true } }],
    ['/force', `/api/v1/actions/${ULID}/undo`, { reason: 'because', force: true }],
    ['/title', `/api/v1/incidents/${INCIDENT}/notes`, { text: 'x', title: 'y' }],
    ['/lessons', `/api/v1/incidents/${INCIDENT}/move`, { phase: 'contain', lessons: [] }],
  ])('has no field that nobody knows: %s', async (pointer, path, body) => {
    const { parts, asked, notes } = world();
    const refused = await createAgent(parts)
      .carryOut(at(http('POST', path, JSON.stringify(body))))
      .catch((error: unknown) => error);
    if (!isRefusal(refused, 'input-invalid')) throw new Error('assertion: it is refused');
    expect(refused.errors.map((fault) => fault.pointer)).toEqual([pointer]);
    expect([asked, notes]).toEqual([[], []]);
  });

  it('bans whom OpenC2 denies, and says what else it does not do', async () => {
    const { parts, asked } = world();
    const deny = { action: 'deny', target: { ipv4_net: '203.0.113.0/28' }, args: { duration: 60_000 } };
    const command = (content: object): Command => ({
      type: 'openc2-http',
      path: '/',
      content: JSON.stringify(content),
      headers: new Map(),
    });
    await carryOut(parts, at(command(deny)));
    await carryOut(parts, at(command({ headers: {}, body: { openc2: { request: deny } } })));
    expect(asked.map(({ input }) => input.parameters)).toEqual([
      { prefix: '203.0.113.0/28', forSeconds: 60 },
      { prefix: '203.0.113.0/28', forSeconds: 60 },
    ]);
    const { action, target } = deny;
    const narrower = { ipv4_connection: { src_addr: '203.0.113.1', dst_port: 443 } };
    for (const [place, other] of [
      ['/action', { ...deny, action: 'scan' }],
      ['/target', { action, target: narrower }],
      ['/target', { action, target: { ...target, file: {} } }],
      ['/args/stop_time', { ...deny, args: { stop_time: 1 } }],
      ['/args/slpf/direction', { ...deny, args: { slpf: { direction: 'egress' } } }],
      ['/args/duration', { action: 'allow', target, args: { duration: 1 } }],
    ] as const) {
      const answer = await carryOut(parts, at(command(other)));
      expect(answer).toMatchObject({ kind: 'failed', detail: expect.stringContaining(place) });
    }
    expect(asked).toHaveLength(2);
  });

  it('takes a ban back when OpenC2 allows again, once, and only one of its incident', async () => {
    const { parts, bans } = world();
    const command = (prefix: string): Command => ({
      type: 'openc2-http',
      path: '/',
      content: JSON.stringify({ action: 'allow', target: { ipv4_net: prefix } }),
      headers: new Map(),
    });
    bans.push({ id: ULID, state: 'effective', parameters: { prefix: '203.0.113.0/28' } });
    expect(await createAgent(parts).rehearse(at(command('203.0.113.0/28')))).toMatchObject({
      detail: 'would allow 203.0.113.0/28 again',
    });
    expect(bans[0]?.state).toBe('effective');
    const first = await carryOut(parts, at(command('203.0.113.3/28')));
    const again = await carryOut(parts, at(command('203.0.113.0/28')));
    expect([first, again].map((answer) => (typeof answer === 'string' ? answer : answer.kind))).toEqual(['done', 'done']);
    expect(bans).toMatchObject([{ state: 'undone' }]);
    expect(await carryOut(parts, at(command('198.51.100.0/24')))).toMatchObject({ kind: 'failed' });
  });

  it('is not asked by OpenC2 for others: an agent that is not ours bans nobody here', async () => {
    const { parts, asked } = world();
    const theirs = { id: 'x', type: 'http-api', name: 'firewall', url: 'https://firewall.example', isPerson: false };
    const content = JSON.stringify({ action: 'deny', target: { ipv4_net: '203.0.113.0/28' } });
    const command: Command = { type: 'openc2-http', path: '/', content, headers: new Map() };
    expect(await carryOut(parts, at(command, { agent: theirs }))).toMatchObject({ kind: 'failed' });
    expect(asked).toEqual([]);
  });
});
