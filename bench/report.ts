import { cpus, totalmem } from 'node:os';

export interface BenchReport {
  readonly name: string;
  readonly budget: string;
  readonly ok: boolean;
  readonly results: Record<string, unknown>;
}

/** Prints one JSON document for one hot path; absolute figures are only worth something beside the peer of the same run. */
export function report(bench: BenchReport): void {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...bench, machine })}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
