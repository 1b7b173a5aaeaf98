import type { UploadView } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { paths } from '../../state/paths.ts';
import { useSearchState } from '../../state/search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { FilterBar, FilterSelect } from '../../ui/fields/FilterBar.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Pager } from '../../ui/list/Pager.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Time } from '../../ui/Time.tsx';
import type { PageModule } from '../page.ts';
import { BlockDialog, BlockList } from './BlockList.tsx';
import { blocksQuery, uploadsQuery, uploadStatusQuery } from './calls.ts';
import { ScannerNote, ScannersPanel } from './ScannersPanel.tsx';
import { UploadDrawer } from './UploadDrawer.tsx';
import { useBlock, useUploadChanges } from './use-upload-changes.ts';
import { sayAgainst, sayBytes, STATE_TONES, STATE_WORDS } from './words.ts';

const STATES = Object.entries(STATE_WORDS).map(([value, label]) => ({ value, label }));

const COLUMNS: readonly Column<UploadView>[] = [
  { head: 'File', cell: ({ name }) => <span className="[overflow-wrap:anywhere]">{name ?? 'name forgotten'}</span> },
  { head: 'State', cell: ({ state }) => <Badge tone={STATE_TONES[state]}>{STATE_WORDS[state]}</Badge> },
  { head: 'Why', cell: sayAgainst },
  { head: 'Application', cell: ({ application }) => application },
  { head: 'Size', cell: ({ bytes }) => sayBytes(bytes) },
  { head: 'Since', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

function UploadsPage() {
  const { search, set } = useSearchState();
  const { may } = useMe();
  const [isBlocking, ask] = useState(false);
  const block = useBlock(() => ask(false));
  const changes = useUploadChanges(() => set({ show: null }));
  const tab = search['tab'] ?? 'quarantine';
  const { show } = search;
  return (
    <>
      <PageHead
        title="Uploads and quarantine"
        lead="Files that were not passed on lie here encrypted, until somebody releases or deletes them."
        actions={
          may('upload:write') &&
          tab === 'lists' && (
            <Button look="main" onClick={() => ask(true)}>
              Block a hash
            </Button>
          )
        }
      />
      <Segments
        label="Uploads"
        value={tab}
        onChange={(next) => set({ tab: next === 'quarantine' ? null : next, q: null, state: null, cursor: null })}
        segments={[
          { name: 'quarantine', title: 'Quarantine', content: tab === 'quarantine' && <Quarantine /> },
          { name: 'totals', title: 'Scanners and totals', content: tab === 'totals' && <ScannersPanel /> },
          { name: 'lists', title: 'Bad hashes', content: tab === 'lists' && <BlockList /> },
        ]}
      />
      {isBlocking && <BlockDialog change={block} onClose={() => ask(false)} />}
      {show !== undefined && <UploadDrawer key={show} id={show} changes={changes} onClose={() => set({ show: null })} />}
    </>
  );
}

function Quarantine() {
  const { search } = useSearchState();
  const { data } = useSuspenseQuery(uploadsQuery(search));
  const { data: status } = useSuspenseQuery(uploadStatusQuery);
  const scanners = status.scanners.map(({ scanner, detail }) => `${scanner === 'yara' ? 'YARA rules' : 'ClamAV'} (${detail})`);
  const empty =
    search['state'] === undefined ? (
      <EmptyState
        title="No file was kept"
        text={`Files in forms, raw files and files within JSON are judged by their content and scanned by ${scanners.join(' and ')}. What must not pass is kept here.`}
      />
    ) : (
      <EmptyState title="No file in this state" text="Look at all of them without the filter." />
    );
  return (
    <div className="grid gap-5">
      <ScannerNote status={status} />
      <Panel isFlush>
        <FilterBar keys={['state']}>
          <FilterSelect name="state" label="State" choices={STATES} />
        </FilterBar>
        <DataTable
          caption="Kept files"
          rows={data.items}
          keyOf={({ id }) => id}
          hrefOf={({ id }) => paths.uploads({ ...search, show: id })}
          columns={COLUMNS}
          empty={empty}
        />
        <Pager next={data.next} count={data.items.length} />
      </Panel>
    </div>
  );
}

export const page: PageModule = {
  Component: UploadsPage,
  prefetch: async ({ queries, search }) => {
    if (search['tab'] === 'lists') return queries.ensureQueryData(blocksQuery(search));
    if (search['tab'] === 'totals') return queries.ensureQueryData(uploadStatusQuery);
    return Promise.all([queries.ensureQueryData(uploadsQuery(search)), queries.ensureQueryData(uploadStatusQuery)]);
  },
};
