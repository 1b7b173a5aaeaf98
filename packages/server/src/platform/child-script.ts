import { fork, type ChildProcess } from 'node:child_process';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 3000;
const readySchema = z.object({ url: z.url({ protocol: /^http$/u }) });

export interface ChildScript extends AsyncDisposable {
  readonly url: string;
}

export interface ChildScriptOptions {
  readonly file: string;
  readonly args: readonly string[];
  /** Folders it may read and write; everything else is closed to it by Node's permission model. */
  readonly folders: { readonly read: readonly string[]; readonly write: readonly string[] };
  /** Comes to PATH; nothing else of this process is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** It may run programs of the host. */
  readonly canSpawn: boolean;
}

/**
 * Runs a script of this installation in a process of its own that says `{ url }` over IPC once it serves. It ends with this
 * process: a closed channel is its signal to stop.
 */
export async function startChildScript({ file, args, folders, canSpawn, env }: ChildScriptOptions): Promise<ChildScript> {
  const execArgv = [
    '--permission',
    '--conditions=@holdfast/source',
    '--disable-warning=ExperimentalWarning',
    ...[...folders.read, ...folders.write].map((folder) => `--allow-fs-read=${folder}`),
    ...folders.write.map((folder) => `--allow-fs-write=${folder}`),
    ...(canSpawn ? ['--allow-child-process', '--disable-warning=SecurityWarning'] : []),
  ];
  const child = fork(file, [...args], {
    execArgv,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  const url = await ready(child, file);
  return { url, [Symbol.asyncDispose]: () => stop(child) };
}

function ready(child: ChildProcess, file: string): Promise<string> {
  return new Promise((done, fail) => {
    const refuse = (detail: string): void => {
      child.kill('SIGKILL');
      fail(new Refusal('internal', { detail: `${file.split('/').at(-1) ?? file} ${detail}.` }));
    };
    const timer = setTimeout(() => refuse('did not start in time'), START_TIMEOUT_MS);
    child.once('exit', (code) => refuse(`ended with code ${code}`));
    child.once('message', (message) => {
      clearTimeout(timer);
      child.removeAllListeners('exit');
      const read = readySchema.safeParse(message);
      if (read.success) done(read.data.url);
      else refuse('said something else than its address');
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      done();
    });
    if (child.connected) child.disconnect();
    else child.kill('SIGTERM');
  });
}
