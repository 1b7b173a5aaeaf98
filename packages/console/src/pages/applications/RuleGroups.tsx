import type { ApplicationView, RuleGroup } from '@holdfast/contract';
import { GROUP_CHOICES } from '../../api/event-words.ts';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';

const ACTIONS = [
  ['inherit', 'as the mode says'],
  ['block', 'block'],
  ['record', 'record only'],
  ['off', 'not looked for'],
] as const;

interface Row {
  readonly group: RuleGroup;
  readonly name: string;
  readonly action: string;
}

/** One class of attack can differ from the mode of its application. */
export function RuleGroups({ view }: { readonly view: ApplicationView }) {
  const { application, revision } = view;
  const { may } = useMe();
  const change = useChange<ApplicationView>({ name: 'application.group', says: 'The rules are in force.' });
  const set = ({ group, name }: Row, action: string): void =>
    change.run(
      { method: 'PUT', path: `/applications/${application.id}/mode`, body: { group, action }, revision },
      `${name}: ${action}`,
    );
  // The values are the groups of the contract: the table of words is typed by them.
  const rows = GROUP_CHOICES.map(({ value, label }) => ({ group: value as RuleGroup, name: label })).map((row): Row => ({
    ...row,
    action: application.rules[row.group] ?? 'inherit',
  }));
  const columns: readonly Column<Row>[] = [
    { head: 'Attack', cell: ({ name }) => name },
    { head: 'Id', cell: ({ group }) => <code>{group}</code> },
    {
      head: 'What happens',
      cell: (row) =>
        may('mode:write') ? (
          <select
            aria-label={`What happens to ${row.name}`}
            className="field !w-auto"
            value={row.action}
            disabled={change.isPending}
            onChange={(event) => set(row, event.target.value)}
          >
            {ACTIONS.map(([action, words]) => (
              <option key={action} value={action}>
                {words}
              </option>
            ))}
          </select>
        ) : (
          row.action
        ),
    },
  ];
  return (
    <Panel title="Rules" action={<CopyAsCli words={['app', 'mode', application.id, 'record', '--group', 'xss']} />} isFlush>
      <DataTable caption="Classes of attack" rows={rows} keyOf={({ group }) => group} columns={columns} empty={null} />
    </Panel>
  );
}
