import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { Context } from '../command.ts';
import { ENV_CHARS_MAX, parseEnvFile, type EnvLine } from '../env-file/parse.ts';
import { UsageFault } from '../fault.ts';
import { fault } from '../sealed-env/sealed-env.ts';

/** UTF-8 takes at most four bytes for a character; a sealed file is larger than what is in it. */
const FILE_BYTES_MAX = 4 * ENV_CHARS_MAX;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `-` is standard input. */
export async function readText({ io }: Context, file: string): Promise<string> {
  const bytes = file === '-' ? await readAll(io.stdin) : await readWhole(resolve(io.cwd, file), file);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new Refusal('env-file-invalid', { detail: `${file} is not UTF-8 text.`, cause });
  }
}

/** The lines of a plain `.env` file, or all its faults. */
export async function readEnvLines(context: Context, file: string): Promise<readonly EnvLine[]> {
  const parsed = parseEnvFile(await readText(context, file));
  if (parsed.kind === 'refused') throw fault('env-file-invalid', file === '-' ? 'stdin' : file, parsed.faults);
  return parsed.lines;
}

/** An encrypted file is for everybody who has the repository: it keeps the mode that it had. */
export async function writeSealedFile({ io }: Context, file: string, text: string): Promise<void> {
  const place = resolve(io.cwd, file);
  const facts = await stat(place).catch(() => null);
  await writeFileAtomically(place, text, facts === null ? 0o644 : facts.mode & 0o777);
}

async function readWhole(place: string, shown: string): Promise<Buffer> {
  const facts = await stat(place).catch(() => null);
  if (facts === null || !facts.isFile()) throw new UsageFault(`There is no file ${shown}.`, 'ls -la');
  if (facts.size > FILE_BYTES_MAX) throw new Refusal('env-file-invalid', { detail: `${shown} is too large.` });
  return readFile(place);
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk), 'utf8');
    bytes += part.length;
    if (bytes > FILE_BYTES_MAX) throw new Refusal('env-file-invalid', { detail: 'Standard input is too large.' });
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}
