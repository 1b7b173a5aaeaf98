import type { SecretDetail } from '@holdfast/contract';
import { planned } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { pathOf, REASON, REF, refOf, refText } from './ref.ts';
import { readValues } from './value-source.ts';

export const set: Verb = {
  name: 'set',
  summary: 'write a new version of a secret',
  about:
    'The value is asked for and not shown, or comes from stdin or a file. It is never an argument, which every process of the host could read. A new version holds the fields that are given now, and no others.',
  words: [REF],
  options: [
    { flags: '--stdin', help: 'the value comes from stdin; one line end at its end is left out' },
    { flags: '--file <file>', help: 'the value is in this file' },
    { flags: '--generate <characters>', help: 'a random value of letters and digits, 16 or more' },
    { flags: '--field <name=@file...>', help: 'several values with names, each from a file, one of them from stdin with name=-' },
    { flags: '--cas <version>', help: 'only if this version is current; 0: only if there is none yet' },
    REASON,
  ],
  examples: [
    'holdfast secret set shop/production/DATABASE_URL',
    'holdfast secret set shop/production/SESSION_KEY --generate 48',
    'holdfast secret set shop/staging/db --field user=@user.txt password=-',
  ],
  run,
};

function casOf(input: Input): { readonly cas?: number } {
  const text = input.text('cas');
  if (text === null) return {};
  if (!/^\d{1,9}$/u.test(text)) throw new UsageFault('--cas wants the number of a version, or 0.', 'holdfast secret set --help');
  return { cas: Number(text) };
}

async function run(context: Context, input: Input): Promise<Outcome> {
  const ref = refOf(input);
  const reason = input.text('reason');
  const about = { ...casOf(input), ...(reason === null ? {} : { note: reason }) };
  const call = { method: 'POST', path: `${pathOf(ref)}/versions` } as const;
  const data = await readValues(context, input);
  // What would be sent is shown without the values.
  if (context.flags.dryRun) return planned({ ...call, body: { fields: Object.keys(data), ...about } });
  await using api = await context.api();
  const view = await api.call<SecretDetail>({ ...call, body: { data, ...about } });
  return { data: view, text: `${refText(ref)} version ${view.latestVersion}\n` };
}
