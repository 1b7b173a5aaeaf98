import { array, assert, boolean, constant, letrec, nat, oneof, option, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Playbook, Step } from '../../documents/playbook.ts';
import { does, end, playbook, start, step, variable } from '../test-playbooks.ts';
import { advance, effectsOf, newRun } from './machine.ts';
import type { CommandAnswer, RunEvent, RunState, World } from './state.ts';

const NOW = 1_000_000;

interface Played {
  readonly state: RunState;
  readonly asked: readonly string[];
}

const worldOf = (...playbooks: readonly Playbook[]): World => ({ playbooks: new Map(playbooks.map((one) => [one.id, one])) });
const stepIds = (state: RunState): string[] => [...state.visits.values()].map((visit) => `${visit.step} ${visit.state}`);
const on = (world: World, state: RunState, event: RunEvent, now = NOW): RunState => advance(world, state, { event, now }).state;

/** Answers every command until the run rests; of several the one that `pick` says comes first. */
function play(
  world: World,
  root: Playbook,
  answer: (name: string) => CommandAnswer,
  { pick = () => 0, isSimulation = false }: { readonly pick?: (count: number) => number; readonly isSimulation?: boolean } = {},
): Played {
  let state = on(world, newRun(root, { variables: new Map(), isSimulation }), { kind: 'begin' });
  const asked: string[] = [];
  for (;;) {
    const effects = effectsOf(world, state);
    const effect = effects[pick(effects.length) % Math.max(1, effects.length)];
    if (effect === undefined) return { state, asked };
    if (effect.kind === 'undo') {
      state = on(world, state, { kind: 'undone', actions: [], detail: '' });
      continue;
    }
    if (effect.kind !== 'command') throw new Error(`assertion: nothing ends before its time here, but ${effect.kind}`);
    const { step: name = '' } = state.visits.get(effect.seq) ?? {};
    asked.push(name);
    state = on(world, state, { kind: 'answered', seq: effect.seq, command: effect.command, answer: answer(name) });
  }
}

const good: CommandAnswer = { kind: 'done', detail: 'done' };
const bad: CommandAnswer = { kind: 'failed', detail: 'no' };

