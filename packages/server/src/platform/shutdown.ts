import type { Log } from './log.ts';

const DEADLINE_MS = 30_000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** 128 + 2: what a shell shows for a command that was interrupted. */
const EXIT_INTERRUPTED = 130;

export interface ShutdownStep {
  readonly name: string;
  run(signal: string): void | Promise<void>;
}

/** The part of `process` that is needed; tests give their own. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

export interface ShutdownOptions {
  readonly log: Log;
  /** Given by the command line, the only place that may end the process. */
  readonly exit: (code: number) => void;
  readonly deadlineMs?: number;
  readonly source?: SignalSource;
}

export interface Shutdown {
  /** Steps run last in, first out: what was opened last is closed first. */
  add(step: ShutdownStep): void;
  /** Runs all steps once; later calls wait for the same run. */
  stop(signal: string): Promise<void>;
  /** Resolves when everything is closed. */
  readonly done: Promise<void>;
}

/** The first signal drains and closes in order; a second one, or the deadline, ends at once: state is crash-only anyway. */
export function createShutdown({ log, exit, deadlineMs = DEADLINE_MS, source = process }: ShutdownOptions): Shutdown {
  const steps: ShutdownStep[] = [];
  let running: Promise<void> | null = null;
  let finish = (): void => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const runAll = async (signal: string): Promise<void> => {
    const timer = setTimeout(() => {
      log.error({ deadlineMs }, 'stopping took too long');
      exit(1);
    }, deadlineMs);
    for (const step of steps.toReversed()) {
      try {
        await step.run(signal);
      } catch (error) {
        // The others must still be closed.
        log.error({ err: error, step: step.name }, 'a part did not stop cleanly');
      }
    }
    clearTimeout(timer);
    for (const each of SIGNALS) source.off(each, onSignal);
    finish();
  };
  const stop = (signal: string): Promise<void> => {
    running ??= runAll(signal);
    return running;
  };
  const onSignal = (): void => {
    if (running === null) void stop('signal');
    else exit(EXIT_INTERRUPTED);
  };
  for (const each of SIGNALS) source.on(each, onSignal);
  return { add: (step) => void steps.push(step), stop, done };
}
