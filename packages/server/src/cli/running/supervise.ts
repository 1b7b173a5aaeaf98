import { setTimeout as delay } from 'node:timers/promises';
import { passSignals, type Child } from '../host/child-process.ts';
import type { Io } from '../terminal/io.ts';

export type OnChange = 'restart' | 'SIGHUP';

export interface Watching<Values> {
  readonly onChange: OnChange;
  readonly everyMs: number;
  readonly graceMs: number;
  /** The values when they are others than before; null = they are the same, or could not be read, which is said there. */
  look(signal: AbortSignal): Promise<Values | null>;
}

interface Supervising<Values> {
  readonly io: Io;
  readonly first: Values;
  start(values: Values): Child;
  /** New values go to a program that goes on. */
  learn(values: Values): void;
  /** Null = what was given at the start stays. */
  readonly watching: Watching<Values> | null;
  note(text: string): void;
}

const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT'];

/** Runs a program to its end and gives its exit code; on new values it is started again, or told by SIGHUP. */
export async function supervise<Values>(parts: Supervising<Values>): Promise<number> {
  const { io, watching } = parts;
  let child = parts.start(parts.first);
  let isStopping = false;
  const release = passSignals(io, (signal, isToPassOn) => {
    isStopping ||= STOPPING.includes(signal);
    if (isToPassOn) child.kill(signal);
  });
  const end = new AbortController();
  try {
    if (watching === null) return await child.ended;
    for (;;) {
      const looking = untilChanged(watching, end.signal);
      const next = await Promise.race([child.ended, looking]);
      if (typeof next === 'number') return next;
      if (next === null) return await child.ended;
      if (watching.onChange === 'SIGHUP') {
        parts.learn(next.values);
        parts.note('new values: SIGHUP sent');
        child.kill('SIGHUP');
        continue;
      }
      parts.note('new values: starting again');
      const code = await stop(child, watching.graceMs);
      // Whoever wants an end does not want another beginning.
      if (isStopping) return code;
      child = parts.start(next.values);
    }
  } finally {
    end.abort();
    release();
  }
}

/** Null = nobody wants to know any more. */
async function untilChanged<Values>(watching: Watching<Values>, signal: AbortSignal): Promise<{ values: Values } | null> {
  while (!signal.aborted) {
    try {
      await delay(watching.everyMs, undefined, { signal });
    } catch {
      return null;
    }
    const values = await watching.look(signal);
    if (values !== null) return { values };
  }
  return null;
}

/** SIGTERM, and SIGKILL for what does not end in time. */
async function stop(child: Child, graceMs: number): Promise<number> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  try {
    return await child.ended;
  } finally {
    clearTimeout(timer);
  }
}
