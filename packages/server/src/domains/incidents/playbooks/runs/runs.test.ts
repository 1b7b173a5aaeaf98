import { playbookEvents, runDetailSchema, runViewSchema } from '@holdfast/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRefusal } from '../../../../platform/refusal.ts';
import { createTableArea } from '../../../../platform/keyring/areas/table-area.ts';
import type { Actor } from '../../../applications/index.ts';
import type { Playbook } from '../documents/playbook.ts';
import { madeIncident } from '../../made-incident.ts';
import { openRunsStand, recordingAgent, type RecordingAgent, type RunsStand } from './runs-stand.ts';
import type { Runs } from './runs.ts';
import { sealedInRuns } from './store/sealed.ts';
import { command, does, end, playbook, start, step, variable } from './test-playbooks.ts';

const MINUTE_MS = 60_000;
const person: Actor = { kind: 'operator', ref: 'host:0' };
const by = { actor: person };
const CANARY = 'Ada-Lovelace-CANARY';

let stand: RunsStand;
let agent: RecordingAgent;
let runs: Runs;

beforeAll(async () => {
  stand = await openRunsStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => {
  await stand.clear();
  agent = recordingAgent();
  runs = stand.open({ agent });
});
afterEach(async () => runs[Symbol.asyncDispose]());

const input = { incident: null, variables: {}, simulate: false, reason: 'a test' };
const begin = async (
  one: Playbook,
  given: Partial<typeof input> & { variables?: Record<string, string> } = {},
): Promise<string> => {
  const { id } = await runs.begin(one.id, { ...input, ...given }, by);
  await runs.settle();
  return id;
};
const states = async (id: string): Promise<string[]> => (await runs.show(id)).steps.map((one) => `${one.step} ${one.state}`);
const code = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (isRefusal(error) ? error.code : String(error)),
  );

const two = (): Playbook =>
  stand.add(playbook([start('a'), does('a', { onCompletion: 'b' }), does('b', { onCompletion: 'end' }), end('end')]));
const asking = (): Playbook =>
  stand.add(
    playbook([
      start('m'),
      does('m', { commands: [{ type: 'manual', text: 'May I?' }], onSuccess: 'a', onFailure: 'b' }),
      does('a', { onCompletion: 'end' }),
      does('b', { onCompletion: 'end' }),
      end('end'),
    ]),
  );

