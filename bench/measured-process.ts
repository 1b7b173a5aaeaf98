import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const TICKS_PER_SECOND = 100;

/** Starts a bench process that reports its port over IPC and ends when this one does. */
export function startPeer(
  file: string,
  args: readonly string[] = [],
): Promise<{ child: ChildProcess; port: number; pid: number }> {
  return new Promise((done, fail) => {
    const child = fork(join(HERE, file), [...args], {
      execArgv: ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning'],
    });
    child.once('message', (message: { port: number }) => done({ child, port: message.port, pid: child.pid ?? 0 }));
    child.once('exit', (code) => fail(new Error(`${file} exited with ${code}`)));
  });
}

/** CPU time a process has used so far, milliseconds, all its threads (proc(5): stat fields 14 and 15). */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** Resident and peak resident memory of a process, MiB (proc(5): VmRSS, VmHWM). */
export function memoryMib(pid: number): { resident: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`, 'u').exec(status)?.[1] ?? 0) / 1024);
  return { resident: read('VmRSS'), peak: read('VmHWM') };
}
