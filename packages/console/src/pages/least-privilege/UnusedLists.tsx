import type { AdviceView, UnusedGrant, UnusedPolicy } from '@holdfast/contract';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';

const FINDINGS: Readonly<Record<UnusedPolicy['finding'], string>> = {
  'never-applies': 'no request can meet its conditions',
  'never-decided': 'decided nothing',
  'actions-unused': 'some of its actions were never used',
};

const Young = ({ isYoung }: { readonly isYoung: boolean }) => (isYoung ? <Badge tone="watch">young</Badge> : null);

const GRANTS: readonly Column<UnusedGrant>[] = [
  { head: 'Who', cell: ({ name }) => name },
  { head: 'By', cell: ({ kind }) => (kind === 'token' ? 'token' : 'role') },
  { head: 'Unused', cell: ({ unused, granted }) => `${unused.length} of ${granted}`, isNumber: true },
  { head: 'Which', cell: ({ unused }) => unused.join(', ') },
  { head: 'Since', cell: ({ young }) => <Young isYoung={young} /> },
];
const POLICIES: readonly Column<UnusedPolicy>[] = [
  { head: 'Policy', cell: ({ policy }) => policy },
  { head: 'Of', cell: ({ set }) => (set === 'holdfast' ? 'Holdfast itself' : set) },
  { head: 'Effect', cell: ({ effect }) => effect },
  {
    head: 'Found',
    cell: ({ finding, unused }) => [FINDINGS[finding], unused.join(', ')].filter((each) => each !== '').join(': '),
  },
  { head: 'Since', cell: ({ young }) => <Young isYoung={young} /> },
];

export function UnusedLists({ advice: { grants, policies } }: { readonly advice: AdviceView }) {
  return (
    <>
      <Panel title="Granted and not used" isFlush action={<CopyAsCli words={['advise']} />}>
        <DataTable
          caption="Granted and not used"
          rows={grants}
          keyOf={({ kind, id }) => `${kind}.${id}`}
          columns={GRANTS}
          hrefOf={({ kind, id }) => (kind === 'role' ? paths.person(id) : null)}
          empty={<p className="px-4 pb-4 text-soft">Every right of every token and role was used.</p>}
        />
      </Panel>
      <Panel title="Policies that decide nothing" isFlush action={<CopyAsCli words={['policy', 'unused']} />}>
        <DataTable
          caption="Policies that decide nothing"
          rows={policies}
          keyOf={({ set, policy, finding }) => `${set}.${policy}.${finding}`}
          columns={POLICIES}
          hrefOf={({ set }) => paths.policy(set)}
          empty={<p className="px-4 pb-4 text-soft">Every policy decided something, or there are none.</p>}
        />
      </Panel>
    </>
  );
}
