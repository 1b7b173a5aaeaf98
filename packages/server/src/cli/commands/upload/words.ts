import type { UploadDetail, UploadStatus, UploadTotal, UploadView } from '@holdfast/contract';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';

export type { UploadView } from '@holdfast/contract';

const CAUSES: Readonly<Record<UploadView['cause'], string>> = {
  infected: 'a scanner named it malware, or its hash is listed',
  unscanned: 'no scanner could look at it',
  policy: 'the settings of the application hold such files',
};

const KILOBYTE = 1024;
const MEGABYTE = 1_048_576;
const bytesText = (bytes: number): string =>
  bytes < KILOBYTE
    ? `${bytes} bytes`
    : bytes < MEGABYTE
      ? `${Math.round(bytes / KILOBYTE)} KiB`
      : `${Math.round(bytes / MEGABYTE)} MiB`;

/** The first thing that speaks against it. */
function against({ scans, findings, cause }: UploadView): string {
  const named = scans.find(({ verdict }) => verdict === 'infected');
  return named?.detail ?? findings[0]?.code ?? cause;
}

export const uploadColumns = [
  { title: 'ID', value: (row: UploadView) => row.id },
  { title: 'STATE', value: (row: UploadView) => row.state },
  { title: 'APP', value: (row: UploadView) => row.application },
  { title: 'NAME', value: (row: UploadView) => row.name ?? '-' },
  { title: 'TYPE', value: (row: UploadView) => row.foundType ?? '?' },
  { title: 'SIZE', value: (row: UploadView) => bytesText(row.bytes) },
  { title: 'FOUND', value: against },
  { title: 'TIMES', value: (row: UploadView) => String(row.times) },
  { title: 'SINCE', value: (row: UploadView) => formatTime(row.createdAt) },
];

export function detailText(view: UploadDetail): string {
  const pairs = formatPairs([
    ['id', view.id],
    ['state', view.state],
    ['kept because', CAUSES[view.cause]],
    ['name', view.name ?? '- (forgotten)'],
    ['sha-256', view.hash],
    ['size', `${view.bytes} bytes`],
    ['type', `${view.foundType ?? 'unknown'}, declared ${view.declaredType ?? 'nothing'}`],
    ['application', view.application],
    ['request', `${view.method ?? '-'} ${view.path ?? '-'} (${view.requestId}: holdfast explain ${view.requestId})`],
    ['from', view.person === null ? (view.address ?? '-') : `${view.address ?? '-'}, person ${view.person}`],
    ['kept', `${formatTime(view.createdAt)} at ${view.node}, ${view.times} times by ${formatTime(view.lastSeenAt)}`],
    ['scanned', formatTime(view.judgedAt)],
    [
      'decided',
      view.decidedAt === null ? '-' : `${formatTime(view.decidedAt)} by ${view.decidedBy ?? '-'}: ${view.reason ?? '-'}`,
    ],
  ]);
  const scans = formatTable(
    view.scans,
    [
      { title: 'SCANNER', value: (row) => row.scanner },
      { title: 'VERDICT', value: (row) => row.verdict },
      { title: 'DETAIL', value: (row) => row.detail || '-' },
      { title: 'RULES', value: (row) => row.version },
    ],
    'no scanner has looked at it',
  );
  const findings = formatTable(
    view.findings,
    [
      { title: 'FINDING', value: (row) => row.code },
      { title: 'PLACE', value: (row) => row.place },
      { title: 'DETAIL', value: (row) => row.detail },
    ],
    'nothing else was found in it',
  );
  return `${pairs}\n${scans}\n${findings}`;
}

const picturesText = ({ pictures: { state, version, detail, applications } }: UploadStatus): string =>
  state === 'idle'
    ? detail
    : `written anew for ${applications.join(' ')}: ${state}${version === '' ? '' : `, sharp ${version}`}, ${detail}`;

export function statusText(view: UploadStatus): string {
  const used = view.kept.reduce((sum, { bytes }) => sum + bytes, 0);
  const pairs = formatPairs([
    ['kept', view.kept.map(({ state, files }) => `${files} ${state}`).join(', ') || 'nothing'],
    ['room', `${bytesText(used)} of ${bytesText(view.bytesMax)}, ${view.retentionDays} days`],
    ['bad hashes', String(view.blocked)],
    [
      'rescan',
      `${view.rescan.state}, ${view.rescan.behind} wait${view.rescan.trouble === null ? '' : `: ${view.rescan.trouble}`}`,
    ],
    ['not scanned', view.unscanned.join(' ') || '-'],
    ['pictures', picturesText(view)],
  ]);
  const scanners = formatTable(view.scanners, [
    { title: 'SCANNER', value: (row) => row.scanner },
    { title: 'STATE', value: (row) => row.state },
    { title: 'RULES', value: (row) => row.version || '-' },
    { title: 'DETAIL', value: (row) => row.detail },
  ]);
  const totals = formatTable(
    view.totals,
    [
      { title: 'APP', value: (row: UploadTotal) => row.application },
      { title: 'OUTCOME', value: (row: UploadTotal) => row.outcome },
      { title: 'FILES', value: (row: UploadTotal) => String(row.files) },
      { title: 'SIZE', value: (row: UploadTotal) => bytesText(row.bytes) },
    ],
    `no file came in ${view.days} days`,
  );
  return `${pairs}\n${scanners}\n${totals}`;
}
