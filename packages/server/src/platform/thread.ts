import module from 'node:module';
import path from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

type ThreadOptions = Required<Pick<WorkerOptions, 'name' | 'resourceLimits'>> & Pick<WorkerOptions, 'workerData'>;

/**
 * Starts a program of ours in a thread.
 *
 * @example const worker = startThread(siblingModule(import.meta.url, 'watch-thread'), { name: 'holdfast-watch', resourceLimits });
 */
export function startThread(program: URL, options: ThreadOptions): Worker {
  return new Worker(program, {
    ...options,
    env: { ...process.env, ...compileCacheEnvironment() },
    execArgv: sourceArguments(),
  });
}

/** Whatever this process runs under, what it starts reads the same sources in the same way; what was emitted needs nothing. */
export const sourceArguments = (): string[] =>
  import.meta.url.endsWith('.ts') ? ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning'] : [];

/**
 * The compile cache of this process, for threads and processes of ours: they find types stripped and code compiled. Node
 * hands it down by this variable only. Empty where there is none.
 */
export function compileCacheEnvironment(): Readonly<Record<string, string>> {
  const folder = module.getCompileCacheDir();
  // That is a folder below the one that was enabled, named by Node's version and flags; what is started names its own.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: path.dirname(folder) };
}
