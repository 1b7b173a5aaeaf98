import { ALL_BEHAVIOURS } from '../../packages/server/src/domains/detection/behaviours/all.ts';
import type { BehaviourDefinition } from '../../packages/server/src/domains/detection/behaviours/behaviour.ts';
import { ALL_TRACES } from '../../packages/server/src/domains/detection/behaviours/traces/all-traces.ts';
import { benignEvents } from '../../packages/server/src/domains/detection/behaviours/traces/benign.ts';
import { readShapes } from '../../packages/server/src/domains/detection/behaviours/traces/corpus.ts';
import { keysOf } from '../../packages/server/src/domains/detection/behaviours/traces/many-keys.ts';
import { feed, play, settingsOf } from '../../packages/server/src/domains/detection/behaviours/traces/trace.ts';

export const TRACES_MIN = 200;
export const REQUESTS = 100_000;
const KEYS = 200_000;
export const RECALL_MIN = 0.95;
export const FALSE_MAX = 1;

const shapes = readShapes();
const benign = [...benignEvents({ seed: 42, requests: REQUESTS, shapes })];

function recallOf(definition: BehaviourDefinition, isAttack: boolean): { traces: number; found: number } {
  const traces = ALL_TRACES.filter((trace) => trace.behaviour === definition.id && trace.isAttack === isAttack);
  const seeds = traces.length === 0 ? 0 : Math.ceil(TRACES_MIN / traces.length);
  let found = 0;
  for (const trace of traces)
    for (let seed = 1; seed <= seeds; seed += 1) found += Number(play(definition, trace, seed * 1009).length > 0);
  return { traces: traces.length * seeds, found };
}

function honest(definition: BehaviourDefinition): { falseAlerts: number; perSecond: number } {
  const behaviour = definition.create(settingsOf(definition));
  const before = process.cpuUsage();
  const found = feed(definition, behaviour, benign);
  const { user, system } = process.cpuUsage(before);
  return { falseAlerts: found.length, perSecond: Math.round(benign.length / ((user + system) / 1e6)) };
}

/** Heap of 200,000 sources, each with one event; the process has to be started with --expose-gc to be exact. */
function weigh(definition: BehaviourDefinition): { keys: number; evicted: number; mebibytes: number } {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const behaviour = definition.create(settingsOf(definition));
  feed(definition, behaviour, keysOf(definition.id, KEYS));
  globalThis.gc?.();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return { keys: behaviour.keys, evicted: behaviour.evicted, mebibytes: Math.round(bytes / 2 ** 20) };
}

export interface Measured {
  readonly id: string;
  readonly isOk: boolean;
  readonly results: Record<string, unknown>;
}

export function measureBehaviours(): {
  readonly honestEvents: number;
  readonly withCorpus: boolean;
  readonly all: readonly Measured[];
} {
  const all = ALL_BEHAVIOURS.map((definition): Measured => {
    const attacks = recallOf(definition, true);
    const twins = recallOf(definition, false);
    const { falseAlerts, perSecond } = honest(definition);
    const recall = attacks.traces === 0 ? 0 : attacks.found / attacks.traces;
    return {
      id: definition.id,
      isOk: recall >= RECALL_MIN && twins.found === 0 && falseAlerts <= FALSE_MAX,
      results: {
        attacks: attacks.traces,
        recall: Math.round(recall * 1000) / 1000,
        twins: twins.traces,
        twinsTold: twins.found,
        falseAlerts,
        eventsPerSecond: perSecond,
        memory: weigh(definition),
      },
    };
  });
  return { honestEvents: benign.length, withCorpus: shapes.length > 0, all };
}