describe('runs', () => {
  it('carry out a playbook, and leave a record of each step', async () => {
    const id = await begin(two());
    const run = await runs.show(id);
    expect(runDetailSchema.omit({ playbook: true, steps: true, flow: true, start: true }).strip().parse(run).state).toBe(
      'completed',
    );
    expect(agent.done).toEqual(['a#0', 'b#0']);
    const { items } = await runs.list({ state: 'completed', limit: 10 });
    expect(items.map((one) => one.id)).toEqual([id]);
    expect(runViewSchema.strip().parse(items[0]).startedBy).toBe('operator:host:0');
    const types = stand.platform.recorded.map(({ type, payload }) => [type, payload['step'] ?? '', payload['state'] ?? '']);
    expect(types).toEqual([
      [playbookEvents.started.type, '', ''],
      [playbookEvents.step.type, 'start', 'succeeded'],
      [playbookEvents.step.type, 'a', 'succeeded'],
      [playbookEvents.step.type, 'b', 'succeeded'],
      [playbookEvents.step.type, 'end', 'succeeded'],
      [playbookEvents.ended.type, '', 'completed'],
    ]);
  });

  it('do nothing that could not be recorded', async () => {
    stand.platform.failRecording(true);
    expect(await code(runs.begin(two().id, input, by))).toBe('audit-unavailable');
    stand.platform.failRecording(false);
    expect(agent.done).toEqual([]);
    expect((await runs.list({ state: 'all', limit: 10 })).items).toEqual([]);
  });

  it('undo newest first what they did when a step fails that nobody takes', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const steps = ids.map((id, index) => does(id, { onCompletion: ids[index + 1] ?? 'end' }));
    const one = stand.add(playbook([start('a'), ...steps, end('end')]));
    agent.answers.set('d', { kind: 'failed', detail: 'no' });
    const id = await begin(one);
    expect(agent.undone).toEqual(['c#0', 'b#0', 'a#0']);
    const run = await runs.show(id);
    expect([run.state, run.outcome]).toEqual(['failed', 'd: no; undone: 3']);
    expect(await states(id)).toEqual(['start succeeded', 'a undone', 'b undone', 'c undone', 'd failed']);
  });

  it('wait for a person, once', async () => {
    const id = await begin(asking());
    const run = await runs.show(id);
    expect([run.state, run.waiting, run.steps.at(-1)?.question?.text]).toEqual(['waiting', 1, 'May I?']);
    await runs.answer(id, 'm', { answer: 'done', reason: 'yes', variables: {} }, by);
    await runs.settle();
    expect(agent.done).toEqual(['a#0']);
    const again = runs.answer(id, 'm', { answer: 'refused', reason: 'no', variables: {} }, by);
    expect(await code(again)).toBe('conflict');
    const answers = stand.platform.recorded.filter(({ payload }) => payload['state'] === 'answered');
    expect(answers.map(({ actor }) => actor)).toEqual([person]);
  });

  it('take values with an answer: those that the step gives out, of their types', async () => {
    const one = stand.add(
      playbook(
        [
          start('m'),
          does('m', {
            commands: [{ type: 'manual', text: 'Which ticket?' }],
            outArgs: ['__ticket__', '__fixed__'],
            onCompletion: 'c',
          }),
          step('c', {
            type: 'if-condition',
            condition: '__ticket__:value > 4000',
            onTrue: 'a',
            onFalse: null,
            onCompletion: 'end',
          }),
          does('a', { onCompletion: 'end-a' }),
          ...['end', 'end-a'].map(end),
        ],
        {
          variables: [
            variable('__ticket__', { type: 'integer', description: 'of the supplier' }),
            variable('__fixed__', { isConstant: true, value: 'x' }),
            variable('__other__'),
          ],
        },
      ),
    );
    const id = await begin(one);
    expect((await runs.show(id)).steps.at(-1)?.question?.variables).toEqual([
      { name: '__ticket__', type: 'integer', description: 'of the supplier', isExternal: false, isConstant: false, value: null },
    ]);
    const said = async (variables: Record<string, string>, word: 'done' | 'refused' = 'done'): Promise<unknown> =>
      runs.answer(id, 'm', { answer: word, reason: 'looked', variables }, by).then(
        () => 'taken',
        (error: unknown) => (isRefusal(error, 'input-invalid') ? error.errors.map(({ pointer }) => pointer) : error),
      );
    expect(await said({ __ticket__: 'none', __other__: 'x' })).toEqual(['/variables/__ticket__', '/variables/__other__']);
    expect(await said({ __fixed__: 'y' })).toEqual(['/variables/__fixed__']);
    expect(await said({ __ticket__: '4711' }, 'refused')).toEqual(['/variables/__ticket__']);
    expect((await runs.show(id)).state).toBe('waiting');
    expect(await said({ __ticket__: '4711' })).toBe('taken');
    await runs.settle();
    expect(agent.done).toEqual(['a#0']);
    expect((await runs.show(id)).variables).toContainEqual({ name: '__ticket__', value: '4711' });
  });

  it('are drawn as the text has it that they began with', async () => {
    const id = await begin(asking());
    const before = await runs.show(id);
    stand.playbooks.delete(before.playbook);
    expect((await runs.show(id)).flow.map((one) => one.id)).toEqual(['start', 'm', 'a', 'b', 'end']);
    // Also when it is over, and nobody holds it any more.
    await runs.answer(id, 'm', { answer: 'done', reason: 'yes', variables: {} }, by);
    await runs.settle();
    expect((await runs.show(id)).flow).toEqual(before.flow);
    expect((await runs.show(id)).start).toBe('start');
  });

  it('take a no, and silence of half an hour, for a failure', async () => {
    const one = asking();
    const refused = await begin(one);
    await runs.answer(refused, 'm', { answer: 'refused', reason: 'no', variables: {} }, by);
    await runs.settle();
    expect(agent.done).toEqual(['b#0']);
    const silent = await begin(one);
    stand.platform.advance(29 * MINUTE_MS);
    await runs.tick();
    expect((await runs.show(silent)).state).toBe('waiting');
    stand.platform.advance(MINUTE_MS);
    await runs.tick();
    await runs.settle();
    expect((await runs.show(silent)).state).toBe('completed');
    expect(await states(silent)).toContain('b succeeded');
  });

  it('wait for an action, and fail with it', async () => {
    const one = two();
    const waits = { kind: 'waits', detail: 'waits for approval', action: '01J8Z3K4M5N6P7Q8R9S0T1V2W3' } as const;
    agent.answers.set('a', waits);
    const id = await begin(one);
    expect((await runs.show(id)).state).toBe('waiting');
    agent.answers.set(`look ${waits.action}`, { kind: 'failed', detail: 'refused: not now', action: waits.action });
    await runs.tick();
    await runs.settle();
    const run = await runs.show(id);
    expect([run.state, run.outcome]).toEqual(['failed', 'a: refused: not now; undone: 0']);
    expect(agent.done).toEqual([]);
  });

  it('can be cancelled, with or without undoing', async () => {
    const one = stand.add(
      playbook([
        start('a'),
        does('a', { onCompletion: 'm' }),
        does('m', { commands: [{ type: 'manual', text: '?' }], onCompletion: 'end' }),
        end('end'),
      ]),
    );
    const first = await begin(one);
    await runs.cancel(first, { reason: 'enough', undo: false }, by);
    await runs.settle();
    expect([(await runs.show(first)).state, agent.undone]).toEqual(['cancelled', []]);
    const second = await begin(one);
    await runs.cancel(second, { reason: 'enough', undo: true }, by);
    await runs.settle();
    expect((await runs.show(second)).state).toBe('cancelled');
    expect(agent.undone).toContain('a#0');
    expect(await code(runs.cancel(second, { reason: 'again', undo: false }, by))).toBe('conflict');
  });

  it('take no value that nobody asked for, and none of a wrong type; what has to be given is said', async () => {
    const one = stand.add(
      playbook([start('end'), end('end')], {
        variables: [variable('__source__', { isExternal: true, type: 'ipv4-addr' }), variable('__own__', { value: 'mine' })],
      }),
    );
    const began = async (variables: Record<string, string>) => code(runs.begin(one.id, { ...input, variables }, by));
    expect(await began({})).toBe('input-invalid');
    expect(await began({ __source__: 'nonsense' })).toBe('input-invalid');
    expect(await began({ __source__: '203.0.113.9', __own__: 'yours' })).toBe('input-invalid');
    expect(await began({ __source__: '203.0.113.9' })).toBe('done');
  });

  it('show what they would do, and do nothing', async () => {
    const id = await begin(two(), { simulate: true });
    const run = await runs.show(id);
    expect([run.isSimulation, run.state, agent.done, agent.asked.times]).toEqual([true, 'completed', [], 0]);
    expect(run.steps.map((one) => one.detail)).toContain('would do a');
  });

  it('keep what they were told out of sight', async () => {
    const one = stand.add(
      playbook(
        [
          start('m'),
          does('m', { commands: [{ type: 'manual', text: '$$__person__:value$$?' }], onCompletion: 'end' }),
          end('end'),
        ],
        {
          variables: [variable('__person__', { isExternal: true })],
        },
      ),
    );
    const id = await begin(one, { variables: { __person__: CANARY } });
    expect((await runs.show(id)).steps.at(-1)?.question?.text).toBe(`${CANARY}?`);
    const tables = await Promise.all(
      ['incident_run', 'incident_run_visit'].map(async (table) => stand.platform.db.query(`select * from ${table}`)),
    );
    expect(JSON.stringify(tables)).not.toContain(CANARY);
    expect(JSON.stringify(stand.platform.recorded)).not.toContain(CANARY);
    for (const column of sealedInRuns) {
      const area = createTableArea(stand.platform.db, stand.keyring, column);
      const counts = await area.count();
      expect([column.name, [...counts.values()].reduce((sum, one) => sum + one, 0) > 0]).toEqual([column.name, true]);
    }
  });

  it('go on with twenty at a time; others wait for their turn', async () => {
    const release = Promise.withResolvers<undefined>();
    const slow = stand.open({
      agent: { ...agent, carryOut: async (at) => release.promise.then(async () => agent.carryOut(at)) },
    });
    await using _ending = slow;
    const one = two();
    for (let index = 0; index < 21; index += 1) await slow.begin(one.id, input, by);
    const { items } = await slow.list({ state: 'running', limit: 50 });
    expect(items.filter(({ outcome }) => outcome?.startsWith('waits for its turn') === true)).toHaveLength(1);
    release.resolve(undefined);
    await slow.settle();
    await slow.tick();
    await slow.settle();
    expect((await slow.list({ state: 'completed', limit: 50 })).items).toHaveLength(21);
  });
});

