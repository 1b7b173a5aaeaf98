import type { SecretDetail, SecretGrantView, SecretReader, SecretWhoCan } from '@holdfast/contract';
import { useQuery } from '@tanstack/react-query';
import { useIsFinishing } from '../../../api/pending-change.ts';
import { useMe } from '../../../api/queries.ts';
import { useChange } from '../../../api/use-change.ts';
import { sayProblem } from '../../../api/words.ts';
import { useSearchState } from '../../../state/search.ts';
import { Button } from '../../../ui/Button.tsx';
import { Callout } from '../../../ui/Callout.tsx';
import { CopyAsCli } from '../../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../../ui/DataTable.tsx';
import { Panel } from '../../../ui/Panel.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { FilterBar, FilterSelect } from '../../../ui/fields/FilterBar.tsx';
import { wordOf } from '../calls.ts';
import { GrantDialog } from './GrantDialog.tsx';
import { GrantList } from './GrantList.tsx';
import { whoCanQuery, type Ask } from './calls.ts';

const ASKS = [
  { value: 'secret:write', label: 'write it' },
  { value: 'secret:rotate', label: 'rotate it' },
  { value: 'secret:read', label: 'know of it' },
];
const isAsk = (word: string | undefined): word is Ask => ASKS.some(({ value }) => value === word);

interface Row extends SecretReader {
  readonly kind: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'Who', cell: ({ name }) => name },
  { head: 'Is a', cell: ({ kind }) => kind },
  { head: 'For', cell: ({ purposes }) => (purposes === null ? 'anything' : purposes.join(', ')) },
  { head: 'Because of', cell: ({ policies }) => policies.join(', ') },
];

/** What the policies in force say, without trying. */
export function AccessPanel({ secret }: { readonly secret: SecretDetail }) {
  const { may } = useMe();
  const { search, set } = useSearchState();
  const isGranting = !useIsFinishing() && search['grant'] !== undefined && may('policy:write');
  const give = useChange<SecretGrantView>({
    name: 'secret.grant',
    onDone: () => set({ grant: null }),
    says: (grant) => `${grant.to.name} may read ${secret.name} now.`,
    showsFaults: true,
  });
  const ask = isAsk(search['can']) ? search['can'] : 'secret:reveal';
  const { data, error } = useQuery(whoCanQuery(secret, ask));
  return (
    <Panel
      title="Who may"
      isFlush
      action={
        <span className="flex flex-wrap items-center gap-2">
          {may('policy:write') && <Button onClick={() => set({ grant: '1' })}>Let somebody read it</Button>}
          <CopyAsCli words={['secret', 'who-can', wordOf(secret)]} />
        </span>
      }
    >
      <FilterBar keys={['can']}>
        <FilterSelect name="can" label="Do what" choices={ASKS} all="read its value" />
      </FilterBar>
      {error !== null && (
        <div className="px-4 pb-4">
          <Callout tone="stop">{sayProblem(error).text}</Callout>
        </div>
      )}
      {error === null && data === undefined && (
        <div className="px-4 pb-4">
          <Skeleton rows={3} />
        </div>
      )}
      {data !== undefined && <Readers found={data} />}
      <GrantList secret={secret} />
      {isGranting && <GrantDialog secret={secret} change={give} onClose={() => set({ grant: null })} />}
    </Panel>
  );
}

function Readers({ found: { people, groups, accounts, isCut } }: { readonly found: SecretWhoCan }) {
  const rows: readonly Row[] = [
    ...people.map((each) => ({ ...each, kind: 'person' })),
    ...groups.map((each) => ({ ...each, kind: 'group' })),
    ...accounts.map((each) => ({ ...each, kind: 'program' })),
  ];
  return (
    <>
      <DataTable
        caption="Who may"
        rows={rows}
        keyOf={({ kind, id }) => `${kind} ${id}`}
        columns={COLUMNS}
        empty={<p className="px-4 pb-4 text-soft">Nobody may. The operator of the host always can, and it is recorded.</p>}
      />
      {isCut && <p className="px-4 pb-3 text-soft">There are more than were asked about.</p>}
    </>
  );
}
