import type { Io } from './io.ts';
import { ReaderGone } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import type { Told } from './tell.ts';
import { createPaint, wantsColour, type Paint } from './paint.ts';
import { printable } from './table.ts';
import type { WatchedStream } from './watch-stream.ts';

const SCHEMA_VERSION = 1;

/** Data goes to stdout, everything else to stderr, so that a pipe carries data only. */
export interface Output {
  readonly paint: Paint;
  /** One line for the person at the terminal: progress, the data directory, hints. Silent with `--quiet`. */
  note(text: string): void;
  /** Raw data: only for commands that stream (logs, up). Throws {@link ReaderGone} when nobody takes it any more. */
  write(text: string): void;
  outcome(command: string, outcome: Outcome): void;
  error(command: string, told: Told): void;
}

/** One compact line: a stream of documents stays readable by line. */
export function jsonDocument(command: string, result: { data: unknown } | { error: unknown }): string {
  const ok = 'data' in result;
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, command, ok, ...result })}\n`;
}

export function createOutput(
  io: Io,
  flags: { readonly json: boolean; readonly quiet: boolean },
  stdout: Pick<WatchedStream, 'failure'> | null = null,
): Output {
  const onStdout = createPaint(wantsColour(io.env, io.stdout.isTTY === true));
  const onStderr = createPaint(wantsColour(io.env, io.stderr.isTTY === true));
  return {
    paint: onStderr,
    note(text) {
      if (!flags.quiet) io.stderr.write(`${text}\n`);
    },
    write(text) {
      if (stdout !== null && stdout.failure() !== null) throw new ReaderGone();
      io.stdout.write(text);
    },
    outcome(command, outcome) {
      if (outcome.isStreamed === true) return;
      if (flags.json) io.stdout.write(jsonDocument(command, { data: outcome.data }));
      else io.stdout.write(typeof outcome.text === 'string' ? outcome.text : outcome.text(onStdout));
    },
    error(command, told) {
      const { exit: _, ...error } = told;
      // The JSON document is data even when it tells of an error: a script reads one place.
      if (flags.json) io.stdout.write(jsonDocument(command, { error }));
      else io.stderr.write(formatError(told, onStderr));
    },
  };
}

/** What happened, why, each faulty field, the next command, the code. Never a stack. */
export function formatError(told: Told, paint: Paint): string {
  const lines = [`${paint.bad('error:')} ${told.what}`, `  why   ${printable(told.why)}`];
  for (const fault of told.errors) {
    // What is about the whole has said it already, or has a line at most.
    if (fault.pointer === '' && fault.detail === told.why) continue;
    const line = fault.line === undefined ? '' : `(line ${fault.line})`;
    const where = [fault.pointer, line].filter((part) => part !== '').join(' ');
    lines.push(`  ${where === '' ? '' : `${printable(where)}: `}${printable(fault.detail)}`);
  }
  if (told.next !== '') lines.push(`  next  ${told.next}`);
  lines.push(`  code  ${told.code}`);
  return `${lines.join('\n')}\n`;
}