describe('playbooks that start by themselves', () => {
  const incident = madeIncident({
    phase: 'detect',
    openedAt: 1,
    openedBy: 'operator:host:0',
    changedAt: 1,
    entities: [{ kind: 'address', value: '203.0.113.9' }],
  });
  const on = (severity: 'high' | 'critical', application: string | null = null) =>
    stand.add(
      playbook([start('a'), does('a', { onCompletion: 'end' }), end('end')], {
        variables: [variable('__source__', { isExternal: true }), variable('__incident__', { isExternal: true })],
      }),
      { triggers: [{ kind: 'incident', severity, detectors: [], application }] },
    );
  const all = async () => (await runs.list({ state: 'all', limit: 10 })).items;

  it('do so once for an incident, also over a restart, and know what it is about', async () => {
    on('high');
    runs.onIncident(incident);
    runs.onIncident({ ...incident, severity: 'critical' });
    await runs.settle();
    const again = stand.open({ agent });
    again.onIncident(incident);
    await again.settle();
    await again[Symbol.asyncDispose]();
    const [run, ...more] = await all();
    expect([run?.state, run?.startedBy, more]).toEqual(['completed', 'system:playbooks', []]);
    const { variables } = await runs.show(run?.id ?? '');
    expect(variables).toContainEqual({ name: '__source__', value: '203.0.113.9' });
  });

  it('do not for one that is less severe, of another application, or closed', async () => {
    on('critical');
    runs.onIncident(incident);
    await runs.settle();
    on('high', 'blog');
    runs.onIncident(incident);
    await runs.settle();
    on('high');
    runs.onIncident({ ...incident, phase: 'closed' });
    await runs.settle();
    expect(await all()).toEqual([]);
  });

  it('only show what they would do where nothing is done by itself', async () => {
    on('high');
    const watching = stand.open({ agent, mayAct: async () => Promise.resolve(false) });
    watching.onIncident(incident);
    await watching.settle();
    await watching[Symbol.asyncDispose]();
    const [run] = await all();
    expect([run?.isSimulation, run?.state, agent.done]).toEqual([true, 'completed', []]);
  });

  it('only show what they would do to this machine itself', async () => {
    on('high');
    runs.onIncident({ ...incident, entities: [{ kind: 'address', value: '127.0.0.1' }] });
    await runs.settle();
    const [run] = await all();
    expect([run?.isSimulation, run?.state, agent.done]).toEqual([true, 'completed', []]);
  });

  it('start once in the minute that they are meant for', async () => {
    stand.add(playbook([start('a'), does('a', { onCompletion: 'end' }), end('end')]), {
      triggers: [{ kind: 'schedule', cron: '* * * * *' }],
    });
    await runs.tick();
    stand.platform.advance(MINUTE_MS);
    await runs.tick();
    await runs.tick();
    await runs.settle();
    expect(await all()).toHaveLength(1);
    expect(agent.done).toEqual(['a#0']);
  });
});

