import type { ApplicationView, UploadRoute, UploadSettings } from '@holdfast/contract';
import { Badge } from '../../ui/Badge.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/list/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';

type Row = Omit<UploadRoute, 'encrypted' | 'activeContent'> & { readonly place: string };

const MEBIBYTE = 1_048_576;
const IMAGES: Readonly<Record<UploadSettings['images'], string>> = {
  keep: 'as they came',
  strip: 'without metadata',
  reencode: 'written anew',
};

const sayBytes = (bytes: number): string => `${Number((bytes / MEBIBYTE).toFixed(1))} MiB`;

/** What is not said of a route holds as for the application. */
function columnsFor(uploads: UploadSettings): readonly Column<Row>[] {
  return [
    { head: 'Route', cell: ({ place }) => <code>{place}</code> },
    {
      head: 'Files',
      cell: ({ files }) => <Badge tone={files === 'take' ? 'ok' : 'plain'}>{files === 'take' ? 'taken' : 'refused'}</Badge>,
    },
    { head: 'Types', cell: ({ types }) => (types ?? uploads.types).join(', ') },
    { head: 'One file', cell: ({ fileBytesMax }) => sayBytes(fileBytesMax ?? uploads.fileBytesMax), isNumber: true },
    { head: 'At once', cell: ({ filesMax }) => filesMax ?? uploads.filesMax, isNumber: true },
    { head: 'Pictures', cell: ({ images }) => IMAGES[images ?? uploads.images] },
    {
      head: 'Counts',
      cell: ({ action }) => ((action ?? uploads.action) === 'follow' ? 'as the mode' : (action ?? uploads.action)),
    },
  ];
}

function rowsOf({ routes, elsewhere: files }: UploadSettings): readonly Row[] {
  const rest = { path: '', method: null, action: null, types: null, fileBytesMax: null, filesMax: null, images: null };
  const named = routes.map((route) => ({ ...route, place: `${route.method === null ? '' : `${route.method} `}${route.path}` }));
  return [...named, { ...rest, files, place: 'elsewhere' }];
}

/** Which routes take files, and of what kind. */
export function UploadRoutes({ view: { application } }: { readonly view: ApplicationView }) {
  const { id, uploads } = application;
  return (
    <Panel title="Files" action={<CopyAsCli words={['app', 'uploads', 'list', id]} />} isFlush>
      <DataTable
        caption="What is taken on which route"
        rows={rowsOf(uploads)}
        keyOf={({ place }) => place}
        columns={columnsFor(uploads)}
        empty={<EmptyState title="Nothing is set" text="What holds for the application holds everywhere." />}
      />
    </Panel>
  );
}
