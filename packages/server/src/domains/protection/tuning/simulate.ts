import type { Application, RuleAction, Simulation, SimulationInput } from '@holdfast/contract';
import type { RouteTotal } from './vector-store.ts';
import type { Vector, VectorFinding } from './vectors.ts';

const ROUTES_MAX = 200;

/** What would be in force. */
export type Candidate = Pick<Application, 'mode' | 'rules'>;

/** The settings as they are, with what the simulation changes. */
export function candidateOf(application: Candidate, input: Pick<SimulationInput, 'mode' | 'rules'>): Candidate {
  return { mode: input.mode ?? application.mode, rules: { ...application.rules, ...input.rules } };
}

function actionOf(candidate: Candidate, group: VectorFinding['group']): RuleAction {
  // What does not fit the schema, or has two readings, follows the mode.
  const own = group === 'schema' || group === 'decode' ? undefined : candidate.rules[group];
  return own ?? (candidate.mode === 'enforce' ? 'block' : 'record');
}

/** The finding that would stop the request, if any. */
function stopping(vector: Vector, candidate: Candidate, excepted: ReadonlySet<string>): VectorFinding | null {
  const found = vector.findings.find(({ card, group }) => !excepted.has(card) && actionOf(candidate, group) === 'block');
  return found ?? null;
}

interface RouteRow {
  readonly method: string;
  readonly route: string;
  readonly rule: string;
  readonly card: string;
  stopped: number;
  readonly clients: Set<string>;
  readonly touched: Set<string>;
}

function rowOf(rows: Map<string, RouteRow>, { method, route }: Vector, { card, rule }: VectorFinding): RouteRow {
  const row = rows.get(card) ?? { method, route, rule, card, stopped: 0, clients: new Set<string>(), touched: new Set<string>() };
  rows.set(card, row);
  return row;
}

export interface ReplayInput {
  readonly application: string;
  readonly days: number;
  readonly vectors: readonly Vector[];
  readonly routes: readonly RouteTotal[];
  readonly candidate: Candidate;
  /** Cards that are or would be excepted. */
  readonly excepted: ReadonlySet<string>;
}

/** What the candidate would have done to the requests that were seen. */
export function replay({ application, days, vectors, routes, candidate, excepted }: ReplayInput): Simulation {
  const rows = new Map<string, RouteRow>();
  const clients = new Set<string>();
  const touched = new Set<string>();
  const counts = { replayed: 0, stopped: 0, touched: 0, letThrough: 0 };
  for (const vector of vectors) {
    counts.replayed += vector.count;
    const finding = stopping(vector, candidate, excepted);
    if (finding === null) {
      counts.letThrough += vector.count;
      continue;
    }
    const row = rowOf(rows, vector, finding);
    counts.stopped += vector.count;
    row.stopped += vector.count;
    clients.add(vector.client);
    row.clients.add(vector.client);
    if (!vector.established) continue;
    counts.touched += vector.count;
    touched.add(vector.client);
    row.touched.add(vector.client);
  }
  const ordered = [...rows.values()].toSorted(
    (left, right) => right.touched.size - left.touched.size || right.stopped - left.stopped,
  );
  return {
    application,
    days,
    requests: routes.reduce((total, route) => total + route.requests, 0),
    ...counts,
    stoppedClients: clients.size,
    touchedClients: touched.size,
    routes: ordered.slice(0, ROUTES_MAX).map(({ clients: by, touched: of, ...row }) => ({
      ...row,
      clients: by.size,
      touchedClients: of.size,
    })),
  };
}
