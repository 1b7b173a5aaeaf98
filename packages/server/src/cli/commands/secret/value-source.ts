import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SECRET_BYTES_MAX, SECRET_VALUE_FIELD } from '@holdfast/contract';
import type { Context, Input } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { ANSWER_CHARS_MAX, ask } from '../../terminal/prompt.ts';
import { parseNumber } from './ref.ts';

const HELP = 'holdfast secret set --help';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** 95 bits; less can be tried out. */
const GENERATED_MIN = 16;
const GENERATED_MAX = 4096;

/** Letters and digits only: they need no quoting in a URL, a shell or a file. */
function generate(length: number): string {
  if (length < GENERATED_MIN || length > GENERATED_MAX)
    throw new UsageFault(`--generate wants ${GENERATED_MIN} to ${GENERATED_MAX} characters.`, HELP);
  return Array.from({ length }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
}

/** One line end at the end belongs to the editor or to `echo`, and not to the value. */
function textOf(bytes: Uint8Array): string {
  if (bytes.length > SECRET_BYTES_MAX) throw new UsageFault(`A value has at most ${SECRET_BYTES_MAX} bytes.`, HELP);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/u, '');
  } catch {
    throw new UsageFault('The value is not text: encode it first, for example with base64.', HELP);
  }
}

async function fromStdin({ io }: Context): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of io.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    length += bytes.length;
    if (length > SECRET_BYTES_MAX) break;
    chunks.push(bytes);
  }
  return textOf(length > SECRET_BYTES_MAX ? new Uint8Array(length) : Buffer.concat(chunks));
}

async function fromFile({ io }: Context, file: string): Promise<string> {
  const bytes = await readFile(resolve(io.cwd, file)).catch(() => {
    throw new UsageFault(`The file ${file} cannot be read.`, HELP);
  });
  return textOf(bytes);
}

async function fromPrompt({ io, flags, signal }: Context): Promise<string> {
  if (flags.noInput || io.stdin.isTTY !== true)
    throw new UsageFault('Give the value: --stdin, --file FILE or --generate 32.', HELP);
  const value = await ask(io, { question: 'Value (not shown): ', signal, isSecret: true });
  if (value.length >= ANSWER_CHARS_MAX) throw new UsageFault('That is too long to type: use --stdin or --file FILE.', HELP);
  if (value === '') throw new UsageFault('The value is empty.', HELP);
  if ((await ask(io, { question: 'Again: ', signal, isSecret: true })) !== value)
    throw new UsageFault('The two were not the same.', 'try it again');
  return value;
}

/** `user=@file` or `user=-`. What was given instead is not repeated: it may be the value itself. */
async function readField(context: Context, given: string): Promise<readonly [string, string]> {
  const at = given.indexOf('=');
  const source = given.slice(at + 1);
  if (at < 1 || !(source === '-' || /^@./u.test(source))) {
    throw new UsageFault(
      'Write --field NAME=@FILE, or NAME=- for stdin. A value is never an argument: every process of the host could read it.',
      HELP,
    );
  }
  return [given.slice(0, at), source === '-' ? await fromStdin(context) : await fromFile(context, source.slice(1))];
}

/** What the new version holds. Values come from stdin, a file, a hidden prompt or chance; never from the command line. */
export async function readValues(context: Context, input: Input): Promise<Record<string, string>> {
  const fields = input.list('field');
  const length = input.text('generate');
  const file = input.text('file');
  const ways = [fields.length > 0, length !== null, file !== null, input.isSet('stdin')].filter(Boolean).length;
  const stdin = fields.filter((field) => field.endsWith('=-')).length;
  if (ways > 1 || stdin > 1) throw new UsageFault('Say once where the value comes from.', HELP);
  if (fields.length > 0) {
    const read: (readonly [string, string])[] = [];
    for (const field of fields) read.push(await readField(context, field));
    return Object.fromEntries(read);
  }
  if (length !== null) return { [SECRET_VALUE_FIELD]: generate(parseNumber(length, '--generate')) };
  if (file !== null) return { [SECRET_VALUE_FIELD]: await fromFile(context, file) };
  return { [SECRET_VALUE_FIELD]: input.isSet('stdin') ? await fromStdin(context) : await fromPrompt(context) };
}
