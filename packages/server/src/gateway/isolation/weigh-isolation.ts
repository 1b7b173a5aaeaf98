import { routeSegments } from '@holdfast/inspect';
import type { Exchange, Refused } from '../exchange.ts';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';
import type { Isolated, IsolatedParts } from './compile-isolations.ts';
import { isWrite, methodsOf, UNREAD } from './named-methods.ts';

/** Our own pages change nothing of the application: whoever reads on must be able to sign in. */
const OWN = /^\/\.(?:holdfast|well-known\/holdfast)(?:\/|$)/iu;

export interface IsolationView {
  /** By which it is judged: its own, or a newer one that it is held against while it lasts. */
  readonly snapshot: CompiledSnapshot;
  readonly now: number;
  /** Whether its fields are decoded by now. */
  readonly hasFields: boolean;
}

/** What of that which is cut off this request is for; null = nothing. A decision of people: in every mode but break-glass. */
export function findIsolation(exchange: Exchange, view: IsolationView): Isolated | null {
  const { application } = exchange;
  if (application === null) return null;
  const parts = view.snapshot.isolations.parts.get(application.id);
  if (parts === undefined) return null;
  const { bypassUntil } = view.snapshot.source;
  return bypassUntil !== null && view.now < bypassUntil ? null : find(parts, exchange, view);
}

function find(
  { whole, routes, readOnly }: IsolatedParts,
  exchange: Exchange,
  { now, hasFields }: IsolationView,
): Isolated | null {
  const { clientAddress, head } = exchange;
  const holds = ({ rule, allows }: Isolated): boolean =>
    (rule.expiresAt === null || rule.expiresAt > now) && allows?.lookup(clientAddress) === undefined;
  const closed = whole.find(holds);
  if (closed !== undefined) return closed;
  if (routes !== null) {
    const methods = methodsOf(exchange, hasFields);
    const route = routes.find(routeSegments(head.path)).find((one) => isMeant(one, methods) && holds(one));
    if (route !== undefined) return route;
  }
  if (readOnly.length === 0 || OWN.test(head.path) || !isWrite(exchange, hasFields)) return null;
  return readOnly.find(holds) ?? null;
}

function isMeant({ rule }: Isolated, methods: readonly string[]): boolean {
  const wanted = rule.method === 'HEAD' ? 'GET' : rule.method;
  return wanted === '*' || methods.includes(wanted) || methods.includes(UNREAD);
}

/** Says so and when to come again (RFC 9110 §10.2.3), where that is known. */
export function refuseIsolated({ rule }: Isolated, now: number): Refused {
  const refused: Refused = { kind: 'refused', code: 'isolated', reason: `isolated.${rule.id}` };
  return rule.expiresAt === null ? refused : { ...refused, retryAfterSeconds: (rule.expiresAt - now) / 1000 };
}
