import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import inspector from 'node:inspector';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PRLIMIT_MS = 5000;
/**
 * core(5): a dump that is piped to a program (systemd-coredump, apport) ignores a limit of 0, and the kernel itself gives up at a
 * limit of 1, which is also too small for any dump into a file.
 */
const CORE_BYTES = 1;

export interface Guarded {
  /** What of it did not work, in words for an operator. */
  readonly gaps: readonly string[];
}

/**
 * Keys are in memory, so memory goes nowhere: no core dumps, of this process or of those it starts, and no debugger, which would
 * read everything. Whoever is root, or may trace this process, still can.
 */
export async function guardProcess(): Promise<Guarded> {
  const gaps: string[] = [];
  refuseDebugger();
  if (inspector.url() !== undefined) {
    inspector.close();
    gaps.push('a debugger was asked for and is closed: keys are in this memory');
  }
  if (process.platform === 'linux' && !(await limitCoreDumps()))
    gaps.push('core dumps could not be switched off: set LimitCORE=0, or install prlimit (util-linux)');
  return { gaps };
}

/** SIGUSR1 opens the debugger of Node on a port of this machine, unless somebody listens to the signal. */
export function refuseDebugger(): void {
  if (process.platform !== 'win32' && process.listenerCount('SIGUSR1') === 0) process.on('SIGUSR1', () => undefined);
}

async function limitCoreDumps(): Promise<boolean> {
  if (await isWithoutCores()) return true;
  // Node cannot call setrlimit(2); prlimit(1) does it for a process that runs.
  await run('prlimit', ['--pid', String(process.pid), `--core=${CORE_BYTES}:${CORE_BYTES}`], { timeout: PRLIMIT_MS }).catch(
    () => undefined,
  );
  return isWithoutCores();
}

async function isWithoutCores(): Promise<boolean> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, soft, hard] = /^Max core file size +(\S+) +(\S+)/mu.exec(limits) ?? [];
  // A hard limit of 0 cannot be raised to 1 again; then dumps into files are off, and a pipe is the matter of whoever set it.
  return (soft === '1' && hard === '1') || (soft === '0' && hard === '0');
}
