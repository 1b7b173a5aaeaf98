import { Engine } from '../../packages/server/src/domains/detection/watch/engine/engine.ts';
import { shopEvents } from './measure-watch.ts';

const BATCH = 500;
const RULES_BEFORE = 100;

/** Processor time of this thread. */
function thread(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

export interface Stall {
  readonly stretchMs: number;
  readonly batchMs: number;
  readonly turns: number;
}

/** The longest time between two turns of others while a tree comes in, and the longest batch of events in those turns. */
export async function stallOf(files: readonly (readonly [string, string])[]): Promise<Stall> {
  const engine = new Engine({
    definitions: [],
    places: { find: () => null },
    now: Date.now,
    isExempt: () => false,
    onFault(detector, cause) {
      throw new Error(`assert: ${detector} does not fail`, { cause });
    },
  });
  const events = shopEvents(BATCH);
  const stretches: number[] = [];
  const batches: number[] = [];
  let from = thread();
  const judge = (): void => {
    const before = thread();
    stretches.push(before - from);
    engine.observe(events);
    from = thread();
    batches.push(from - before);
  };
  const texts = files.map(([file, text]) => ({ file, text, state: 'on' as const }));
  await engine.setRules(texts.slice(0, RULES_BEFORE), async () => Promise.resolve());
  engine.observe(events);
  from = thread();
  await engine.setRules(texts, async () => Promise.resolve(judge()));
  judge();
  return {
    stretchMs: Math.round(Math.max(...stretches)),
    batchMs: Math.round(Math.max(...batches)),
    turns: stretches.length,
  };
}