/** All eight types of steps, a question and an answer by hand between them. */
const everything = (): Playbook => {
  const inner = stand.add(
    playbook([start('i'), does('i', { onCompletion: 'end' }), end('end')], {
      id: 'playbook--00000000-0000-4000-8000-000000000002',
    }),
  );
  return stand.add(
    playbook(
      [
        start('p'),
        step('p', { type: 'parallel', next: ['a', 'b'], onCompletion: 'if' }),
        does('a', { onCompletion: 'end-a' }),
        does('b', { onSuccess: 'end-b', onFailure: 'x' }),
        does('x', { onCompletion: 'end-b' }),
        step('if', { type: 'if-condition', condition: '__n__:value = 1', onTrue: 'c', onFalse: null, onCompletion: 'w' }),
        does('c', { onCompletion: 'end-c' }),
        step('w', { type: 'while-condition', condition: '__n__:value = 2', onTrue: 'a', onCompletion: 's' }),
        step('s', { type: 'switch-condition', expression: '__n__:value', cases: new Map([['1', 'd']]), onCompletion: 'call' }),
        does('d', { commands: [command('d1'), command('d2')], onCompletion: 'end-d' }),
        step('call', { type: 'playbook-action', playbook: inner.id, inArgs: [], outArgs: [], onCompletion: 'z' }),
        does('z', { onCompletion: 'end' }),
        ...['end', 'end-a', 'end-b', 'end-c', 'end-d'].map(end),
      ],
      { variables: [variable('__n__', { type: 'integer', value: '1' })] },
    ),
  );
};

