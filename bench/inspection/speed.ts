import { HoldfastProcess } from '../../tests/support/holdfast-process.ts';
import { describeSamples, measureInTurn, ratio, type Sample, type Spread, type Target } from '../in-turn.ts';
import { requestMix, type LoadRequest } from '../load.ts';
import { startPeer } from '../measured-process.ts';
import type { Gate } from './detection.ts';
import { startNginx } from './peer-nginx.ts';

const ROUNDS = 12;
const SECONDS = 2;
const CONNECTIONS = 32;

/** Two GETs, a JSON POST of about 1 KB and a form POST, in equal parts. */
function mixFor(port: number): readonly LoadRequest[] {
  const mix = requestMix(`127.0.0.1:${port}`);
  const page = mix.find(({ name }) => name === 'get');
  if (page === undefined) throw new Error('the mix has no GET');
  const line = page.bytes.toString().replace(/^GET \S+/u, 'GET /assets/theme.css?v=4');
  return [...mix, { name: 'asset', bytes: Buffer.from(line) }];
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
  const samples = await measureInTurn(targets, { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS, mixFor });
  bare.child.kill();
  const of = (name: string): readonly Sample[] => samples.get(name) ?? [];
  const toBare = tell('the bare Node proxy', ratio(of('holdfast'), of('bare')));
  const toNginx = nginx === null ? null : tell('nginx', ratio(of('holdfast'), of('nginx')));
  return {
    gates: [
      { name: 'share of the bare Node proxy', value: toBare.median, atLeast: 0.5 },
      ...(toNginx === null
        ? []
        : [{ name: 'req/s against nginx with ModSecurity and CRS PL1', value: toNginx.median, atLeast: 8 }]),
    ],
    measured: {
      holdfast: describeSamples(of('holdfast')),
      bare: describeSamples(of('bare')),
      nginx: nginx === null ? null : { ...describeSamples(of('nginx')), version: nginx.version },
      ratios: { bare: toBare, nginx: toNginx },
    },
  };
}

function tell(peer: string, spread: Spread): Spread {
  process.stderr.write(
    `req/s as a multiple of ${peer}: ${spread.median} (middle half of rounds ${spread.from} to ${spread.to})\n`,
  );
  return spread;
}
