import type { ScannerHealth, UploadStatus, UploadTotal } from '@holdfast/contract';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Badge } from '../../ui/Badge.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { uploadStatusQuery } from './calls.ts';
import { OUTCOME_WORDS, sayBytes } from './words.ts';

const SCANNERS: readonly Column<ScannerHealth>[] = [
  { head: 'Scanner', cell: ({ scanner }) => (scanner === 'yara' ? 'YARA rules' : 'ClamAV') },
  {
    head: 'State',
    cell: ({ state }) => <Badge tone={state === 'up' ? 'ok' : 'stop'}>{state === 'up' ? 'answers' : 'down'}</Badge>,
  },
  { head: 'What', cell: ({ detail }) => detail },
  { head: 'Rules', cell: ({ version }) => <code className="[overflow-wrap:anywhere]">{version || 'none'}</code> },
];
const TOTALS: readonly Column<UploadTotal>[] = [
  { head: 'Application', cell: ({ application }) => application },
  { head: 'Outcome', cell: ({ outcome }) => OUTCOME_WORDS[outcome] },
  { head: 'Files', cell: ({ files }) => files },
  { head: 'Size', cell: ({ bytes }) => sayBytes(bytes) },
];

/** Said where somebody looks for files: without scanners nothing comes in at all. */
export function ScannerNote({ status: { scanners, unscanned, pictures, rescan } }: { readonly status: UploadStatus }) {
  const down = scanners.filter(({ state }) => state === 'down');
  if (down.length > 0)
    return (
      <Callout tone="stop" title="A scanner does not answer">
        Files are held and not passed on until it does: {down.map(({ detail }) => detail).join('; ')}.
      </Callout>
    );
  if (pictures.state === 'down')
    return (
      <Callout tone="stop" title="Pictures cannot be written anew">
        Those sent to {pictures.applications.join(', ')} are held: {pictures.detail}.
      </Callout>
    );
  if (unscanned.length > 0)
    return (
      <Callout tone="watch" title="Not everything is scanned">
        Nobody scans what is sent to {unscanned.join(', ')}.
      </Callout>
    );
  if (rescan.behind === 0) return null;
  return <Callout>{rescan.behind} kept files wait to be scanned again.</Callout>;
}

/** Who looks at files, and what became of those that came. */
export function ScannersPanel() {
  const { data: status } = useSuspenseQuery(uploadStatusQuery);
  return (
    <div className="grid gap-5">
      <Panel title="Scanners" isFlush>
        <DataTable
          caption="Scanners"
          rows={status.scanners}
          keyOf={({ scanner }) => scanner}
          columns={SCANNERS}
          empty={<EmptyState title="No scanner" text="Every upload is held." />}
        />
      </Panel>
      <Panel title={`Files of the last ${status.days} days`} isFlush>
        <DataTable
          caption="Files by application and outcome"
          rows={status.totals}
          keyOf={({ application, outcome }) => `${application} ${outcome}`}
          columns={TOTALS}
          empty={<EmptyState title="No file came" text="Forms with files, raw files and files within JSON are counted here." />}
        />
      </Panel>
    </div>
  );
}
