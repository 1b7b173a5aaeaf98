import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context, Input, OptionDefinition } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { ask } from '../../terminal/prompt.ts';

const HELP = 'holdfast alert channel add --help';
const TEXT_BYTES_MAX = 65_536;

export const SECRET_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--secret-file <file>', help: 'the secret stands in this file; it is never an argument' },
  { flags: '--stdin', help: 'the secret comes from stdin' },
];

const tooLong = (): UsageFault => new UsageFault('That is too long to be a secret.', HELP);

export async function readText({ io }: Pick<Context, 'io'>, file: string): Promise<string> {
  const bytes = await readFile(resolve(io.cwd, file)).catch(() => {
    throw new UsageFault('This file cannot be read.', HELP);
  });
  if (bytes.length > TEXT_BYTES_MAX) throw tooLong();
  return bytes.toString('utf8').replace(/\r?\n$/u, '');
}

async function readStdin({ io }: Pick<Context, 'io'>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of io.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    length += bytes.length;
    if (length > TEXT_BYTES_MAX) throw tooLong();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/u, '');
}

/** From stdin, a file, or a prompt that does not show it; null = none was given, where none is needed. */
export async function readSecret(context: Context, input: Input, wanted: { question: string } | null): Promise<string | null> {
  const file = input.text('secretFile');
  if (file !== null && input.isSet('stdin')) throw new UsageFault('Say once where the secret comes from.', HELP);
  if (file !== null) return readText(context, file);
  if (input.isSet('stdin')) return readStdin(context);
  if (wanted === null) return null;
  const { io, flags, signal } = context;
  if (flags.noInput || io.stdin.isTTY !== true) throw new UsageFault('Give the secret: --secret-file FILE or --stdin.', HELP);
  return ask(io, { question: wanted.question, signal, isSecret: true });
}
