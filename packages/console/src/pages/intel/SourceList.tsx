import type { IntelSourceView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMe } from '../../api/queries.ts';
import { useChange } from '../../api/use-change.ts';
import { formatCount } from '../../state/format.ts';
import { paths } from '../../state/paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { KeyValues } from '../../ui/KeyValues.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { RowButton } from '../../ui/list/RowButton.tsx';
import { SwitchButton } from '../../ui/list/SwitchButton.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Time.tsx';
import { intelStatusQuery, sourcePath, sourcesQuery } from './calls.ts';
import { ACTION_TONES, ACTION_WORDS, FORMAT_WORDS, KIND_WORDS } from './words.ts';

const COLUMNS: readonly Column<IntelSourceView>[] = [
  { head: 'Source', cell: ({ name }) => name },
  { head: 'Kind', cell: ({ format }) => FORMAT_WORDS[format] },
  { head: 'Entries', cell: ({ entries }) => formatCount(entries), isNumber: true },
  {
    head: 'Not taken',
    cell: ({ refused, refusedWhy }) => (
      <span title={refusedWhy.map(({ why, entries, example }) => `${entries} ${why}, e.g. ${example}`).join('; ')}>
        {formatCount(refused)}
      </span>
    ),
    isNumber: true,
  },
  { head: 'A match', cell: ({ action }) => <Badge tone={ACTION_TONES[action]}>{ACTION_WORDS[action]}</Badge> },
  { head: 'Read', cell: ({ refreshedAt }) => (refreshedAt === null ? 'never' : <Time at={refreshedAt} isRelative />) },
  {
    head: 'State',
    cell: ({ enabled, isStale, trouble }) => (
      <>
        <Badge tone={!enabled ? 'plain' : trouble === null ? (isStale ? 'watch' : 'ok') : 'stop'}>
          {!enabled ? 'Off' : trouble === null ? (isStale ? 'Stale' : 'Fresh') : 'Failing'}
        </Badge>
        {trouble !== null && <p className="text-soft">{trouble}</p>}
      </>
    ),
  },
];

export function SourceList() {
  const { may } = useMe();
  const { data } = useSuspenseQuery(sourcesQuery);
  const { data: status } = useSuspenseQuery(intelStatusQuery);
  const changing: Column<IntelSourceView> = { head: 'Change', cell: (source) => <SourceActions source={source} /> };
  return (
    <div className="grid gap-5">
      <Panel title="In force">
        <KeyValues
          items={[
            ...status.entries.map(({ kind, entries }) => [KIND_WORDS[kind], formatCount(entries)] as const),
            [
              'Matches of the last day',
              `${formatCount(status.hits.day)}, of which ${formatCount(status.hits.refused)} were refused`,
            ],
            ['Since', status.compiledAt === null ? 'nothing is loaded' : <Time key="since" at={status.compiledAt} />],
          ]}
        />
      </Panel>
      <Panel isFlush>
        <DataTable
          caption="Sources"
          rows={data.items}
          keyOf={({ id }) => id}
          hrefOf={({ id }) => paths.intel({ tab: 'indicators', source: id })}
          columns={may('intel:write') ? [...COLUMNS, changing] : COLUMNS}
          empty={
            <EmptyState
              title="No source is read"
              text="Public lists, MISP, STIX and TAXII are read on schedule. Nothing is fetched until somebody says so."
              command="holdfast intel add --help"
            />
          }
        />
      </Panel>
    </div>
  );
}

function SourceActions({ source }: { readonly source: IntelSourceView }) {
  const { id, enabled, name } = source;
  const refresh = useChange<IntelSourceView>({
    name: `intel.refresh.${id}`,
    says: ({ entries, trouble }) => trouble ?? `${name} has ${entries} entries.`,
  });
  const turn = useChange<IntelSourceView>({
    name: `intel.switch.${id}`,
    says: (now) => (now.enabled ? `${name} is on.` : `${name} is off: none of its entries is in force.`),
    undo: () => ({ method: 'PATCH', path: sourcePath(id), body: { enabled } }),
  });
  return (
    <span className="flex flex-wrap gap-1">
      <RowButton
        aria-label={`Read now: ${name}`}
        isBusy={refresh.isPending}
        onClick={() => refresh.run({ method: 'POST', path: sourcePath(id, '/refresh') }, `Read ${name}`)}
      >
        Read now
      </RowButton>
      <SwitchButton
        name={name}
        isOn={enabled}
        isBusy={turn.isPending}
        onSwitch={(next, label) => turn.run({ method: 'PATCH', path: sourcePath(id), body: { enabled: next } }, label)}
      />
    </span>
  );
}