describe('a run', () => {
  it('goes from the start through an action to the end', () => {
    const one = playbook([start('a'), does('a', { onCompletion: 'end' }), end('end')]);
    const { state, asked } = play(worldOf(one), one, () => good);
    expect(state.phase).toBe('completed');
    expect(stepIds(state)).toEqual(['start succeeded', 'a succeeded', 'end succeeded']);
    expect(asked).toEqual(['a']);
  });

  it('takes on_failure where a step says it, and goes on', () => {
    const one = playbook([
      start('a'),
      does('a', { onSuccess: 'end', onFailure: 'b' }),
      does('b', { onCompletion: 'end' }),
      end('end'),
    ]);
    const { state, asked } = play(worldOf(one), one, (name) => (name === 'a' ? bad : good));
    expect(state.phase).toBe('completed');
    expect(asked).toEqual(['a', 'b']);
  });

  it('enters the exception of the playbook once, undoes, and has failed', () => {
    const steps = [start('a'), does('a', { onCompletion: 'end' }), does('x', { onCompletion: 'end' }), end('end')];
    const one = playbook(steps, { exception: 'x' });
    const { state, asked } = play(worldOf(one), one, (name) => (name === 'a' ? bad : good));
    expect(asked).toEqual(['a', 'x']);
    expect([state.phase, state.outcome]).toEqual(['failed', 'a: no']);
    const again = play(worldOf(one), one, () => bad);
    expect(again.asked).toEqual(['a', 'x']);
    expect(again.state.phase).toBe('failed');
  });

  it('waits for all branches, and then goes on behind the step that opened them', () => {
    const one = playbook([
      start('p'),
      step('p', { type: 'parallel', next: ['a', 'b'], onCompletion: 'c' }),
      does('a', { onCompletion: 'end-a' }),
      does('b', { onCompletion: 'end-b' }),
      does('c', { onCompletion: 'end' }),
      end('end-a'),
      end('end-b'),
      end('end'),
    ]);
    const { state, asked } = play(worldOf(one), one, () => good, { pick: () => 1 });
    expect(asked).toEqual(['b', 'a', 'c']);
    expect(state.phase).toBe('completed');
  });

  it('goes round while its condition holds, and no more than a hundred times', () => {
    const loop = (condition: string): Playbook =>
      playbook(
        [
          start('w'),
          step('w', { type: 'while-condition', condition, onTrue: 'a', onCompletion: 'end' }),
          does('a', { onCompletion: 'end-a', outArgs: ['__left__'] }),
          end('end-a'),
          end('end'),
        ],
        { variables: [variable('__left__', { type: 'integer', value: '3' })] },
      );
    const counting = loop('__left__:value > 0');
    let left = 3;
    const down = (): CommandAnswer => ({ kind: 'done', detail: '', values: new Map([['__left__', String((left -= 1))]]) });
    const counted = play(worldOf(counting), counting, down);
    expect([counted.state.phase, counted.asked.length]).toEqual(['completed', 3]);
    const endless = play(worldOf(counting), counting, () => good);
    expect([endless.state.phase, endless.asked.length]).toEqual(['failed', 100]);
    const shown = play(worldOf(counting), counting, () => good, { isSimulation: true });
    expect([shown.state.phase, shown.asked.length]).toEqual(['completed', 1]);
  });

  it('takes the case of a switch, else the default', () => {
    const sorted = (value: string): Playbook =>
      playbook(
        [
          start('s'),
          step('s', {
            type: 'switch-condition',
            expression: '$$__kind__:value$$',
            cases: new Map([
              ['red', 'a'],
              ['default', 'b'],
            ]),
            onCompletion: 'end',
          }),
          does('a', { onCompletion: 'end-a' }),
          does('b', { onCompletion: 'end-a' }),
          end('end-a'),
          end('end'),
        ],
        { variables: [variable('__kind__', { value })] },
      );
    const [red, blue] = [sorted('red'), sorted('blue')];
    expect(play(worldOf(red), red, () => good).asked).toEqual(['a']);
    expect(play(worldOf(blue), blue, () => good).asked).toEqual(['b']);
  });

  it('calls another playbook with what it hands over, takes back what it may, and never calls itself', () => {
    const inner = playbook([start('i'), does('i', { onCompletion: 'end', outArgs: ['__found__'] }), end('end')], {
      id: 'playbook--00000000-0000-4000-8000-000000000002',
      variables: [variable('__source__', { isExternal: true }), variable('__found__')],
    });
    const outer = playbook(
      [
        start('c'),
        step('c', {
          type: 'playbook-action',
          playbook: inner.id,
          inArgs: ['__source__'],
          outArgs: ['__found__'],
          onCompletion: 'end',
        }),
        end('end'),
      ],
      { variables: [variable('__source__', { value: '203.0.113.9' }), variable('__found__')] },
    );
    const answer = (): CommandAnswer => ({ kind: 'done', detail: '', values: new Map([['__found__', 'it']]) });
    const { state } = play(worldOf(outer, inner), outer, answer);
    expect(state.phase).toBe('completed');
    expect(state.frames.get(1)?.variables.get('__source__')).toBe('203.0.113.9');
    expect(state.frames.get(0)?.variables.get('__found__')).toBe('it');
    const snake = playbook([
      start('c'),
      step('c', { type: 'playbook-action', playbook: outer.id, inArgs: [], outArgs: [], onCompletion: 'end' }),
      end('end'),
    ]);
    expect(play(worldOf(snake), snake, () => good).state.outcome).toContain('does not call itself');
  });

  it('asks a person, and takes silence for a no', () => {
    const one = playbook([
      start('m'),
      does('m', { commands: [{ type: 'manual', text: 'May I?' }], onSuccess: 'a', onFailure: 'b', timeoutMs: 1000 }),
      does('a', { onCompletion: 'end' }),
      does('b', { onCompletion: 'end' }),
      end('end'),
    ]);
    const world = worldOf(one);
    const waiting = play(world, one, () => good).state;
    expect(stepIds(waiting)).toEqual(['start succeeded', 'm waiting']);
    const yes = on(world, waiting, { kind: 'said', seq: 2, isDone: true, detail: 'done', values: new Map() });
    expect(stepIds(yes).at(-1)).toBe('a running');
    expect(on(world, waiting, { kind: 'time' }, NOW + 999)).toEqual(waiting);
    const late = on(world, waiting, { kind: 'time' }, NOW + 1000);
    expect(stepIds(late).slice(1)).toEqual(['m failed', 'b running']);
    expect(late.visits.get(2)?.detail).toBe('nobody answered in time');
  });

  it('waits before a step that says so, and takes back what took too long', () => {
    const one = playbook([
      start('a'),
      does('a', { delayMs: 500, timeoutMs: 1000, onSuccess: 'end', onFailure: 'b' }),
      does('b', { onCompletion: 'end' }),
      end('end'),
    ]);
    const world = worldOf(one);
    const delayed = play(world, one, () => good).state;
    expect(stepIds(delayed)).toEqual(['start succeeded', 'a delayed']);
    const begun = on(world, delayed, { kind: 'time' }, NOW + 500);
    expect(effectsOf(world, begun)).toEqual([{ kind: 'command', seq: 2, command: 0 }]);
    const late = on(world, begun, { kind: 'time' }, NOW + 1500);
    expect(effectsOf(world, late)).toEqual([{ kind: 'withdraw', seq: 2, command: 0 }]);
    // What answers meanwhile is known, so that it can be taken back, and leads nowhere.
    const told = on(world, late, { kind: 'answered', seq: 2, command: 0, answer: { ...good, action: 'ACTION' } });
    expect([effectsOf(world, told).length, told.visits.get(2)?.action]).toEqual([1, 'ACTION']);
    const over = on(world, told, { kind: 'withdrawn', seq: 2, detail: null });
    expect(stepIds(over).slice(1)).toEqual(['a failed', 'b running']);
  });

  it('ends all branches when it is cancelled, and enters nothing more', () => {
    const one = playbook(
      [
        start('p'),
        step('p', { type: 'parallel', next: ['a', 'm'], onCompletion: 'c', onFailure: 'c' }),
        does('a', { onCompletion: 'end-a', onFailure: 'c' }),
        does('m', { commands: [{ type: 'manual', text: 'May I?' }], onCompletion: 'end-b' }),
        does('c', { onCompletion: 'end' }),
        ...['end', 'end-a', 'end-b'].map(end),
      ],
      { exception: 'c' },
    );
    const world = worldOf(one);
    const running = on(world, newRun(one, { variables: new Map(), isSimulation: false }), { kind: 'begin' });
    const cancelled = on(world, running, { kind: 'cancel', why: 'enough', undo: false });
    expect(cancelled.phase).toBe('running');
    const over = on(world, cancelled, { kind: 'withdrawn', seq: 3, detail: null });
    expect([over.phase, over.outcome]).toEqual(['cancelled', 'enough']);
    expect(stepIds(over)).toEqual(['start succeeded', 'p skipped', 'a skipped', 'm skipped']);
  });

  it('is ended by a step that is entered too often, whatever loops', () => {
    const inner = ['__a__:value = 1', '__a__:value = 1'];
    const one = playbook(
      [
        start('w0'),
        step('w0', { type: 'while-condition', condition: inner[0] ?? '', onTrue: 'w1', onCompletion: 'end' }),
        step('w1', { type: 'while-condition', condition: inner[1] ?? '', onTrue: 'end-b', onCompletion: 'end-a' }),
        ...['end', 'end-a', 'end-b'].map(end),
      ],
      { variables: [variable('__a__', { type: 'integer', value: '1' })] },
    );
    const { state } = play(worldOf(one), one, () => good);
    expect(state.phase).toBe('failed');
    expect(state.visits.size).toBeLessThanOrEqual(1000);
  });
});

