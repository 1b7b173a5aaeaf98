import type { GatewayPatch, PatchTest, Rehearsed } from '@holdfast/contract';
import { tablesOf, type ProtectionParts } from '../change.ts';
import { clientName } from '../tuning/household.ts';
import type { Vault } from '../tuning/vault.ts';
import { readRoutes, readVectors, type RouteTotal } from '../tuning/vector-store.ts';
import type { Vector, VectorFinding } from '../tuning/vectors.ts';
import { readEstablishedClients, readMet } from './hit-store.ts';
import { capOf, verdictOf } from './patch-rules.ts';
import type { Patch } from './patch-store.ts';
import { routesMeet } from './routes-meet.ts';

const DAYS = 7;
const DAY_MS = 86_400_000;

/** Asks the gateways of this node what a rule would do to the honest requests that they hold in memory. */
export type Rehearse = (rule: GatewayPatch) => Promise<Rehearsed>;

export interface PatchTestParts extends Pick<ProtectionParts, 'db' | 'clock'> {
  readonly vault: Vault;
  /** Null = no gateway runs here. */
  readonly rehearse: Rehearse | null;
  /** Writes what is still held in memory. */
  readonly flush: () => Promise<void>;
}

const isForMethod = (wanted: string, method: string): boolean =>
  wanted === '*' || wanted === method || (wanted === 'GET' && method === 'HEAD');

const isPlaced = (rule: GatewayPatch, { method, route }: Pick<RouteTotal, 'method' | 'route'>): boolean =>
  isForMethod(rule.method, method) && routesMeet(rule.route, route);

/** Names as they were sent may be spelled in more ways than one: the shortest common word is compared. */
function isAt({ location, parameter }: GatewayPatch, finding: VectorFinding): boolean {
  if (location === null) return finding.location !== 'header' && finding.location !== 'cookie';
  if (finding.location !== location) return false;
  const bare = (name: string): string =>
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/gu, ' ')
      .trim();
  return parameter === null || bare(parameter) === bare(finding.parameter);
}

interface Stored {
  readonly figures: Omit<PatchTest['stored'], 'established'>;
  readonly clients: readonly string[];
}

/** What is kept of the last days: which routes were asked for, and what was found where. Never a value. */
function judgeStored(rule: GatewayPatch, routes: readonly RouteTotal[], vectors: readonly Vector[]): Stored {
  const { match } = rule;
  const requests = routes.filter((route) => isPlaced(rule, route)).reduce((sum, { clean }) => sum + clean, 0);
  const figures = { days: DAYS, requests, judged: 0, touched: 0, clients: 0 };
  if (match.kind === 'deny') return { figures: { ...figures, judged: requests, touched: requests }, clients: [] };
  if (match.kind !== 'attack') return { figures, clients: [] };
  const met = vectors.filter(
    (vector) =>
      vector.outcome !== 'blocked' &&
      isPlaced(rule, vector) &&
      vector.findings.some(
        (finding) =>
          isAt(rule, finding) && match.groups.some((group) => group === finding.group) && finding.confidence >= match.confidence,
      ),
  );
  const clients = [...new Set(met.filter(({ established }) => established).map(({ client }) => client))];
  const touched = met.reduce((sum, { count }) => sum + count, 0);
  return {
    figures: { ...figures, judged: touched, touched, clients: new Set(met.map(({ client }) => client)).size },
    clients,
  };
}

/** Says what the test cannot: an operator who reads a figure has to know what it leaves out. */
function unknownOf(rule: GatewayPatch, { recent, stored }: Pick<PatchTest, 'recent' | 'stored'>, isAsked: boolean): string[] {
  const unknown: string[] = [];
  if (!isAsked) unknown.push('No gateway runs here, so no recent request was judged again.');
  else if (recent.requests === 0)
    unknown.push(
      'The gateways of this node hold no honest request to this place. They keep some of the last hour in memory only.',
    );
  if (recent.unjudged > 0)
    unknown.push(
      `${recent.unjudged} recent requests could not be judged: cookies, headers, secrets and long values are never kept.`,
    );
  if (rule.match.kind === 'attack' && stored.requests > 0)
    unknown.push('Evidence weaker than what the engine itself blocks is not stored, so the past shows only what was strong.');
  if ((rule.match.kind === 'constraint' || rule.match.kind === 'absent') && stored.requests > 0)
    unknown.push(`Values are not stored: ${stored.requests} honest requests of the last ${DAYS} days cannot be judged again.`);
  if (rule.match.kind === 'deny' && stored.requests > 0)
    unknown.push('Routes are counted without their clients: who would be touched is known of recent requests only.');
  return unknown;
}

const NOTHING: Rehearsed = { requests: 0, unjudged: 0, touched: 0, addresses: [] };

/** What a patch would have done: what it met itself, what gateways still hold, and what was stored. */
export async function testPatch(parts: PatchTestParts, patch: Patch, rule: GatewayPatch): Promise<PatchTest> {
  const { db, clock, vault, rehearse } = parts;
  await parts.flush();
  const tables = tablesOf(db);
  const since = clock.now() - DAYS * DAY_MS;
  const established = await readEstablishedClients(tables, patch.application);
  const met = await readMet(tables, patch.id);
  const from = { db: tables, vault };
  const vectors = rule.match.kind === 'attack' ? await readVectors(from, patch.application, since) : [];
  const stored = judgeStored(rule, await readRoutes(from, patch.application, since), vectors);
  const rehearsed = rehearse === null ? NOTHING : await rehearse(rule);
  const again = [...new Set(rehearsed.addresses.map((address) => clientName(vault, address)))];
  const known = (clients: readonly string[]): string[] => clients.filter((client) => established.has(client));
  const touched = new Set([...known(met.clients), ...known(again), ...stored.clients]);
  const { requests, unjudged } = rehearsed;
  const figures = {
    testedAt: clock.now(),
    live: {
      since: patch.definedAt,
      honest: met.honest,
      attacks: met.attacks,
      clients: met.clients.length,
      established: known(met.clients).length,
    },
    recent: { requests, unjudged, touched: rehearsed.touched, clients: again.length, established: known(again).length },
    stored: { ...stored.figures, established: stored.clients.length },
    established: established.size,
    cap: capOf(established.size),
    touchedEstablished: touched.size,
  };
  const unknown = unknownOf(rule, figures, rehearse !== null);
  return { ...figures, unknown, verdict: verdictOf({ ...figures, unknown }) };
}
