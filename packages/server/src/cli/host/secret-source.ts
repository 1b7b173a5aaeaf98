import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageFault } from '../fault.ts';
import type { Io } from '../terminal/io.ts';
import { ANSWER_CHARS_MAX } from '../terminal/prompt.ts';

const LINES_MAX = 300;

/** Lines of a file, or of stdin for `-`, without empty ones and comments. Never a flag, which every process of the host could read. */
export async function secretLines(io: Io, source: string): Promise<readonly string[]> {
  const text = source === '-' ? await readAll(io.stdin) : await readSecretFile(resolve(io.cwd, source), source);
  const lines = text
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw new UsageFault('Nothing was given.', 'try it again');
  if (lines.length > LINES_MAX || lines.some((line) => line.length > ANSWER_CHARS_MAX))
    throw new UsageFault('That is more than any secret of ours.', 'try it again');
  return lines;
}

function readSecretFile(file: string, shown: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new UsageFault(`The file ${shown} cannot be read.`, 'try it again');
  });
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > LINES_MAX * ANSWER_CHARS_MAX) throw new UsageFault('That is more than any secret of ours.', 'try it again');
  }
  return text;
}
