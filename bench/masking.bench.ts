import { createHash } from 'node:crypto';
import { Masker } from '../packages/server/src/cli/masking/masker.ts';
import { median, report } from './report.ts';

/** What `holdfast run` costs a program that logs: twenty values looked for in all their forms, one line in fifty has one. */
const VALUES = 20;
const LINES = 100_000;
const CHUNK_BYTES = 65_536;
const ROUNDS = 7;
const BUDGET_MB_PER_SECOND = 20;

/** The same on every machine. */
const digest = (index: number): string => createHash('sha256').update(String(index)).digest('base64');
const values = Array.from({ length: VALUES }, (_, index) => digest(index));
const log = Buffer.from(
  Array.from({ length: LINES }, (_, index) => {
    const value = index % 50 === 0 ? ` key=${values[index % VALUES] ?? ''}` : '';
    return `2026-01-31T12:00:00.${index} info GET /orders/${index} 200 ${digest(index + VALUES).slice(0, 20)}${value}\n`;
  }).join(''),
);

/** Processor time of this process: what others do on the machine meanwhile is not in it. */
function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const rates: number[] = [];
let written = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  const masker = new Masker(values);
  const began = cpuNowMs();
  for (let at = 0; at < log.length; at += CHUNK_BYTES) written += masker.push(log.subarray(at, at + CHUNK_BYTES)).length;
  written += masker.end().length;
  rates.push(log.length / 1000 / Math.max(1, cpuNowMs() - began));
}

const mbPerSecond = Math.round(median(rates));
report({
  name: 'masking',
  budget: `${BUDGET_MB_PER_SECOND} MB of output a second of CPU with ${VALUES} values`,
  // Every value is longer than what stands in its place.
  ok: mbPerSecond >= BUDGET_MB_PER_SECOND && written < log.length * ROUNDS,
  results: { mbPerSecond, values: VALUES, logMb: Math.round(log.length / 1e6), bytesWritten: written },
});