/** A random part of a playbook: steps one after the other. */
type Part =
  | { readonly kind: 'do'; readonly isGood: boolean; readonly handled: readonly Part[] | null }
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly Part[])[] }
  | { readonly kind: 'if'; readonly isTrue: boolean; readonly yes: readonly Part[]; readonly no: readonly Part[] | null }
  | { readonly kind: 'switch'; readonly isRed: boolean; readonly red: readonly Part[]; readonly other: readonly Part[] };

const { parts: partsOf } = letrec<{ parts: readonly Part[]; part: Part }>((tie) => ({
  parts: array(tie('part'), { maxLength: 3 }),
  part: oneof(
    { depthSize: 'small', withCrossShrink: true },
    record({
      kind: constant('do' as const),
      isGood: boolean(),
      handled: option(tie('parts'), { depthIdentifier: 'p' }),
    }),
    record({ kind: constant('parallel' as const), branches: array(tie('parts'), { minLength: 1, maxLength: 3 }) }),
    record({ kind: constant('if' as const), isTrue: boolean(), yes: tie('parts'), no: option(tie('parts')) }),
    record({ kind: constant('switch' as const), isRed: boolean(), red: tie('parts'), other: tie('parts') }),
  ),
}));

/** Writes parts as steps; answers the id of the first. */
function write(parts: readonly Part[], steps: Step[], isGood: Map<string, boolean>): string {
  const named = (prefix: string): string => `${prefix}-${steps.length}`;
  let next = named('end');
  steps.push(end(next));
  for (const part of parts.toReversed()) {
    const onCompletion = next;
    next = named(part.kind);
    const id = next;
    const at = steps.length;
    steps.push(end(id));
    if (part.kind === 'do') {
      isGood.set(id, part.isGood);
      const onFailure = part.handled === null ? null : write(part.handled, steps, isGood);
      steps[at] = does(id, onFailure === null ? { onCompletion } : { onSuccess: onCompletion, onFailure });
    } else if (part.kind === 'parallel') {
      steps[at] = step(id, { type: 'parallel', next: part.branches.map((one) => write(one, steps, isGood)), onCompletion });
    } else if (part.kind === 'if') {
      const condition = part.isTrue ? '__one__:value = 1' : '__one__:value = 2';
      const onFalse = part.no === null ? null : write(part.no, steps, isGood);
      steps[at] = step(id, { type: 'if-condition', condition, onTrue: write(part.yes, steps, isGood), onFalse, onCompletion });
    } else {
      const cases = new Map([
        [part.isRed ? '1' : '2', write(part.red, steps, isGood)],
        ['default', write(part.other, steps, isGood)],
      ]);
      steps[at] = step(id, { type: 'switch-condition', expression: '__one__:value', cases, onCompletion });
    }
  }
  return next;
}

