import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastProcess } from '../tests/support/holdfast-process.ts';
import { memoryMib, startPeer } from './measured-process.ts';
import { median, report } from './report.ts';

const RUNS = 5;
const SETTLE_MS = 8000;

interface Start {
  readonly readyMs: number;
  readonly peakMib: number;
  readonly residentMib: number;
}

/** Start to first proxied answer, then memory once settled. */
async function start(dataDir: string, upstreamPort: number, settle: boolean): Promise<Start> {
  const began = performance.now();
  const running = await HoldfastProcess.start({ dataDir, args: ['--to', `http://127.0.0.1:${upstreamPort}`] });
  const answer = await running.fetch('/');
  const readyMs = Math.round(performance.now() - began);
  if (answer.status !== 200) throw new Error(`first request answered ${answer.status}`);
  if (settle) await sleep(SETTLE_MS);
  const { resident, peak } = memoryMib(running.child.pid ?? 0);
  await running.kill('SIGTERM');
  return { readyMs, peakMib: peak, residentMib: resident };
}

const upstream = await startPeer('upstream.ts');
const fresh: Start[] = [];
const again: Start[] = [];
for (let run = 0; run < RUNS; run += 1) {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  fresh.push(await start(dataDir, upstream.port, run === 0));
  again.push(await start(dataDir, upstream.port, run === 0));
  rmSync(dataDir, { recursive: true, force: true });
}
const freshMs = median(fresh.map((s) => s.readyMs));
const againMs = median(again.map((s) => s.readyMs));
const peak = Math.max(...fresh.map((s) => s.peakMib));
const steady = Math.max(fresh[0]?.residentMib ?? 0, again[0]?.residentMib ?? 0);
report({
  name: 'start',
  budget: 'first start to first answer <= 5000 ms, restart <= 2000 ms, peak <= 640 MiB, steady <= 450 MiB (embedded database)',
  ok: freshMs <= 5000 && againMs <= 2000 && peak <= 640 && steady <= 450,
  results: { freshMs, againMs, peakMib: peak, steadyMib: steady },
});
upstream.child.kill();
