import type { OwnKeyView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { formatCountOf, formatDay } from '../../state/format.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { ownKeysQuery } from './calls.ts';
import { OWN_KEY_WORDS } from './words.ts';

const COLUMNS: readonly Column<OwnKeyView>[] = [
  { head: 'Key', cell: ({ name }) => <code>{name}</code> },
  { head: 'What it does', cell: ({ name }) => OWN_KEY_WORDS[name] },
  { head: 'Since', cell: ({ since }) => (since === null ? 'not known' : <Time at={since} />) },
  { head: 'Every', cell: ({ everyDays }) => (everyDays === null ? 'never by itself' : formatCountOf(everyDays, 'day')) },
  { head: 'Next', cell: (key) => <Next of={key} /> },
];

function Next({ of: { nextAt, trouble } }: { readonly of: OwnKeyView }) {
  if (trouble !== null) {
    return (
      <span title={trouble}>
        <Badge tone="stop">failed, tried again</Badge>
      </span>
    );
  }
  return nextAt === null ? '' : <time dateTime={new Date(nextAt).toISOString()}>{formatDay(nextAt)}</time>;
}

/** Keys that Holdfast itself uses, which change by the clock; none of them needs anything of an application. */
export function OwnKeysPanel() {
  const { may } = useMe();
  const { data } = useSuspenseQuery(ownKeysQuery);
  const rotate: Column<OwnKeyView> = { head: 'Change', cell: (key) => <RotateButton of={key} /> };
  return (
    <Panel title="Changed by the clock" isFlush>
      <DataTable
        caption="Changed by the clock"
        rows={data.items}
        keyOf={({ name, node }) => `${name} ${node ?? ''}`}
        columns={may('key:write') ? [...COLUMNS, rotate] : COLUMNS}
        empty={null}
      />
    </Panel>
  );
}

function RotateButton({ of: { name } }: { readonly of: OwnKeyView }) {
  const change = useChange<OwnKeyView>({
    name: `own-keys.rotate.${name}`,
    says: `There is a new ${name} key; the one before stays good as long as it has to.`,
  });
  return (
    <Button
      look="quiet"
      aria-label={`Change now: ${name}`}
      isBusy={change.isPending}
      onClick={() => change.run({ method: 'POST', path: `/own-keys/${name}/rotate`, body: { now: false } }, `Change ${name}`)}
    >
      Change now
    </Button>
  );
}
