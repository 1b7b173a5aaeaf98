import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Playbook } from '../documents/playbook.ts';
import { readPlaybook } from '../documents/read.ts';
import { readShipped } from '../shipped.ts';
import { createOutside } from './agent/outside/outside.ts';
import { createAgent } from './agent/own-agent.ts';
import { openRunsStand, recordingAgent, type RecordingAgent, type RunsStand } from './runs-stand.ts';
import type { Runs } from './runs.ts';

const CORPUS = path.resolve(import.meta.dirname, '../../../../../../../../shared/corpora/cacao/examples/valid');
const MINUTE_MS = 60_000;
const by = { actor: { kind: 'operator', ref: 'host:0' } } as const;
const ULID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
/** More turns than any of them waits for somebody or something. */
const TURNS_MAX = 40;

let stand: RunsStand;
beforeAll(async () => {
  stand = await openRunsStand();
}, 60_000);
afterAll(async () => stand[Symbol.asyncDispose]());
beforeEach(async () => stand.clear());

const read = (document: unknown): Playbook => {
  const { playbook, faults } = readPlaybook(document);
  if (playbook === null) throw new Error(`assertion: this playbook is right: ${JSON.stringify(faults)}`);
  return playbook;
};

/** A value for each variable that it asks for from outside. */
function variablesOf({ variables }: Playbook): Record<string, string> {
  const samples = new Map([
    ['bool', 'true'],
    ['integer', '1'],
    ['ipv4-addr', '203.0.113.9'],
    ['uuid', '00000000-0000-4000-8000-000000000001'],
  ]);
  const asked = variables.filter(({ isExternal }) => isExternal);
  return Object.fromEntries(asked.map(({ name, type, value }) => [name, value ?? samples.get(type) ?? ULID]));
}

const input = (one: Playbook, simulate: boolean) => ({ incident: null, variables: variablesOf(one), simulate, reason: 'a test' });

/** Answers what is asked and lets time pass, until it has ended or the process is dead. */
async function playOn(runs: Runs, id: string, isDead: () => boolean): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX && !isDead(); turn += 1) {
    await settled(runs, isDead);
    const run = await runs.show(id);
    if (run.endedAt !== null || isDead()) return;
    const asking = run.steps.find(({ question }) => question !== null);
    try {
      if (asking === undefined) stand.platform.advance(MINUTE_MS);
      else await runs.answer(id, asking.id, { answer: 'done', reason: 'a test', variables: {} }, by);
      await runs.tick();
    } catch (error) {
      if (!isDead()) throw error;
    }
  }
}

/** What is dead never settles: then nobody waits for it. */
async function settled(runs: Runs, isDead: () => boolean): Promise<void> {
  const ended = new AbortController();
  const settling = runs.settle().finally(() => ended.abort());
  while (!ended.signal.aborted && !isDead()) await wait(2);
  if (!isDead()) await settling;
}

interface Played {
  readonly places: readonly string[];
  readonly agent: RecordingAgent;
  readonly state: string;
}

/** With a process that dies at the n-th place where it can, and one that goes on. */
async function playTwice(one: Playbook, dieAt: number, prepare: (agent: RecordingAgent) => void): Promise<Played> {
  const agent = recordingAgent();
  prepare(agent);
  const places: string[] = [];
  const isDead = (): boolean => places.length >= dieAt;
  const fault = (place: string): void => {
    places.push(place);
    if (isDead()) throw new Error('this process is dead');
  };
  const first = stand.open({ agent, fault });
  const { id } = await first.begin(one.id, input(one, false), by);
  await playOn(first, id, isDead);
  await first[Symbol.asyncDispose]();
  const second = stand.open({ agent });
  await second.resume();
  await playOn(second, id, () => false);
  const { state } = await second.show(id);
  await second[Symbol.asyncDispose]();
  return { places, agent, state };
}

describe('each playbook that comes with a release', async () => {
  const shipped = (await readShipped()).map(({ file, document }) => ({ file, playbook: read(document) }));

  it('is there', () => expect(shipped.length).toBeGreaterThanOrEqual(10));

  it.each(shipped)(
    'goes on wherever its process dies, and does everything once: $file',
    async ({ playbook }) => {
      for (const one of shipped) stand.add(one.playbook);
      const whole = await playTwice(playbook, Number.POSITIVE_INFINITY, () => undefined);
      expect(whole.state).toBe('completed');
      expect(whole.agent.done.length).toBeGreaterThan(0);
      expect(whole.places.length).toBeGreaterThan(10);
      for (let at = 1; at <= whole.places.length; at += 1) {
        const again = await playTwice(playbook, at, () => undefined);
        const where = `${at}: ${whole.places[at - 1] ?? ''}`;
        expect([where, again.state, again.agent.done.toSorted()]).toEqual([where, 'completed', whole.agent.done.toSorted()]);
      }
    },
    240_000,
  );

  it.each(shipped)('can be tried without doing anything: $file', async ({ playbook }) => {
    for (const one of shipped) stand.add(one.playbook);
    const agent = recordingAgent();
    const runs = stand.open({ agent });
    await using _ending = runs;
    const { id } = await runs.begin(playbook.id, input(playbook, true), by);
    await runs.settle();
    expect([(await runs.show(id)).state, agent.asked.times]).toEqual(['completed', 0]);
  });
});

const files = existsSync(CORPUS) ? readdirSync(CORPUS).filter((file) => file.endsWith('.json')) : [];
if (files.length === 0) process.emitWarning(`the playbooks of the corpus are not run: ${CORPUS} is not there`);

describe.runIf(files.length > 0)('each valid playbook of the corpus', () => {
  const all = files.map((file) => {
    const document: unknown = JSON.parse(readFileSync(path.join(CORPUS, file), 'utf8'));
    return { file, playbook: read(document) };
  });
  const actions = { undoRun: async () => Promise.resolve([]) };
  const agent = createAgent({
    // Nothing of it is ever asked for an action: its agents are not ours.
    actions: () => actions as never,
    cases: () => undefined,
    board: () => undefined,
    traffic: () => undefined,
    outside: createOutside([]),
    search: async () => Promise.resolve({ kind: 'failed', detail: 'not here' }),
  });

  it.each(all)('runs on trial to its end, and says what would fail: $file', async ({ playbook }) => {
    for (const one of all) stand.add(one.playbook);
    stand.add(playbook);
    const runs = stand.open({ agent });
    await using _ending = runs;
    const { id } = await runs.begin(playbook.id, input(playbook, true), by);
    await runs.settle();
    const run = await runs.show(id);
    expect(run.state).toBe('completed');
    expect(run.steps.filter(({ detail }) => detail?.startsWith('would') === true).length).toBeGreaterThan(0);
  });

  it.each(all)('runs in earnest to an end, and asks nobody outside: $file', async ({ playbook }) => {
    for (const one of all) stand.add(one.playbook);
    stand.add(playbook);
    const runs = stand.open({ agent });
    await using _ending = runs;
    const { id } = await runs.begin(playbook.id, input(playbook, false), by);
    await playOn(runs, id, () => false);
    const run = await runs.show(id);
    const isManual = [...playbook.steps.values()].every(
      (step) => step.type !== 'action' || step.commands.every((one) => one.type === 'manual'),
    );
    expect(run.state).toBe(isManual ? 'completed' : 'failed');
  });
});
