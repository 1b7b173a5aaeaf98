import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context, Input } from '../../command.ts';
import { UsageFault } from '../../fault.ts';

const HELP = 'holdfast action run --help';
const KEY = /^[a-z][A-Za-z]{0,40}$/u;

/** A number, `true`, `null`, a list: JSON. Anything else is text as it stands. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function fromFile(context: Context, name: string): Promise<object> {
  const text = await readFile(resolve(context.io.cwd, name), 'utf8').catch(() => {
    throw new UsageFault(`${name} cannot be read.`, HELP);
  });
  const value = valueOf(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new UsageFault(`${name} holds no JSON object with the parameters.`, HELP);
  return value;
}

/** From a file first; `--set` says it otherwise. The server checks them by the schema of the action. */
export async function parametersOf(context: Context, input: Input): Promise<Record<string, unknown>> {
  const file = input.text('file');
  const parameters = new Map<string, unknown>(file === null ? [] : Object.entries(await fromFile(context, file)));
  const said = new Set<string>();
  for (const word of input.list('set')) {
    const at = word.indexOf('=');
    const key = word.slice(0, Math.max(at, 0));
    if (!KEY.test(key)) throw new UsageFault(`--set takes NAME=VALUE, not ${word}.`, HELP);
    // One of two values would be done, and nobody said which.
    if (said.has(key)) throw new UsageFault(`--set names ${key} twice.`, HELP);
    said.add(key);
    parameters.set(key, valueOf(word.slice(at + 1)));
  }
  return Object.fromEntries(parameters);
}
