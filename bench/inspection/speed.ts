import { HoldfastProcess } from '../../tests/support/holdfast-process.ts';
import { load, requestMix, type LoadRequest, type LoadResult } from '../load.ts';
import { cpuMs, startPeer } from '../measured-process.ts';
import { median } from '../report.ts';
import type { Gate } from './detection.ts';
import { startNginx } from './peer-nginx.ts';

const ROUNDS = 3;
const SECONDS = 5;
const CONNECTIONS = 32;

interface Target {
  readonly name: string;
  readonly port: number;
  readonly pids: () => readonly number[];
}

interface Sample extends LoadResult {
  readonly cpuMsPerRequest: number;
}

/** Two GETs, a JSON POST of about 1 KB and a form POST, in equal parts. */
function mixFor(port: number): readonly LoadRequest[] {
  const mix = requestMix(`127.0.0.1:${port}`);
  const page = mix.find(({ name }) => name === 'get');
  if (page === undefined) throw new Error('the mix has no GET');
  const line = page.bytes.toString().replace(/^GET \S+/u, 'GET /assets/theme.css?v=4');
  return [...mix, { name: 'asset', bytes: Buffer.from(line) }];
}

async function sample({ port, pids }: Target): Promise<Sample> {
  const cpu = (): number => pids().reduce((sum, pid) => sum + cpuMs(pid), 0);
  const before = cpu();
  const result = await load({ port, connections: CONNECTIONS, seconds: SECONDS, mix: mixFor(port) });
  return { ...result, cpuMsPerRequest: (cpu() - before) / Math.max(1, result.requests) };
}

/** Requests a second of one Holdfast process, a bare Node proxy and nginx with its rule set, in turn, on the same mix. */
export async function comparePeers(
  upstreamPort: number,
  withPeer: boolean,
): Promise<{ gates: readonly Gate[]; measured: Record<string, unknown> }> {
  const bare = await startPeer('bare-proxy.ts', [String(upstreamPort)]);
  await using nginx = withPeer ? await startNginx(upstreamPort) : null;
  await using holdfast = await HoldfastProcess.start({
    args: ['--to', `http://127.0.0.1:${upstreamPort}`, '--mode', 'enforce', '--listen', 'http://127.0.0.1:0'],
  });
  const targets: readonly Target[] = [
    { name: 'holdfast', port: Number(new URL(holdfast.plain).port), pids: () => [holdfast.child.pid ?? 0] },
    { name: 'bare', port: bare.port, pids: () => [bare.pid] },
    ...(nginx === null ? [] : [{ name: 'nginx', port: nginx.port, pids: nginx.pids }]),
  ];
  const samples = new Map<string, Sample[]>(targets.map(({ name }) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const target of targets) {
      process.stderr.write(`load on ${target.name}, round ${round} of ${ROUNDS} …\n`);
      // Targets share the machine: they are measured one at a time.
      // oxlint-disable-next-line no-await-in-loop
      const taken = await sample(target);
      // The first round is the compiler's.
      if (round > 0) samples.get(target.name)?.push(taken);
    }
  }
  bare.child.kill();
  const ratioTo = (peer: string): number => {
    const own = samples.get('holdfast') ?? [];
    const ratios = (samples.get(peer) ?? []).map(({ perSecond }, round) => (own[round]?.perSecond ?? 0) / Math.max(1, perSecond));
    return Math.round(median(ratios) * 1000) / 1000;
  };
  const measured = Object.fromEntries([...samples].map(([name, taken]) => [name, describe(taken)]));
  return {
    gates: [
      { name: 'share of the bare Node proxy', value: ratioTo('bare'), atLeast: 0.5 },
      ...(nginx === null
        ? []
        : [{ name: 'req/s against nginx with ModSecurity and CRS PL1', value: ratioTo('nginx'), atLeast: 8 }]),
    ],
    measured: { ...measured, nginx: nginx === null ? null : { ...describe(samples.get('nginx') ?? []), version: nginx.version } },
  };
}

function describe(samples: readonly Sample[]): Record<string, number> {
  return {
    perSecond: median(samples.map(({ perSecond }) => perSecond)),
    cpuMsPerRequest: Math.round(median(samples.map(({ cpuMsPerRequest }) => cpuMsPerRequest)) * 10_000) / 10_000,
    p99Ms: median(samples.map(({ p99Ms }) => p99Ms)),
    failures: samples.reduce((sum, { failures }) => sum + failures, 0),
  };
}
