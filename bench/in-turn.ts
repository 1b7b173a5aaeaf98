import { load, type LoadRequest, type LoadResult } from './load.ts';
import { cpuMs } from './measured-process.ts';
import { median } from './report.ts';

/** One of the systems that are compared. */
export interface Target {
  readonly name: string;
  readonly port: number;
  /** All processes whose time counts. */
  readonly pids: () => readonly number[];
}

export interface Sample extends LoadResult {
  readonly cpuMsPerRequest: number;
}

export interface Turns {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly mixFor: (port: number) => readonly LoadRequest[];
}

/** Rounds at the start that only warm up: the compilers are at work. */
const WARM_UP_ROUNDS = 2;
const WARM_UP_SECONDS = 4;

/**
 * Loads the targets one at a time, many short rounds with every other one in reverse order: what else the machine does then falls on
 * all of them alike, and a ratio is taken within a round only.
 */
export async function measureInTurn(targets: readonly Target[], turns: Turns): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(targets.map(({ name }) => [name, []]));
  for (let round = -WARM_UP_ROUNDS; round < turns.rounds; round += 1) {
    process.stderr.write(round < 0 ? 'warming up …\n' : `round ${round + 1} of ${turns.rounds} …\n`);
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      // Targets share the machine: they are measured one at a time.
      // oxlint-disable-next-line no-await-in-loop
      const taken = await sample(target, { ...turns, seconds: round < 0 ? WARM_UP_SECONDS : turns.seconds });
      if (round >= 0) samples.get(target.name)?.push(taken);
    }
  }
  return samples;
}

async function sample({ port, pids }: Target, { connections, seconds, mixFor }: Turns): Promise<Sample> {
  const cpu = (): number => pids().reduce((sum, pid) => sum + cpuMs(pid), 0);
  const before = cpu();
  const result = await load({ port, connections, seconds, mix: mixFor(port) });
  return { ...result, cpuMsPerRequest: (cpu() - before) / Math.max(1, result.requests) };
}

export interface Spread {
  readonly median: number;
  /** The middle half of the rounds. */
  readonly from: number;
  readonly to: number;
}

/** How many times the requests a second of the other, round by round. */
export function ratio(own: readonly Sample[], other: readonly Sample[]): Spread {
  const ratios = own.map(({ perSecond }, round) => perSecond / Math.max(1, other[round]?.perSecond ?? 0));
  const sorted = ratios.toSorted((a, b) => a - b);
  const at = (share: number): number => rounded(sorted[Math.floor((sorted.length - 1) * share)] ?? 0, 1000);
  return { median: rounded(median(ratios), 1000), from: at(0.25), to: at(0.75) };
}

export function describeSamples(samples: readonly Sample[]): Record<string, number> {
  return {
    perSecond: median(samples.map(({ perSecond }) => perSecond)),
    cpuMsPerRequest: rounded(median(samples.map(({ cpuMsPerRequest }) => cpuMsPerRequest)), 10_000),
    p99Ms: median(samples.map(({ p99Ms }) => p99Ms)),
    failures: samples.reduce((sum, { failures }) => sum + failures, 0),
  };
}

const rounded = (value: number, parts: number): number => Math.round(value * parts) / parts;
