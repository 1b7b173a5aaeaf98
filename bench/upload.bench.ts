import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldfastProcess } from '../tests/support/holdfast-process.ts';
import { watchMemory } from '../tests/support/process-memory.ts';
import { startPeer } from './measured-process.ts';
import { median, report } from './report.ts';

/**
 * One clean upload of 100 MB, judged, scanned and handed on, against Node's own proxy in the same run; and what 200 uploads of 50 MB at
 * once add to the memory of the process. Beside it, to see what takes the time: the same upload where nothing scans it, and through
 * Node's proxy when that has all of it before it hands any of it on.
 */
const BUDGET_SHARE = 0.6;
const BUDGET_RISE_MIB = 200;
const MEBIBYTE = 1_048_576;
const BYTES = 100_000_000;
const ROUNDS = 7;
const AT_ONCE = Number(process.env['BENCH_UPLOADS'] ?? 200);
const EACH_BYTES = 50_000_000;
const BOUNDARY = 'holdfast-bench-boundary';

const NOISE = randomBytes(MEBIBYTE);

/** RIFF/WAVE: a header and samples, so that only the octets are many. */
function wavHead(bytes: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(44_100, 24);
  head.writeUInt32LE(176_400, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}

interface Place {
  readonly port: number;
  readonly host: string;
}

/** Different octets each time: a verdict that is remembered would not be a scan. */
function send({ port, host }: Place, bytes: number): Promise<{ status: number; ms: number }> {
  const disposition = 'Content-Disposition: form-data; name="file"; filename="recording.wav"';
  const own = randomBytes(1024);
  const before = Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${disposition}\r\nContent-Type: audio/wav\r\n\r\n`),
    wavHead(bytes),
    own,
  ]);
  const after = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  return new Promise((done, fail) => {
    const began = performance.now();
    const headers = {
      host,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': before.length + bytes - own.length + after.length,
    };
    const outgoing = request({ host: '127.0.0.1', port, path: '/files', method: 'POST', headers, agent: false }, (incoming) => {
      incoming.resume();
      incoming.on('end', () => done({ status: incoming.statusCode ?? 0, ms: performance.now() - began }));
    });
    outgoing.on('error', fail);
    let left = bytes - own.length;
    const push = (): void => {
      while (left > 0) {
        const piece = left < NOISE.length ? NOISE.subarray(0, left) : NOISE;
        left -= piece.length;
        if (!outgoing.write(piece)) {
          outgoing.once('drain', push);
          return;
        }
      }
      outgoing.end(after);
    };
    outgoing.write(before);
    push();
  });
}

const upstream = await startPeer('upstream.ts');
const bare = await startPeer('bare-proxy.ts', [String(upstream.port)]);
const holding = await startPeer('bare-proxy.ts', [String(upstream.port), 'hold']);
const folder = mkdtempSync(join(tmpdir(), 'hf-bench-upload-'));
const config = join(folder, 'holdfast.yaml');
const application = (id: string, uploads: object = {}): object => ({
  id,
  name: id,
  hosts: [`${id}.test`],
  upstream: `http://127.0.0.1:${upstream.port}`,
  body: { uploadBytesMax: 2 * BYTES },
  uploads: { types: ['wav'], fileBytesMax: 2 * BYTES, ...uploads },
  timeouts: { headersMs: 120_000 },
});
writeFileSync(
  config,
  JSON.stringify({
    mode: 'enforce',
    applications: [application('scanned'), application('unscanned', { scan: 'off' })],
    limits: { connectionsPerAddressMax: 1000, requestTimeoutMs: 300_000 },
  }),
);
await using holdfast = await HoldfastProcess.start({ args: ['--config', config, '--listen', 'http://127.0.0.1:0'] });
const port = Number(new URL(holdfast.plain).port);
const places = {
  bare: { port: bare.port, host: 'scanned.test' },
  holding: { port: holding.port, host: 'scanned.test' },
  held: { port, host: 'scanned.test' },
  unscanned: { port, host: 'unscanned.test' },
};
const answers = new Map<number, number>();
const measured = async (to: Place, bytes = BYTES): Promise<number> => {
  const { status, ms } = await send(to, bytes);
  answers.set(status, (answers.get(status) ?? 0) + 1);
  return ms;
};

// The threads, the rules and the compiler warm up on uploads that are not counted.
for (const to of [...Object.values(places), places.held]) await measured(to);
const times = { bare: [] as number[], holding: [] as number[], held: [] as number[], unscanned: [] as number[] };
for (let round = 0; round < ROUNDS; round += 1)
  for (const name of ['bare', 'holding', 'held', 'unscanned'] as const) times[name].push(await measured(places[name]));
const bareMs = median(times.bare);
const shareOf = (name: keyof typeof times): number => Number((bareMs / median(times[name])).toFixed(3));
const share = shareOf('held');

const memory = watchMemory(holdfast.child.pid);
const began = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, () => measured(places.held, EACH_BYTES)));
const allMs = performance.now() - began;
memory.stop();
const riseMib = (memory.peakBytes - memory.startBytes) / MEBIBYTE;
const statuses = Object.fromEntries(answers);

report({
  name: 'upload',
  budget: `at least ${BUDGET_SHARE} of the bare proxy's throughput; ${AT_ONCE} uploads of 50 MB add at most ${BUDGET_RISE_MIB} MiB`,
  ok: share >= BUDGET_SHARE && riseMib <= BUDGET_RISE_MIB && Object.keys(statuses).join(' ') === '200',
  results: {
    shareOfBare: share,
    shareWithoutScan: shareOf('unscanned'),
    shareOfHoldingAlone: shareOf('holding'),
    bareMs: Math.round(bareMs),
    heldMs: Math.round(median(times.held)),
    atOnce: AT_ONCE,
    startMib: Math.round(memory.startBytes / MEBIBYTE),
    riseMib: Math.round(riseMib),
    atOnceSeconds: Math.round(allMs / 1000),
    statuses,
  },
});
upstream.child.kill();
bare.child.kill();
holding.child.kill();
rmSync(folder, { recursive: true, force: true });
