import type { PolicyStatus, PolicyVersion, PolicyVersionView } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';
import { pathOf, SET, setOf, shown } from './words.ts';

export const show: Verb = {
  name: 'show',
  summary: 'the policies in force, an earlier version, the draft, or the history',
  words: [SET],
  options: [
    { flags: '--version <number>', help: 'an earlier version; default: the one in force' },
    { flags: '--draft', help: 'the draft' },
    { flags: '--history', help: 'the versions instead of a text' },
  ],
  examples: ['holdfast policy show shop', 'holdfast policy show shop --version 3', 'holdfast policy show shop --history'],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const version = input.text('version') ?? 'current';
  if (version !== 'current' && !/^[1-9]\d{0,8}$/u.test(version))
    throw new UsageFault('The version is a number.', `holdfast policy show ${setOf(input)} --history`);
  await using api = await context.api();
  const isStatus = input.isSet('history') || input.isSet('draft');
  if (!isStatus) {
    const data = await api.call<PolicyVersionView>({ method: 'GET', path: `${pathOf(input)}/versions/${version}` });
    return { data, text: shown(data.text) };
  }
  const data = await api.call<PolicyStatus>({ method: 'GET', path: pathOf(input) });
  if (input.isSet('draft')) return { data: data.draft, text: data.draft === null ? 'no draft\n' : shown(data.draft.text) };
  return { data, text: describe(data) };
}

function describe({ set, accessMode, inForce, draft, history }: PolicyStatus): string {
  const head = formatPairs([
    ['set', set],
    ['mode', accessMode],
    ['in force', inForce === null ? 'none' : `version ${inForce.version}, ${inForce.policies} policies`],
    ['draft', draft === null ? 'none' : `${draft.policies} policies, saved ${formatTime(draft.savedAt)}`],
  ]);
  if (history.length === 0) return head;
  const state = ({ version, withdrawnAt }: PolicyVersion): string => {
    if (withdrawnAt !== null) return `withdrawn ${formatTime(withdrawnAt)}`;
    return version === inForce?.version ? 'in force' : 'replaced';
  };
  const table = formatTable(history, [
    { title: 'VERSION', value: ({ version }) => String(version) },
    { title: 'POLICIES', value: ({ policies }) => String(policies) },
    { title: 'ACCEPTED', value: ({ acceptedAt }) => formatTime(acceptedAt) },
    { title: 'BY', value: ({ acceptedBy }) => acceptedBy },
    { title: 'STATE', value: state },
    { title: 'REASON', value: ({ reason }) => reason ?? '-' },
  ]);
  return `${head}\n${table}`;
}
