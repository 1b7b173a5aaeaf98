import { SECRET_VALUE_FIELD, type SecretValue } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { ask } from '../../terminal/prompt.ts';
import { printable } from '../../terminal/table.ts';
import { parseNumber, pathOf, REF, refOf } from './ref.ts';

const HELP = 'holdfast secret get --help';

export const get: Verb = {
  name: 'get',
  summary: 'print the value of a secret; the read is recorded first',
  about: 'What it is for stands in the record. A secret with several fields is printed as JSON unless one is named.',
  words: [REF],
  options: [
    { flags: '--purpose <words>', help: 'what the value is for; asked for at a terminal' },
    { flags: '--field <name>', help: 'this field only' },
    { flags: '--version <number>', help: 'this version instead of the current one' },
  ],
  examples: [
    'holdfast secret get shop/production/DATABASE_URL --purpose "look into an outage"',
    'holdfast secret get shop/staging/db --field password --purpose deploy',
  ],
  run,
};

/** Programs say it; a person at a terminal is asked. */
export async function purposeOf({ io, flags, signal }: Context, input: Input): Promise<string> {
  const given = input.text('purpose');
  if (given !== null) return given.trim().toLowerCase();
  if (flags.noInput || io.stdin.isTTY !== true) throw new UsageFault('Say what it is for: --purpose WORDS.', HELP);
  const answer = (await ask(io, { question: 'What is it for? ', signal })).toLowerCase();
  if (answer === '') throw new UsageFault('A value is given for a purpose only.', HELP);
  return answer;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function run(context: Context, input: Input): Promise<Outcome> {
  const ref = refOf(input);
  const number = input.text('version');
  const version = number === null ? {} : { version: parseNumber(number, '--version') };
  const body = { purpose: await purposeOf(context, input), ...version };
  await using api = await context.api();
  const value = await api.call<SecretValue>({ method: 'POST', path: `${pathOf(ref)}/reveal`, body });
  const text = shown(new Map(Object.entries(value.data)), input.text('field'));
  // Into a file or a pipe it goes as it is; a terminal is not steered by it.
  const isShown = context.io.stdout.isTTY === true;
  return { data: value, text: `${isShown ? text.split('\n').map(printable).join('\n') : text}\n` };
}

function shown(data: ReadonlyMap<string, unknown>, field: string | null): string {
  if (field !== null) {
    if (!data.has(field)) throw new UsageFault('The secret has no such field.', 'holdfast secret history REF');
    return textOf(data.get(field));
  }
  const isOne = data.size === 1 && data.has(SECRET_VALUE_FIELD);
  return isOne ? textOf(data.get(SECRET_VALUE_FIELD)) : JSON.stringify(Object.fromEntries(data), null, 2);
}
