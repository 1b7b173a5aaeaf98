import type { Application, RuleException, Snapshot } from '@holdfast/contract';
import { compileAccess } from '../access/compile-access.ts';
import { compileIsolations } from '../isolation/compile-isolations.ts';
import type { CompiledSnapshot } from './compiled-snapshot.ts';
import type { PrefixSet } from '../limits/prefix-set.ts';
import { compilePatches } from '../patches/compile-patches.ts';
import { compileSchemas } from '../schema/compile-schemas.ts';
import { buildPrefixSet } from '../limits/prefix-trie.ts';
import type { PrefixEntry } from '../limits/prefix-trie.ts';

const NO_EXCEPTIONS: readonly RuleException[] = [];
const NO_PATCHES: ReturnType<CompiledSnapshot['patchesFor']> = [];
/** A deeper path than this has no exceptions; the schema keeps routes far below it. */
const ROUTE_SEGMENTS_MAX = 256;
const ANY_SEGMENT = '{}';

interface RouteNode {
  readonly children: Map<string, RouteNode>;
  readonly exceptions: RuleException[];
}
const routeNode = (): RouteNode => ({ children: new Map(), exceptions: [] });

const routeKey = (application: string, method: string): string => `${application} ${method}`;

function indexExceptions(exceptions: readonly RuleException[]): Map<string, RouteNode> {
  const roots = new Map<string, RouteNode>();
  for (const exception of exceptions) {
    const key = routeKey(exception.application, exception.method);
    let node = roots.get(key) ?? routeNode();
    roots.set(key, node);
    for (const segment of exception.route.split('/')) {
      const child = node.children.get(segment) ?? routeNode();
      node.children.set(segment, child);
      node = child;
    }
    node.exceptions.push(exception);
  }
  return roots;
}

function matchRoute(root: RouteNode | undefined, path: string): readonly RuleException[] {
  if (root === undefined) return NO_EXCEPTIONS;
  const segments = path.split('/', ROUTE_SEGMENTS_MAX + 1);
  if (segments.length > ROUTE_SEGMENTS_MAX) return NO_EXCEPTIONS;
  let nodes: RouteNode[] = [root];
  for (const segment of segments) {
    const next: RouteNode[] = [];
    for (const { children } of nodes) {
      const exact = children.get(segment);
      const any = segment === '' || segment === ANY_SEGMENT ? undefined : children.get(ANY_SEGMENT);
      if (exact !== undefined) next.push(exact);
      if (any !== undefined) next.push(any);
    }
    if (next.length === 0) return NO_EXCEPTIONS;
    nodes = next;
  }
  return nodes.length === 1 ? nodes[0]!.exceptions : nodes.flatMap((node) => node.exceptions);
}

interface HostTable {
  readonly exact: Map<string, Application>;
  /** `*.example.test` under `example.test`: a wildcard covers exactly one label, as in certificates (RFC 6125 §6.4.3). */
  readonly wildcard: Map<string, Application>;
  readonly any: Application | null;
}

function indexHosts(applications: readonly Application[]): HostTable {
  const exact = new Map<string, Application>();
  const wildcard = new Map<string, Application>();
  let any: Application | null = null;
  for (const application of applications) {
    if (application.hosts.length === 0) any ??= application;
    for (const host of application.hosts) {
      if (host === '*') any ??= application;
      else if (host.startsWith('*.')) wildcard.set(host.slice(2), wildcard.get(host.slice(2)) ?? application);
      else exact.set(host, exact.get(host) ?? application);
    }
  }
  return { exact, wildcard, any };
}

function findHost(table: HostTable, host: string): Application | null {
  const held = table.exact.get(host);
  if (held !== undefined) return held;
  const dot = host.indexOf('.');
  return (dot > 0 ? table.wildcard.get(host.slice(dot + 1)) : undefined) ?? table.any;
}

export interface CompileOptions {
  /** Entries that cannot be read; they are left out. */
  readonly onRefused?: (prefixes: readonly string[]) => void;
  /** An application whose schema cannot be read; it is left out and its requests are judged without one. */
  readonly onSchemaRefused?: (application: string) => void;
  /** Virtual patches that cannot be read; they are left out. */
  readonly onPatchesRefused?: (patches: readonly string[]) => void;
  /** What is in force: a list that it has as well is not compiled again. */
  readonly previous?: CompiledSnapshot | null;
}

/** Turns the lists of a snapshot into lookups. */
export function compileSnapshot(
  source: Snapshot,
  { onRefused, onSchemaRefused, onPatchesRefused, previous = null }: CompileOptions = {},
): CompiledSnapshot {
  const hosts = indexHosts(source.applications);
  const routes = indexExceptions(source.exceptions);
  const schemas = compileSchemas(source, { previous, onRefused: onSchemaRefused });
  const patches = compilePatches(source.patches, { previous: previous?.patches ?? null, onRefused: onPatchesRefused });
  const access = compileAccess(source.policies, previous);
  return {
    source,
    accessFor: (application) => access.get(application) ?? null,
    isolations: compileIsolations(source.isolations, previous?.isolations ?? null),
    patches,
    patchesFor: (application, method, path) => patches.tables.get(application)?.find(method, path) ?? NO_PATCHES,
    schemaFor: (application) => schemas.get(application) ?? null,
    applicationForHost: (host) => findHost(hosts, host),
    askingProxies: buildAskingProxies(source.applications, onRefused),
    allows:
      heldAllows(source, previous) ??
      build(
        source.allows.map((prefix) => ({ prefix, value: FOREVER })),
        onRefused,
      ),
    bans:
      heldBans(source, previous) ??
      build(
        source.bans.map(({ prefix, expiresAt }) => ({ prefix, value: expiresAt ?? FOREVER })),
        onRefused,
      ),
    exceptionsFor: (application, method, path) =>
      routes.size === 0 ? NO_EXCEPTIONS : matchRoute(routes.get(routeKey(application, method)), path),
  };
}

const FOREVER = Number.POSITIVE_INFINITY;

function build(entries: readonly PrefixEntry[], onRefused: CompileOptions['onRefused']): PrefixSet {
  const { set, refused } = buildPrefixSet(entries);
  if (refused.length > 0) onRefused?.(refused);
  return set;
}

function buildAskingProxies(
  applications: readonly Application[],
  onRefused: CompileOptions['onRefused'],
): ReadonlyMap<string, PrefixSet> {
  const asking = applications.filter(({ login }) => login.forwardAuth.proxies.length > 0);
  return new Map(
    asking.map(({ id, login }) => {
      const entries = login.forwardAuth.proxies.map((prefix) => ({ prefix, value: FOREVER }));
      return [id, build(entries, onRefused)];
    }),
  );
}

// Most snapshots change a rule or an application. Comparing two lists is a fraction of the work of reading one.
function heldAllows({ allows }: Snapshot, previous: CompiledSnapshot | null): PrefixSet | null {
  const before = previous?.source.allows;
  const isSame = before?.length === allows.length && allows.every((prefix, index) => prefix === before[index]);
  return previous !== null && isSame ? previous.allows : null;
}

function heldBans({ bans }: Snapshot, previous: CompiledSnapshot | null): PrefixSet | null {
  const before = previous?.source.bans;
  const isSame =
    before?.length === bans.length &&
    bans.every(({ prefix, expiresAt }, index) => prefix === before[index]?.prefix && expiresAt === before[index].expiresAt);
  return previous !== null && isSame ? previous.bans : null;
}
