import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { POLICY_CHARS_MAX } from '@holdfast/contract';
import { segment } from '../../connection/client.ts';
import type { Context, Input } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { printable } from '../../terminal/table.ts';

export const SET = { name: '<set>', help: 'id of an application, or holdfast for the API' } as const;
export const REASON = { flags: '--reason <text>', help: 'why; kept in the ledger' } as const;
export const FILE = { flags: '--file <file>', help: 'policies as Cedar text' } as const;

/** What is asked about. */
export const QUESTION = [
  { flags: '--method <method>', help: 'of a request; default: GET' },
  { flags: '--path <path>', help: 'of a request; default: /' },
  { flags: '--permission <name>', help: 'of a call of the API, for the set holdfast' },
  { flags: '--address <address>', help: 'where it comes from; default: 127.0.0.1' },
  { flags: '--acr <level>', help: 'how sure it is who asks; default: aal2', choices: ['aal1', 'aal2'] },
] as const;

export const setOf = (input: Input): string => input.words[0] ?? '';
export const pathOf = (input: Input): string => `/api/v1/policies/${segment(setOf(input))}`;
export const reasonOf = (input: Input): { readonly reason?: string } => {
  const reason = input.text('reason');
  return reason === null ? {} : { reason };
};

/** Only what was said: the API has the defaults. */
export function questionOf(input: Input): Record<string, string> {
  const method = input.text('method')?.toUpperCase() ?? null;
  const rest = ['path', 'permission', 'address', 'acr'].map((name) => [name, input.text(name)] as const);
  const given = [['method', method] as const, ...rest].filter(([, value]) => value !== null);
  // The nulls are filtered out.
  return Object.fromEntries(given) as Record<string, string>;
}

/** The text of `--file`; null when there is no such flag. */
export async function readText(context: Context, input: Input): Promise<string | null> {
  const file = input.text('file');
  if (file === null) return null;
  let text: string;
  try {
    text = await readFile(resolve(context.io.cwd, file), 'utf8');
  } catch {
    throw new UsageFault('The file cannot be read.', 'holdfast policy check --help');
  }
  if (text.length <= POLICY_CHARS_MAX) return text;
  throw new UsageFault(`The file is larger than ${POLICY_CHARS_MAX} characters.`, 'holdfast policy check --help');
}

/** As it was written, without what steers a terminal. */
export const shown = (text: string): string =>
  text
    .split('\n')
    .map((line) => printable(line.replaceAll('\t', '  ').replaceAll('\r', '')))
    .join('\n');