/** The same, as one would do it by hand: answers whether all went well. */
function walk(steps: ReadonlyMap<string, Step>, id: string, isGood: ReadonlyMap<string, boolean>, trace: string[]): boolean {
  const at = steps.get(id);
  if (at === undefined) throw new Error('assertion: a step is there');
  trace.push(id);
  const opened: readonly (string | null)[] =
    at.type === 'parallel'
      ? at.next
      : at.type === 'if-condition'
        ? [at.condition.endsWith('1') ? at.onTrue : at.onFalse]
        : at.type === 'switch-condition'
          ? [at.cases.get('1') ?? at.cases.get('default') ?? null]
          : [];
  const ran = opened.map((one) => one === null || walk(steps, one, isGood, trace));
  const went = ran.every(Boolean) && isGood.get(id) !== false;
  const next = went ? (at.onSuccess ?? at.onCompletion) : at.onFailure;
  return next === null ? went : walk(steps, next, isGood, trace);
}

describe('any playbook', () => {
  it('goes the way that one would go by hand, in whatever order its branches answer', () => {
    assert(
      property(partsOf, array(nat({ max: 7 }), { maxLength: 30 }), (parts, order) => {
        const steps: Step[] = [];
        const isGood = new Map<string, boolean>();
        const first = write(parts, steps, isGood);
        const one = playbook([start(first), ...steps], { variables: [variable('__one__', { type: 'integer', value: '1' })] });
        const trace: string[] = [];
        const went = walk(one.steps, 'start', isGood, trace);
        let turn = 0;
        const pick = (): number => order[(turn += 1) % Math.max(1, order.length)] ?? 0;
        const { state } = play(worldOf(one), one, (name) => (isGood.get(name) === false ? bad : good), { pick });
        expect(state.phase).toBe(went ? 'completed' : 'failed');
        expect([...state.visits.values()].map((visit) => visit.step).toSorted()).toEqual(trace.toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('is the same after it was stored at any moment', () => {
    assert(
      property(partsOf, (parts) => {
        const steps: Step[] = [];
        const isGood = new Map<string, boolean>();
        const first = write(parts, steps, isGood);
        const one = playbook([start(first), ...steps], { variables: [variable('__one__', { type: 'integer', value: '1' })] });
        const world = worldOf(one);
        const state = on(world, newRun(one, { variables: new Map(), isSimulation: false }), { kind: 'begin' });
        for (const event of [{ kind: 'begin' }, { kind: 'time' }] as const) expect(on(world, state, event)).toEqual(state);
      }),
      { numRuns: 100 },
    );
  });
});
