import { expect, test } from 'vitest';
import { evidenceSchema, detectionSchema } from '@holdfast/contract';
import { ALL_BEHAVIOURS } from './all.ts';
import type { BehaviourDefinition } from './behaviour.ts';
import { ALL_TRACES } from './traces/all-traces.ts';
import { benignEvents } from './traces/benign.ts';
import { readShapes } from './traces/corpus.ts';
import { randomOf } from './traces/random.ts';
import { arrivalsOf, feed, play, settingsOf, type Trace } from './traces/trace.ts';

/** The bench plays 200 and more; here as many as take a moment. */
const SEEDS = 8;
const RECALL_MIN = 0.95;

function definitionOf(trace: Pick<Trace, 'behaviour'>): BehaviourDefinition {
  const found = ALL_BEHAVIOURS.find(({ id }) => id === trace.behaviour);
  if (found === undefined) throw new Error(`assertion: ${trace.behaviour} runs`);
  return found;
}

const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);
const attacks = ALL_TRACES.filter(({ isAttack }) => isAttack);
const twins = ALL_TRACES.filter(({ isAttack }) => !isAttack);
const eventsOf = (trace: Trace) => {
  const random = randomOf(1);
  return arrivalsOf(trace.make(random), random);
};
const nameOf = ({ behaviour, name }: Trace) => `${behaviour} ${name}`;

test.each(attacks.map((trace) => [nameOf(trace), trace] as const))('found: %s', (_, trace) => {
  const missed = seeds.filter((seed) => play(definitionOf(trace), trace, seed).length === 0);
  expect(missed.length / SEEDS, `seeds ${missed.join()}`).toBeLessThanOrEqual(1 - RECALL_MIN);
});

test.each(twins.map((trace) => [nameOf(trace), trace] as const))('silent: %s', (_, trace) => {
  const told = seeds.flatMap((seed) => play(definitionOf(trace), trace, seed).map(({ reason }) => `${seed}: ${reason}`));
  expect(told).toEqual([]);
});

test('what is found is within the limits of the contract, with evidence and figures', () => {
  for (const trace of attacks)
    for (const found of play(definitionOf(trace), trace, 3)) {
      expect(detectionSchema.safeParse(found).error?.issues ?? [], nameOf(trace)).toEqual([]);
      expect(found.evidence.length, nameOf(trace)).toBeGreaterThan(0);
      expect(found.evidence.every((one) => evidenceSchema.safeParse(one).success)).toBe(true);
      expect(found.events).toBeGreaterThanOrEqual(found.evidence.length);
      expect(found.reason).toMatch(/\d/u);
    }
});

test('honest traffic hardly tells', () => {
  const events = [...benignEvents({ seed: 5, requests: 30_000, shapes: readShapes() })];
  for (const definition of ALL_BEHAVIOURS) {
    const found = feed(definition, definition.create(settingsOf(definition)), events);
    expect(found.map(({ reason }) => `${definition.id}: ${reason}`)).toEqual([]);
  }
});

test.each(ALL_BEHAVIOURS.map((definition) => [definition.id, definition] as const))(
  '%s takes any state it is given',
  (_, definition) => {
    for (const state of [
      null,
      7,
      [],
      { sources: [['x', 1]] },
      { walks: 'x', routes: [['a', [1]]] },
      [['k', { entries: [{}] }]],
    ]) {
      const behaviour = definition.create(settingsOf(definition));
      expect(() => behaviour.load(state)).not.toThrow();
      expect(behaviour.evicted).toBe(0);
    }
  },
);

test('an attack that is interrupted by a restart is found all the same, once', () => {
  for (const id of ['B1', 'B2', 'B5', 'B7', 'B9', 'B10']) {
    const trace = attacks.find(({ behaviour }) => behaviour === id);
    if (trace === undefined) throw new Error(`assertion: ${id} has an attack`);
    const definition = definitionOf(trace);
    const whole = eventsOf(trace);
    const before = definition.create(settingsOf(definition));
    const half = Math.floor(whole.length * 0.6);
    const first = feed(definition, before, whole.slice(0, half));
    const after = definition.create(settingsOf(definition));
    after.load(JSON.parse(JSON.stringify(before.save())));
    const second = feed(definition, after, whole.slice(half));
    const straight = feed(definition, definition.create(settingsOf(definition)), whole);
    expect(
      [...first, ...second].map(({ reason }) => reason),
      id,
    ).toEqual(straight.map(({ reason }) => reason));
  }
});
