import type { PolicyList, PolicySummary } from '@holdfast/contract';
import type { Context, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';

export const list: Verb = {
  name: 'list',
  summary: 'which sets of policies are in force',
  examples: ['holdfast policy list'],
  run,
};

async function run(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const data = await api.call<PolicyList>({ method: 'GET', path: '/api/v1/policies' });
  const columns = [
    { title: 'SET', value: ({ set }: PolicySummary) => set },
    { title: 'IN FORCE', value: ({ inForce }: PolicySummary) => (inForce === null ? 'none' : `version ${inForce.version}`) },
    { title: 'POLICIES', value: ({ inForce }: PolicySummary) => String(inForce?.policies ?? 0) },
    { title: 'MODE', value: ({ accessMode, inForce }: PolicySummary) => (inForce === null ? '-' : accessMode) },
    { title: 'ACCEPTED', value: ({ inForce }: PolicySummary) => formatTime(inForce?.acceptedAt ?? null) },
    { title: 'DRAFT', value: ({ hasDraft }: PolicySummary) => (hasDraft ? 'yes' : '-') },
  ];
  return { data, text: formatTable(data.items, columns) };
}
