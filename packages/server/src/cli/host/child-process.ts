import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Transform } from 'node:stream';
import type { Io } from '../terminal/io.ts';

/** What a shell says of a command that is not there, and of one that cannot be run (POSIX.1-2024, 2.8.2). */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;
const SIGNALLED = 128;

/** Null = the stream of this process itself, terminal and all; else what it says goes through here first. */
export interface Through {
  readonly stdout: Transform | null;
  readonly stderr: Transform | null;
}

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly through: Through;
}

export interface Child {
  /** The exit code as a shell would give it: 128 + n for an end by signal n. Once everything it said is written. */
  readonly ended: Promise<number>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** A program that reads the standard input of this process and ends with a code that is its own. */
export function startChild(io: Io, { command, args, env, through }: ChildOptions): Child {
  const stdio: StdioOptions = [
    'inherit',
    through.stdout === null ? 'inherit' : 'pipe',
    through.stderr === null ? 'inherit' : 'pipe',
  ];
  let child: ChildProcess;
  try {
    child = spawn(command, [...args], { cwd: io.cwd, env: { ...env }, stdio });
  } catch {
    // The system takes no environment of this size (execve(2), E2BIG).
    io.stderr.write(`holdfast: ${command}: cannot be run with this environment\n`);
    return { ended: Promise.resolve(NOT_RUNNABLE), kill: () => undefined };
  }
  const written = [lead(child.stdout, through.stdout, io.stdout), lead(child.stderr, through.stderr, io.stderr)];
  return {
    ended: endOf(child, io, command).then(async (code) => {
      await Promise.all(written);
      return code;
    }),
    kill: (signal) => void child.kill(signal),
  };
}

function endOf(child: ChildProcess, io: Io, command: string): Promise<number> {
  return new Promise((done) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      // Only a start can fail: what cannot be signalled has ended and says so itself.
      if (child.pid !== undefined) return;
      const isMissing = error.code === 'ENOENT';
      io.stderr.write(`holdfast: ${command}: ${isMissing ? 'no such program' : 'cannot be run'}\n`);
      done(isMissing ? NOT_FOUND : NOT_RUNNABLE);
    });
    child.once('close', (code, signal) => {
      if (child.pid !== undefined) done(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** Resolves when all of it is written. A reader that went away (`| head`) closes the pipe of the child too, as without us. */
function lead(from: Readable | null, through: Transform | null, to: NodeJS.WritableStream): Promise<void> {
  if (from === null || through === null) return Promise.resolve();
  return new Promise((done) => {
    const stop = (): void => {
      from.destroy();
      done();
    };
    from.pipe(through).pipe(to, { end: false });
    from.once('error', stop);
    to.once('error', stop);
    through.once('end', () => {
      to.off('error', stop);
      done();
    });
  });
}

/**
 * Tells of signals while a child runs. What is typed at a terminal (Ctrl-C, Ctrl-\) reaches the child without us, as it is of the
 * same group: passed on as well, it would come twice.
 */
export function passSignals(io: Io, told: (signal: NodeJS.Signals, isToPassOn: boolean) => void): () => void {
  const isTyped = (signal: NodeJS.Signals): boolean => io.stdin.isTTY === true && (signal === 'SIGINT' || signal === 'SIGQUIT');
  return io.takeSignals((signal) => told(signal, !isTyped(signal)));
}
