import type { SchemaCoverage, SchemaImported, SchemaShare } from '@holdfast/contract';
import { formatPairs, formatTable, formatTime } from '../terminal/table.ts';

const shareText = ({ live, covered }: SchemaShare['routes']): string =>
  live === 0 ? 'no traffic yet' : `${covered} of ${live} (${Math.floor((covered / live) * 100)} %)`;

const inForceText = ({ kind, version, schemaMode }: SchemaShare): string => {
  if (kind === null) return 'none';
  const tried = schemaMode === 'monitor' ? ', only tried' : '';
  return `${kind === 'document' ? 'OpenAPI document' : 'learned fragment'}, version ${version ?? 0}${tried}`;
};

export function describeShares(shares: readonly SchemaShare[]): string {
  return formatTable(
    shares,
    [
      { title: 'APPLICATION', value: ({ application }) => application },
      { title: 'MODE', value: ({ mode }) => mode },
      { title: 'IN FORCE', value: inForceText },
      { title: 'LIVE ROUTES', value: ({ routes }) => shareText(routes) },
      { title: 'REQUESTS', value: ({ requests }) => shareText(requests) },
    ],
    'no application',
  );
}

export function describeCoverage(coverage: SchemaCoverage): string {
  const head = formatPairs([
    ['application', coverage.application],
    ['in force', inForceText(coverage)],
    ['live routes listed', shareText(coverage.routes)],
    ['their requests', shareText(coverage.requests)],
    ['did not fit in the last day', String(coverage.misfits)],
  ]);
  const uncovered = formatTable(
    coverage.uncovered,
    [
      { title: 'NOT LISTED', value: ({ method, route }) => `${method} ${route}` },
      { title: 'REQUESTS', value: ({ requests }) => String(requests) },
    ],
    'every live route is listed',
  );
  const violations = formatTable(
    coverage.violations,
    [
      { title: 'DID NOT FIT', value: ({ method, route }) => `${method} ${route}` },
      { title: 'PLACE', value: ({ location, pointer }) => `${location} ${pointer}` },
      { title: 'REASON', value: ({ reason }) => reason },
      { title: 'REQUESTS', value: ({ requests }) => String(requests) },
      { title: 'LAST', value: ({ lastSeen }) => formatTime(lastSeen) },
      { title: 'EXPLAIN', value: ({ requestId }) => requestId ?? '-' },
    ],
    'nothing was of another form in the last day',
  );
  return `${head}\n${uncovered}\n${violations}`;
}

export function describeImport({ faults, notes, operations, preview }: SchemaImported): string {
  const line = ({ pointer, detail, line: at }: SchemaImported['faults'][number]): string =>
    `${at === null ? '' : `line ${at}, `}${pointer === '' ? '/' : pointer}: ${detail}\n`;
  if (faults.length > 0) return faults.map(line).join('');
  const unchecked = notes.map((note) => `note ${line(note)}`).join('');
  const head = `${operations} operations, no fault\n${unchecked}`;
  if (preview === null) return head;
  const traffic = `${preview.covered} of ${preview.requests} requests of the last week went to a listed route\n`;
  if (preview.unlisted.length === 0) return `${head}${traffic}`;
  const table = formatTable(preview.unlisted, [
    { title: 'NOT LISTED', value: ({ method, route }) => `${method} ${route}` },
    { title: 'NAME', value: ({ location, name }) => (location === null ? 'the route' : `${location} ${name}`) },
    { title: 'REQUESTS', value: ({ requests }) => String(requests) },
  ]);
  return `${head}${traffic}${table}`;
}
