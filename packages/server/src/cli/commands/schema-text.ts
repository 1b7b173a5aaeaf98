import type { LearnedRoute, SchemaStatus, SchemaVersion } from '@holdfast/contract';
import { formatPairs, formatTable, formatTime } from '../terminal/table.ts';

/** Lines of a difference that a person still reads. */
const LINES_MAX = 200;

const versionText = ({ version, digest, operations, mode }: SchemaVersion): string =>
  `version ${version} (${mode}), ${operations} operations, ${digest.slice(0, 12)}`;

export function describeStatus(status: SchemaStatus): string {
  const { application, learning, requests, since, routes, parameters, inForce, history } = status;
  const learned =
    requests === 0
      ? 'nothing yet: requests that the application answers and that hold no attack teach it'
      : `${requests} requests since ${formatTime(since)}: ${routes} routes, ${parameters} parameters`;
  const head = formatPairs([
    ['application', application],
    ['learning', learning],
    ['learned', learned],
    ['in force', inForce === null ? `none: holdfast schema propose ${application}` : versionText(inForce)],
  ]);
  if (history.length === 0) return head;
  const table = formatTable(history, [
    { title: 'VERSION', value: ({ version }) => String(version) },
    { title: 'ACCEPTED', value: ({ acceptedAt }) => formatTime(acceptedAt) },
    { title: 'BY', value: ({ acceptedBy }) => acceptedBy },
    { title: 'SOURCE', value: ({ kind }) => kind },
    { title: 'STATE', value: (each) => stateOf(each, inForce) },
    { title: 'REASON', value: ({ reason }) => reason ?? '-' },
  ]);
  return `${head}\n${table}`;
}

function stateOf({ version, withdrawnAt }: SchemaVersion, inForce: SchemaVersion | null): string {
  if (withdrawnAt !== null) return `withdrawn ${formatTime(withdrawnAt)}`;
  return version === inForce?.version ? 'in force' : 'replaced';
}

const COVERED = { yes: 'yes', thin: 'by name', no: 'no' } as const;

export function describeRoutes(routes: readonly LearnedRoute[], empty: string): string {
  return formatTable(
    routes,
    [
      { title: 'METHOD', value: ({ method }) => method },
      { title: 'ROUTE', value: ({ route }) => route },
      { title: 'REQUESTS', value: ({ requests }) => String(requests) },
      { title: 'PARAMETERS', value: ({ parameters }) => String(parameters) },
      { title: 'IN SCHEMA', value: ({ covered }) => COVERED[covered] },
    ],
    empty,
  );
}

/**
 * What changes from one fragment to the next, a line for each place. Compared by pointer, so that a different order of keys is
 * no difference.
 */
export function describeDifference(before: unknown, after: unknown): string {
  const [old, now] = [placesOf(before), placesOf(after)];
  const lines = [
    ...[...old].filter(([pointer, value]) => now.get(pointer) !== value).map(([pointer, value]) => `- ${pointer}: ${value}`),
    ...[...now].filter(([pointer, value]) => old.get(pointer) !== value).map(([pointer, value]) => `+ ${pointer}: ${value}`),
  ].toSorted((left, right) => (left.slice(2) < right.slice(2) ? -1 : 1));
  if (lines.length === 0) return 'no difference to what is in force\n';
  const more = lines.length > LINES_MAX ? `… and ${lines.length - LINES_MAX} more lines\n` : '';
  return `${lines.slice(0, LINES_MAX).join('\n')}\n${more}`;
}

const DEPTH_MAX = 64;

function placesOf(fragment: unknown): Map<string, string> {
  const places = new Map<string, string>();
  // A document from a file may be nested as deep as its writer liked: a list of work instead of recursion.
  const open: { value: unknown; pointer: string; depth: number }[] = [{ value: fragment, pointer: '', depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) places.set(pointer, JSON.stringify(value ?? null));
    else
      for (const [key, inner] of Object.entries(value))
        // How often a route was seen changes with every proposal and means nothing for what is let in.
        if (key !== 'x-holdfast-observed')
          open.push({ value: inner, pointer: `${pointer}/${key.replaceAll('/', '~1')}`, depth: depth + 1 });
  }
  places.delete('');
  return places;
}
