import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../command.ts';
import { UsageFault } from '../fault.ts';
import { ANSWER_CHARS_MAX, ask } from '../terminal/prompt.ts';

/**
 * A secret from a file, from stdin (`-`), or asked for; never from a flag, which every process of the host could read.
 * A new one is asked for twice.
 */
export async function backupSecret(context: Context, source: string | null, { isNew }: { isNew: boolean }): Promise<string> {
  const { io, flags, signal } = context;
  if (source === '-') return firstLine(await readAll(io.stdin));
  if (source !== null) {
    return firstLine(
      await readFile(resolve(io.cwd, source), 'utf8').catch(() => {
        throw new UsageFault(`The file ${source} cannot be read.`, 'holdfast backup --help');
      }),
    );
  }
  if (flags.noInput || io.stdin.isTTY !== true)
    throw new UsageFault('A passphrase is needed: --passphrase-file FILE, or - for stdin.', 'holdfast backup --help');
  const secret = await ask(io, { question: 'Passphrase: ', signal, isSecret: true });
  if (isNew && (await ask(io, { question: 'Again: ', signal, isSecret: true })) !== secret)
    throw new UsageFault('The two were not the same.', 'try it again');
  return secret;
}

function firstLine(text: string): string {
  // An age identity file has comment lines before the key.
  const line = text.split(/\r?\n/u).find((candidate) => candidate !== '' && !candidate.startsWith('#')) ?? '';
  if (line === '') throw new UsageFault('The passphrase is empty.', 'holdfast backup --help');
  return line;
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > ANSWER_CHARS_MAX) throw new UsageFault('The passphrase is too long.', 'holdfast backup --help');
  }
  return text;
}
