import { randomBytes } from 'node:crypto';
import { load, type LoadResult } from './load.ts';
import { cpuMs, startPeer } from './measured-process.ts';
import { median, report } from './report.ts';

const ROUNDS = 8;
const SECONDS = 3;
const ADDED_MS_MAX = 0.2;

const token = randomBytes(32).toString('base64url');
const upstream = await startPeer('upstream.ts');
const gateway = await startPeer('session-gateway.ts', [String(upstream.port), token]);

/** One request after the other on one connection: the way through the gateway, without waiting behind others. */
async function sample(host: string, cookie: string): Promise<LoadResult & { cpuMs: number }> {
  const bytes = Buffer.from(
    `GET /products?page=2 HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nCookie: theme=dark${cookie}\r\n\r\n`,
  );
  const before = cpuMs(gateway.pid);
  const result = await load({ port: gateway.port, connections: 1, seconds: SECONDS, mix: [{ name: 'get', bytes }] });
  return { ...result, cpuMs: (cpuMs(gateway.pid) - before) / Math.max(1, result.requests) };
}
const without = () => sample('off.test', '');
const withSession = () => sample('on.test', `; holdfast=${token}`);

/** What a cached session adds to a request: its hash, the look-up, the checks and the identity header. */
await without();
await withSession();
const pairs: { off: Awaited<ReturnType<typeof sample>>; on: Awaited<ReturnType<typeof sample>> }[] = [];
for (let round = 0; round < ROUNDS; round += 1) pairs.push({ off: await without(), on: await withSession() });
const round = (value: number): number => Math.round(value * 1000) / 1000;
const addedMs = round(median(pairs.map(({ off, on }) => on.p50Ms - off.p50Ms)));
const failures = pairs.reduce((sum, { off, on }) => sum + off.failures + on.failures, 0);
report({
  name: 'session',
  budget: `a cached session adds at most ${ADDED_MS_MAX} ms at the median, no failed request`,
  ok: addedMs <= ADDED_MS_MAX && failures === 0,
  results: {
    addedMs,
    failures,
    addedCpuMs: round(median(pairs.map(({ off, on }) => on.cpuMs - off.cpuMs))),
    p50Ms: { without: median(pairs.map(({ off }) => off.p50Ms)), withSession: median(pairs.map(({ on }) => on.p50Ms)) },
    p99Ms: { without: median(pairs.map(({ off }) => off.p99Ms)), withSession: median(pairs.map(({ on }) => on.p99Ms)) },
  },
});
upstream.child.kill();
gateway.child.kill();
