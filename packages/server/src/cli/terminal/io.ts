import type { Readable, Writable } from 'node:stream';
import { EXIT } from '../exit-codes.ts';

/** The process as commands see it; tests give buffers. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  now(): number;
  /** Calls back on SIGINT and SIGTERM until the returned function is called. */
  onSignal(callback: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Until the returned function is called all signals that can be passed on go here alone, and none of them ends the command. */
  takeSignals(callback: (signal: NodeJS.Signals) => void): () => void;
}

/** SIGUSR1 too: Node would open its debugger, and whoever reads the memory of this process reads secrets. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const satisfies NodeJS.Signals[];

export function processIo(): Io {
  let taken: ((signal: NodeJS.Signals) => void) | null = null;
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    now: () => Date.now(),
    onSignal(callback) {
      let count = 0;
      const told = (signal: 'SIGINT' | 'SIGTERM'): void => {
        if (taken !== null) return;
        count += 1;
        // The second one means it: draining may take half a minute.
        if (count > 1) process.exit(EXIT.interrupted);
        callback(signal);
      };
      const interrupt = (): void => told('SIGINT');
      const terminate = (): void => told('SIGTERM');
      process.on('SIGINT', interrupt);
      process.on('SIGTERM', terminate);
      return () => {
        process.off('SIGINT', interrupt);
        process.off('SIGTERM', terminate);
      };
    },
    takeSignals(callback) {
      taken = callback;
      for (const signal of PASSED_ON) process.on(signal, callback);
      return () => {
        taken = null;
        for (const signal of PASSED_ON) process.off(signal, callback);
      };
    },
  };
}
