import type { CardState, RuleException, TuningCard } from '@holdfast/contract';
import { coversRoute } from '../../../platform/http/fold-route.ts';
import { SCAN_PLACES_MIN, weighCard } from './reasons.ts';
import type { RouteTotal } from './vector-store.ts';
import { HOUR_MS, type Vector, type VectorFinding } from './vectors.ts';

const SAMPLES_MAX = 3;

export interface Decision {
  readonly card: string;
  readonly decision: 'attack' | 'snooze';
  readonly until: number | null;
}

export interface CardsContext {
  readonly now: number;
  readonly routes: readonly RouteTotal[];
  /** In force now. */
  readonly exceptions: readonly RuleException[];
  readonly decisions: readonly Decision[];
}

interface Gathered {
  readonly vectors: Vector[];
  finding: VectorFinding;
}

function gather(vectors: readonly Vector[]): Map<string, Gathered> {
  const cards = new Map<string, Gathered>();
  for (const vector of vectors) {
    for (const finding of vector.findings) {
      const held = cards.get(finding.card);
      if (held === undefined) cards.set(finding.card, { vectors: [vector], finding });
      else {
        held.vectors.push(vector);
        if (finding.confidence > held.finding.confidence) held.finding = finding;
      }
    }
  }
  return cards;
}

/** Clients by how many different cards they are on. */
function placesByClient(vectors: readonly Vector[]): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  for (const { client, findings } of vectors) {
    const known = places.get(client) ?? new Set();
    places.set(client, known);
    for (const { card } of findings) known.add(card);
  }
  return places;
}

const sum = (vectors: readonly Vector[], holds: (vector: Vector) => boolean = () => true): number =>
  vectors.reduce((total, vector) => total + (holds(vector) ? vector.count : 0), 0);

function answeredShareOf(vectors: readonly Vector[]): number | null {
  const passed = vectors.filter(({ outcome }) => outcome !== 'blocked');
  const total = sum(passed);
  return total === 0 ? null : sum(passed, ({ statusClass }) => statusClass === 2 || statusClass === 3) / total;
}

function samplesOf(vectors: readonly Vector[], card: string): string[] {
  const samples = new Set<string>();
  for (const { findings } of vectors) {
    const sample = findings.find((finding) => finding.card === card)?.sample;
    if (sample !== undefined && sample !== '' && samples.size < SAMPLES_MAX) samples.add(sample);
  }
  return [...samples];
}

interface Lookup {
  readonly routes: ReadonlyMap<string, RouteTotal>;
  readonly decisions: ReadonlyMap<string, Decision>;
}
const routeKey = ({ method, route }: { readonly method: string; readonly route: string }): string => `${method} ${route}`;

function stateOf(
  place: Pick<TuningCard, 'id' | 'method' | 'route' | 'location' | 'parameter' | 'rule' | 'application'>,
  { now, exceptions, decisions }: Pick<CardsContext, 'now' | 'exceptions'> & Pick<Lookup, 'decisions'>,
): { readonly state: CardState; readonly until: number | null } {
  const exception = exceptions.find(
    (one) =>
      one.application === place.application &&
      one.method === place.method &&
      one.location === place.location &&
      one.parameter === place.parameter &&
      one.rule === place.rule &&
      one.expiresAt > now &&
      coversRoute(one.route, place.route),
  );
  if (exception !== undefined) return { state: 'excepted', until: exception.expiresAt };
  const decision = decisions.get(place.id);
  if (decision?.decision === 'attack') return { state: 'attack', until: null };
  const isSnoozed = decision?.until !== undefined && decision.until !== null && decision.until > now;
  return isSnoozed ? { state: 'snoozed', until: decision.until } : { state: 'open', until: null };
}

type CardContext = Pick<CardsContext, 'now' | 'exceptions'> & Lookup;

function toCard(
  { vectors, finding }: Gathered,
  places: ReadonlyMap<string, Set<string>>,
  context: CardContext,
): TuningCard | null {
  const [first] = vectors;
  if (first === undefined) return null;
  const { application, method, route } = first;
  const { card: id, rule, group, location, parameter, confidence, context: field } = finding;
  const place = { id, application, method, route, location, parameter, rule };
  const requests = sum(vectors);
  const clients = new Set(vectors.map(({ client }) => client));
  const establishedClients = new Set(vectors.filter(({ established }) => established).map(({ client }) => client)).size;
  const isScanner = ({ client }: Vector): boolean => (places.get(client)?.size ?? 0) >= SCAN_PLACES_MIN;
  const firstSeen = Math.min(...vectors.map((vector) => vector.firstSeen));
  const lastSeen = Math.max(...vectors.map((vector) => vector.lastSeen));
  const answeredShare = answeredShareOf(vectors);
  const total = context.routes.get(routeKey(first));
  const weighed = weighCard({
    requests,
    clients: clients.size,
    establishedClients,
    scanShare: sum(vectors, isScanner) / requests,
    answeredShare,
    confidence,
    context: field,
    days: new Set(vectors.map(({ hour }) => Math.floor(hour / (24 * HOUR_MS)))).size,
    spanMs: lastSeen - firstSeen,
    routeRequests: total?.requests ?? requests,
    routeClean: total?.clean ?? 0,
  });
  return {
    ...place,
    group,
    ...stateOf(place, context),
    requests,
    blocked: sum(vectors, ({ outcome }) => outcome === 'blocked'),
    firstSeen,
    lastSeen,
    clients: clients.size,
    establishedClients,
    confidence,
    context: field,
    answeredShare,
    samples: samplesOf(vectors, id),
    requestId: vectors[0]?.requestId ?? null,
    ...weighed,
  };
}

const byNeed = (left: TuningCard, right: TuningCard): number =>
  right.establishedClients - left.establishedClients || right.clients - left.clients || right.requests - left.requests;

/** The cards of one application, those that touch most people first. */
export function makeCards(vectors: readonly Vector[], { now, exceptions, routes, decisions }: CardsContext): TuningCard[] {
  const applications = new Set(vectors.map(({ application }) => application));
  const context: CardContext = {
    now,
    exceptions: exceptions.filter(({ application }) => applications.has(application)),
    routes: new Map(routes.map((route) => [routeKey(route), route])),
    decisions: new Map(decisions.map((decision) => [decision.card, decision])),
  };
  const places = placesByClient(vectors);
  return [...gather(vectors).values()]
    .map((gathered) => toCard(gathered, places, context))
    .filter((card) => card !== null)
    .toSorted(byNeed);
}
