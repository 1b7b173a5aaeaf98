import type { SecretComparison } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { parseNumber, pathOf, REF, refOf, refText } from './ref.ts';

type Field = SecretComparison['fields'][number];

export const compare: Verb = {
  name: 'compare',
  summary: 'name the fields that changed between two versions, without values',
  about: 'Both versions are read for it, and that is recorded as any other read.',
  words: [REF],
  options: [
    { flags: '--from <version>', help: 'the earlier one' },
    { flags: '--to <version>', help: 'the later one' },
  ],
  examples: ['holdfast secret compare shop/production/DATABASE_URL --from 2 --to 3'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const ref = refOf(input);
  const [from, to] = [input.text('from'), input.text('to')];
  if (from === null || to === null)
    throw new UsageFault('Say which versions: --from 2 --to 3.', `holdfast secret history ${refText(ref)}`);
  const body = { from: parseNumber(from, '--from'), to: parseNumber(to, '--to') };
  await using api = await context.api();
  const data = await api.call<SecretComparison>({ method: 'POST', path: `${pathOf(ref)}/compare`, body });
  const columns = [
    { title: 'FIELD', value: ({ name }: Field) => name },
    { title: 'CHANGE', value: ({ change }: Field) => change },
  ];
  return { data, text: () => formatTable(data.fields, columns, 'neither version has a field') };
}
