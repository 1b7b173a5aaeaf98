import { PROBLEMS, requestCompleted } from '@holdfast/contract';
import type { RequestCompleted, StepVerdict } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import type { EventQueue, Series } from './event-queue.ts';
import type { ExchangeState } from '../exchange-state.ts';
import type { Exchange } from '../exchange.ts';
import type { DescribedVisitor, Visitors } from '../visitor/visitors.ts';
import type { ProtocolRejects } from './protocol-rejects.ts';

type Outcome = Exchange['record']['outcome'];

const TEXT_MAX = 512;
const HOST_MAX = 255;

const cut = (text: string, max: number): string => (text.length > max ? text.slice(0, max) : text);

/** Refused at the gate: the request has no trustworthy reading, so the record is about the connection, not the request. */
const isGateRefusal = ({ record, application }: Exchange): boolean =>
  application === null && record.outcome === 'refused' && record.problem !== 'host-unknown';

export interface RecordParts {
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly rejects: ProtocolRejects;
  readonly visitors: Pick<Visitors, 'describe'>;
}

/** Writes the one event of a request, whatever ended it. */
export function recordRequest({ clock, events, rejects, visitors }: RecordParts): (exchange: ExchangeState) => void {
  const countOf = requestCounts(events);
  const wayOf = shareWays();
  const durationOf = perApplication((application) => events.series('holdfast_request_milliseconds_total', [application]));
  return (exchange) => {
    const { record } = exchange;
    const durationMs = clock.monotonicMs() - exchange.startedMono;
    const application = exchange.application?.id ?? '';
    countOf(application, record.outcome, record.status).add(1);
    durationOf(application).add(durationMs);
    countRules(exchange, events);
    if (isGateRefusal(exchange)) {
      rejects.note({
        address: exchange.clientAddress,
        rule: record.reason ?? 'unknown',
        status: record.problem === null ? record.status : PROBLEMS[record.problem].status,
        protocol: exchange.connection.protocol === 'h2' ? 'h2' : 'http/1.1',
        requestId: exchange.id,
      });
      return;
    }
    events.put({
      type: requestCompleted.type,
      version: requestCompleted.version,
      severity: record.outcome === 'blocked' ? 'medium' : record.outcome === 'allowed' ? 'info' : 'low',
      application: exchange.application?.id ?? null,
      target: cut(exchange.head.path, TEXT_MAX),
      outcome: record.outcome,
      reason: record.reason,
      requestId: exchange.id,
      trace: exchange.trace,
      subject: exchange.clientAddress,
      payload: payloadOf(exchange, { durationMs, steps: wayOf(exchange.record.steps), described: visitors.describe(exchange) }),
    });
  };
}

/** Remembers what was made for an application; there are few, and ids come from the snapshot only. */
function perApplication<Value>(make: (application: string) => Value): (application: string) => Value {
  const made = new Map<string, Value>();
  return (application) => {
    let value = made.get(application);
    if (value === undefined) {
      value = make(application);
      made.set(application, value);
    }
    return value;
  };
}

/** The series of one request, found without putting its labels together each time. */
function requestCounts(events: EventQueue): (application: string, outcome: Outcome, status: number) => Series {
  const byApplication = perApplication((application) => ({ application, byOutcome: new Map<Outcome, Map<number, Series>>() }));
  return (id, outcome, status) => {
    const { application, byOutcome } = byApplication(id);
    const byClass = byOutcome.get(outcome) ?? new Map<number, Series>();
    if (byClass.size === 0) byOutcome.set(outcome, byClass);
    const family = status >= 100 && status < 600 ? Math.floor(status / 100) : 0;
    const held = byClass.get(family);
    if (held !== undefined) return held;
    const made = events.series('holdfast_requests_total', [application, outcome, family === 0 ? 'none' : `${family}xx`]);
    byClass.set(family, made);
    return made;
  };
}

function countRules({ record, application }: Exchange, events: EventQueue): void {
  if (record.findings.length === 0 || application === null) return;
  for (const { rule } of record.findings) events.count('holdfast_rule_hits_total', [application.id, rule], 1);
  if (record.outcome !== 'blocked' || record.reason === null) return;
  // A rule is named group.rule, and the reason of a block is its rule.
  events.count('holdfast_blocks_total', [application.id, record.reason.split('.', 1)[0] ?? ''], 1);
}

/**
 * Most requests go the same way as the one before, and have the same verdicts of it: they share one list, which is held and handed
 * to the watch once instead of thousands of times. A copy, because the list of an exchange is still its own.
 */
export function shareWays(): (steps: readonly StepVerdict[]) => StepVerdict[] {
  let last: StepVerdict[] = [];
  return (steps) => {
    if (!isSame(last, steps)) last = [...steps];
    return last;
  };
}

function isSame(one: readonly StepVerdict[], other: readonly StepVerdict[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

interface Measured {
  readonly durationMs: number;
  readonly steps: StepVerdict[];
  readonly described: DescribedVisitor;
}

function payloadOf(exchange: ExchangeState, { durationMs, steps, described }: Measured): RequestCompleted {
  const { record, head, connection } = exchange;
  return {
    address: exchange.clientAddress,
    userAgent: described.userAgent,
    method: head.method,
    host: cut(head.host, HOST_MAX),
    path: cut(head.path, TEXT_MAX),
    query: cut(head.query, TEXT_MAX),
    protocol: exchange.upgrade === undefined ? connection.protocol : 'websocket',
    status: record.status,
    problem: record.problem,
    mode: exchange.mode,
    requestBytes: record.requestBytes,
    responseBytes: record.responseBytes,
    durationUs: Math.round(durationMs * 1000),
    upstreamUs: record.upstreamUs,
    score: record.score,
    findings: record.findings,
    steps,
    snapshot: exchange.snapshot.source.version,
    masked: record.masked,
    access: record.access,
    session: described.session,
    account: described.account,
    tlsKey: connection.tlsKey ?? null,
    referrer: described.referrer,
    contentType: described.contentType,
    route: described.route,
  };
}
