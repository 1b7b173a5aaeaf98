import { HoldfastProcess } from '../tests/support/holdfast-process.ts';
import { describeSamples, measureInTurn, ratio } from './in-turn.ts';
import { requestMix } from './load.ts';
import { startPeer } from './measured-process.ts';
import { report } from './report.ts';

const ROUNDS = 12;
const SECONDS = 2;
const CONNECTIONS = 32;

/** Requests a second and CPU per request through Holdfast (inspection on, enforce mode) and through a bare Node proxy, in turn. */
const upstream = await startPeer('upstream.ts');
const bare = await startPeer('bare-proxy.ts', [String(upstream.port)]);
await using holdfast = await HoldfastProcess.start({
  args: ['--to', `http://127.0.0.1:${upstream.port}`, '--mode', 'enforce', '--listen', 'http://127.0.0.1:0'],
});
const samples = await measureInTurn(
  [
    { name: 'bare', port: bare.port, pids: () => [bare.pid] },
    { name: 'gateway', port: Number(new URL(holdfast.plain).port), pids: () => [holdfast.child.pid ?? 0] },
  ],
  { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS, mixFor: (port) => requestMix(`127.0.0.1:${port}`) },
);
const [bareSamples, gatewaySamples] = [samples.get('bare') ?? [], samples.get('gateway') ?? []];
const share = ratio(gatewaySamples, bareSamples);
const gateway = describeSamples(gatewaySamples);
report({
  name: 'gateway',
  budget: 'at least 50 % of the bare proxy, no failed request',
  ok: share.median >= 0.5 && gateway['failures'] === 0,
  results: { ratio: share.median, middleHalf: [share.from, share.to], gateway, bare: describeSamples(bareSamples) },
});
upstream.child.kill();
bare.child.kill();
