import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Io } from '../terminal/io.ts';

const STACK_CHARS_MAX = 8192;

/** With `HOLDFAST_DEBUG=1` the cause of a failed command goes to the log file, and only there: a terminal may be recorded. */
export async function writeDebugLog(io: Io, dataDir: string, error: unknown): Promise<void> {
  if (io.env['HOLDFAST_DEBUG'] !== '1' || !(error instanceof Error)) return;
  const line = {
    timestamp: new Date(io.now()).toISOString(),
    severity_text: 'DEBUG',
    severity_number: 5,
    body: 'a command failed',
    stack: stackOf(error).slice(0, STACK_CHARS_MAX),
  };
  try {
    await appendFile(join(dataDir, 'logs', 'holdfast.log'), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  } catch {
    // No data directory yet: the error itself is told on stderr anyway.
  }
}

function stackOf(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${error.cause.stack ?? error.cause.message}` : own;
}