/** A process that dies at the n-th place where it can, and does nothing after it. */
function dying(at: number): { readonly fault: (place: string) => void; readonly places: string[] } {
  const places: string[] = [];
  return {
    places,
    fault: (place) => {
      places.push(place);
      if (places.length >= at) throw new Error('this process is dead');
    },
  };
}

describe('a run whose process dies', () => {
  const cases: readonly { readonly name: string; readonly fails: string | null; readonly ends: string }[] = [
    { name: 'a run that goes well', fails: null, ends: 'completed' },
    { name: 'a run that takes another way', fails: 'b', ends: 'completed' },
    { name: 'a run that is undone', fails: 'z', ends: 'failed' },
  ];
  it.each(cases)(
    'goes on wherever that was, and does everything once: $name',
    async ({ fails, ends }) => {
      const one = everything();
      const play = async (at: number): Promise<{ places: readonly string[]; agent: RecordingAgent; state: string }> => {
        const asked = recordingAgent();
        if (fails !== null) asked.answers.set(fails, { kind: 'failed', detail: 'no' });
        const { fault, places } = dying(at);
        const first = stand.open({ agent: asked, fault });
        const { id } = await first.begin(one.id, input, by);
        const isOver = async (): Promise<boolean> => (await first.show(id)).endedAt !== null;
        await expect.poll(async () => places.length >= at || (await isOver()), { timeout: 15_000, interval: 5 }).toBe(true);
        await first[Symbol.asyncDispose]();
        const second = stand.open({ agent: asked });
        await second.resume();
        await second.settle();
        const { state } = await second.show(id);
        await second[Symbol.asyncDispose]();
        return { places, agent: asked, state };
      };
      const whole = await play(Number.POSITIVE_INFINITY);
      expect(whole.state).toBe(ends);
      expect(whole.places.length).toBeGreaterThan(20);
      for (let at = 1; at <= whole.places.length; at += 1) {
        const again = await play(at);
        const where = `${at}: ${whole.places[at - 1] ?? ''}`;
        expect([where, again.state, again.agent.done.toSorted()]).toEqual([where, ends, whole.agent.done.toSorted()]);
        expect([where, again.agent.undone.toSorted()]).toEqual([where, whole.agent.undone.toSorted()]);
      }
    },
    120_000,
  );

  it('is gone on with by one node at a time: whoever lost it writes nothing more', async () => {
    const id = await begin(asking());
    const other = stand.open({ agent, node: 'other' });
    await using _ending = other;
    await other.resume();
    expect(await code(other.answer(id, 'm', { answer: 'done', reason: 'yes', variables: {} }, by))).toBe('conflict');
    stand.platform.advance(31_000);
    await other.tick();
    await other.answer(id, 'm', { answer: 'done', reason: 'yes', variables: {} }, by);
    await other.settle();
    expect(agent.done).toEqual(['a#0']);
    // It still thinks that the question is open, and is told that it is not its to answer.
    expect(await code(runs.answer(id, 'm', { answer: 'refused', reason: 'no', variables: {} }, by))).toBe('conflict');
    expect((await runs.show(id)).state).toBe('completed');
  });
});
