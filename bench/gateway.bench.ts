import { HoldfastProcess } from '../tests/support/holdfast-process.ts';
import { load, requestMix, type LoadResult } from './load.ts';
import { cpuMs, startPeer } from './measured-process.ts';
import { median, report } from './report.ts';

const ROUNDS = 4;
const SECONDS = 5;
const CONNECTIONS = 32;

interface Sample extends LoadResult {
  readonly cpuMsPerRequest: number;
}

async function sample(port: number, pid: number): Promise<Sample> {
  const before = cpuMs(pid);
  const result = await load({ port, connections: CONNECTIONS, seconds: SECONDS, mix: requestMix(`127.0.0.1:${port}`) });
  return { ...result, cpuMsPerRequest: Math.round(((cpuMs(pid) - before) / Math.max(1, result.requests)) * 10_000) / 10_000 };
}

/** Requests a second and CPU per request through Holdfast (inspection on, enforce mode) and through a bare Node proxy, in turn. */
const upstream = await startPeer('upstream.ts');
const bare = await startPeer('bare-proxy.ts', [String(upstream.port)]);
await using holdfast = await HoldfastProcess.start({
  args: ['--to', `http://127.0.0.1:${upstream.port}`, '--mode', 'enforce', '--listen', 'http://127.0.0.1:0'],
});
const port = Number(new URL(holdfast.plain).port);
const pid = holdfast.child.pid ?? 0;

await sample(bare.port, bare.pid);
await sample(port, pid);
const bareSamples: Sample[] = [];
const gatewaySamples: Sample[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  bareSamples.push(await sample(bare.port, bare.pid));
  gatewaySamples.push(await sample(port, pid));
}
const ratios = gatewaySamples.map((sample, round) => sample.perSecond / (bareSamples[round]?.perSecond ?? 1));
const ratio = Math.round(median(ratios) * 1000) / 1000;
const failures = gatewaySamples.reduce((sum, sample) => sum + sample.failures, 0);
report({
  name: 'gateway',
  budget: 'at least 50 % of the bare proxy, no failed request',
  ok: ratio >= 0.5 && failures === 0,
  results: {
    ratio,
    failures,
    gateway: {
      perSecond: median(gatewaySamples.map((s) => s.perSecond)),
      cpuMsPerRequest: median(gatewaySamples.map((s) => s.cpuMsPerRequest)),
      p99Ms: median(gatewaySamples.map((s) => s.p99Ms)),
    },
    bare: {
      perSecond: median(bareSamples.map((s) => s.perSecond)),
      cpuMsPerRequest: median(bareSamples.map((s) => s.cpuMsPerRequest)),
      p99Ms: median(bareSamples.map((s) => s.p99Ms)),
    },
  },
});
upstream.child.kill();
bare.child.kill();
