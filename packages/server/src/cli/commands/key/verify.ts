import type { KeyVerify } from '@holdfast/contract';
import type { Context, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, printable } from '../../terminal/table.ts';

export const verify: Verb = {
  name: 'verify',
  summary: 'open a sample of each key in each area; exit 1 when one does not open',
  examples: ['holdfast key verify', 'holdfast key verify --json'],
  run,
};

async function run(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const data = await api.call<KeyVerify>({ method: 'POST', path: '/api/v1/keys/verify' });
  const columns = [
    { title: 'AREA', value: ({ area }: KeyVerify['samples'][number]) => area },
    { title: 'KEY', value: ({ key }: KeyVerify['samples'][number]) => key },
    { title: 'SAMPLE', value: ({ opens }: KeyVerify['samples'][number]) => (opens ? 'opens' : 'DOES NOT OPEN') },
  ];
  const findings = data.findings.map((finding) => `${printable(finding)}\n`).join('');
  return {
    data,
    exit: data.ok ? EXIT.ok : EXIT.findings,
    text: (paint) =>
      `${data.ok ? paint.good('every sample opens') : paint.bad('NOT EVERYTHING OPENS')}\n${formatTable(data.samples, columns, 'nothing is sealed yet')}${findings}`,
  };
}
