import type {
  Application,
  PictureHealth,
  RescanView,
  ScannerHealth,
  UploadState,
  UploadStatus,
  UploadTotal,
} from '@holdfast/contract';
import { tablesOf } from '../change.ts';
import { countBlocks } from './list-store.ts';
import type { UploadParts } from './upload-parts.ts';
import { countByState } from './upload-store.ts';

interface Facts {
  readonly scanners: readonly ScannerHealth[];
  readonly rescan: RescanView;
  readonly totals: readonly UploadTotal[];
  readonly days: number;
}

/** What is kept, who looks at files, and what became of those that came. */
export async function readStatus(parts: UploadParts, { scanners, rescan, totals, days }: Facts): Promise<UploadStatus> {
  const { db, applications, bytesMax, retentionDays } = parts;
  const known = await applications.list();
  const unscanned = known
    .filter(({ application: { uploads } }) => uploads.scan === 'off' || uploads.action === 'off')
    .map(({ application }) => application.id);
  const kept = await countByState(tablesOf(db));
  return {
    // `countByState` counts no other state.
    kept: kept.map((row) => ({ ...row, state: row.state as UploadState })),
    bytesMax,
    retentionDays,
    blocked: await countBlocks(tablesOf(db)),
    scanners: [...scanners],
    unscanned,
    pictures: await readPictures(
      parts,
      known.map(({ application }) => application),
    ),
    rescan,
    days,
    totals: [...totals],
  };
}

const isAsked = ({ uploads }: Application): boolean =>
  uploads.action !== 'off' && [uploads, ...uploads.routes].some(({ images }) => images === 'reencode');

async function readPictures({ scanner }: UploadParts, known: readonly Application[]): Promise<PictureHealth> {
  const applications = known.filter(isAsked).map(({ id }) => id);
  if (applications.length === 0) return { applications, state: 'idle', version: '', detail: 'no route asks for it' };
  return { applications, ...(await scanner.pictures()) };
}
