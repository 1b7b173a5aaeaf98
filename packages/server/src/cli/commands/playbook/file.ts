import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../../command.ts';
import { UsageFault } from '../../fault.ts';

/** As the contract limits it, in bytes of UTF-8. */
const FILE_BYTES_MAX = 4 * 524_288;

export interface PlaybookFile {
  readonly text: string;
  /** Undefined = it is no JSON. */
  readonly document: unknown;
}

export async function readPlaybookFile({ io }: Context, file: string): Promise<PlaybookFile> {
  const place = resolve(io.cwd, file);
  const facts = await stat(place).catch(() => null);
  if (facts === null || !facts.isFile()) throw new UsageFault(`There is no file ${file}.`, 'holdfast playbook --help');
  if (facts.size > FILE_BYTES_MAX) throw new UsageFault(`${file} is too large for a playbook.`, 'holdfast playbook --help');
  const text = await readFile(place, 'utf8');
  try {
    const document: unknown = JSON.parse(text);
    return { text, document };
  } catch {
    return { text, document: undefined };
  }
}
