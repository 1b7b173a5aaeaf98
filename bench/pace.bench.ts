import { HoldfastProcess } from '../tests/support/holdfast-process.ts';
import { requestMix } from './load.ts';
import { cpuMs, startPeer } from './measured-process.ts';
import { median, report } from './report.ts';
import { steadyLoad } from './steady-load.ts';

/**
 * What a visitor waits with the watch and without it, at a pace that leaves room: two servers that differ in nothing else, one short
 * round of each in turn, every other pair in reverse order, so that whatever else the machine does falls on both.
 */
const PER_SECOND = 400;
const ROUNDS = 60;
const SECONDS = 1;
const WARM_UP_SECONDS = 15;
const BUDGET = 1.05;

const upstream = await startPeer('upstream.ts');
const start = (env: Record<string, string>): Promise<HoldfastProcess> =>
  HoldfastProcess.start({
    args: ['--to', `http://127.0.0.1:${upstream.port}`, '--mode', 'enforce', '--listen', 'http://127.0.0.1:0'],
    env,
  });
await using watched = await start({});
await using unwatched = await start({ NODE_OPTIONS: `--import=${new URL('unwatched.ts', import.meta.url).href}` });

interface Round {
  readonly tookMs: readonly number[];
  readonly cpuMs: number;
  readonly failures: number;
}

async function round(server: HoldfastProcess, seconds: number): Promise<Round> {
  const port = Number(new URL(server.plain).port);
  const pid = server.child.pid ?? 0;
  const before = cpuMs(pid);
  const result = await steadyLoad({ port, perSecond: PER_SECOND, seconds, mix: requestMix(`127.0.0.1:${port}`) });
  return { ...result, cpuMs: cpuMs(pid) - before };
}

const targets = [
  { server: watched, rounds: [] as Round[] },
  { server: unwatched, rounds: [] as Round[] },
] as const;
process.stderr.write('warming up …\n');
// They share the machine: one at a time, here and below.
// oxlint-disable-next-line no-await-in-loop
for (const { server } of targets) await round(server, WARM_UP_SECONDS);
for (let at = 0; at < ROUNDS; at += 1) {
  process.stderr.write(`round ${at + 1} of ${ROUNDS} …\n`);
  for (const { server, rounds } of at % 2 === 0 ? targets : targets.toReversed()) {
    // oxlint-disable-next-line no-await-in-loop
    rounds.push(await round(server, SECONDS));
  }
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const describe = (rounds: readonly Round[]) => {
  const tookMs = rounds.flatMap((one) => one.tookMs);
  return {
    p50Ms: rounded(median(tookMs)),
    cpuMsPerRequest: rounded(sum(rounds.map((one) => one.cpuMs)) / Math.max(1, tookMs.length)),
    failures: sum(rounds.map(({ failures }) => failures)),
  };
};
const [withWatch, without] = [describe(targets[0].rounds), describe(targets[1].rounds)];
const ratio = rounded(withWatch.p50Ms / without.p50Ms);
const pairs = targets[0].rounds
  .map(({ tookMs }, at) => median(tookMs) / median(targets[1].rounds[at]?.tookMs ?? []))
  .toSorted((a, b) => a - b);
const quarter = (share: number): number => rounded(pairs[Math.floor((pairs.length - 1) * share)] ?? 0);
report({
  name: 'pace',
  budget: `at ${PER_SECOND} requests/s the p50 with the watch is at most ${BUDGET} of the p50 without it, no failed request`,
  ok: ratio <= BUDGET && withWatch.failures + without.failures === 0,
  results: { ratio, middleHalfOfPairs: [quarter(0.25), quarter(0.75)], watched: withWatch, unwatched: without },
});
upstream.child.kill();
