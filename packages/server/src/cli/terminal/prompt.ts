import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Interrupted } from '../fault.ts';
import type { Io } from './io.ts';

export const ANSWER_CHARS_MAX = 4096;

interface Question {
  readonly question: string;
  readonly signal: AbortSignal;
  /** Typed characters are not shown. */
  readonly isSecret?: boolean;
}

/** Asks on stderr: stdout carries data only. */
export async function ask(io: Io, { question, signal, isSecret = false }: Question): Promise<string> {
  io.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.stdin, output: isSecret ? nowhere : io.stderr, terminal: isSecret });
  try {
    const answer = await lines.question('', { signal });
    return answer.trim().slice(0, ANSWER_CHARS_MAX);
  } catch {
    // The signal, or the end of the input before an answer.
    throw new Interrupted();
  } finally {
    lines.close();
    if (isSecret) io.stderr.write('\n');
  }
}
