import type { Readable, Writable } from 'node:stream';

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
}

export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    now: () => Date.now(),
    onSignal(callback) {
      const interrupt = (): void => callback('SIGINT');
      const terminate = (): void => callback('SIGTERM');
      process.on('SIGINT', interrupt);
      process.on('SIGTERM', terminate);
      return () => {
        process.off('SIGINT', interrupt);
        process.off('SIGTERM', terminate);
      };
    },
  };
}
