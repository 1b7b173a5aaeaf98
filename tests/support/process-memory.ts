import { readFileSync } from 'node:fs';

/** Resident bytes of a process, from /proc/PID/status (proc_pid_status(5)). */
export function residentBytes(pid: number | undefined): number {
  const found = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'));
  if (found === null) throw new Error('assertion: a running process has a resident size');
  return Number(found[1]) * 1024;
}

export interface MemoryWatch {
  readonly startBytes: number;
  /** Most bytes seen so far. */
  readonly peakBytes: number;
  stop(): void;
}

const LOOK_MS = 100;

export function watchMemory(pid: number | undefined): MemoryWatch {
  const startBytes = residentBytes(pid);
  let peakBytes = startBytes;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes(pid));
  }, LOOK_MS);
  return {
    startBytes,
    get peakBytes() {
      return peakBytes;
    },
    stop: () => clearInterval(timer),
  };
}
