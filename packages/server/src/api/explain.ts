import { requestCompleted, type EventView, type Explanation } from '@holdfast/contract';
import { proposeExceptions, type Protection } from '../domains/protection/index.ts';
import { Refusal } from '../platform/refusal.ts';

/** After an erasure the personal fields come back as null; what remains is still an explanation. */
const READABLE = requestCompleted.payload.partial().catch({});
type Readable = ReturnType<typeof READABLE.parse>;

function readPayload(event: EventView): Readable {
  const present = Object.entries(event.payload).filter(([, value]) => value !== null);
  return READABLE.parse(Object.fromEntries(present));
}

function requestOf(payload: Readable): Explanation['request'] {
  return {
    method: payload.method ?? '',
    host: payload.host ?? '',
    path: payload.path ?? '',
    protocol: payload.protocol ?? '',
    status: payload.status ?? 0,
    problem: payload.problem ?? null,
    address: payload.address ?? null,
  };
}

/** Tells why a request was answered as it was: the verdicts in order, what was found where and how it was decoded, and whose policy that was. */
export async function explain(
  events: readonly EventView[],
  requestId: string,
  stateAt: Protection['snapshots']['stateAt'],
): Promise<Explanation> {
  const event = events.find(({ type }) => type === requestCompleted.type);
  if (event === undefined) throw new Refusal('request-unknown');
  const payload = readPayload(event);
  const { findings = [], steps = [], snapshot = 0 } = payload;
  const request = requestOf(payload);
  return {
    requestId,
    time: event.time,
    application: event.application,
    outcome: event.outcome,
    reason: event.reason,
    request,
    mode: payload.mode ?? '',
    score: payload.score ?? 0,
    chain: steps,
    findings,
    policy: { version: snapshot, state: await stateAt(snapshot) },
    proposals: proposeExceptions({ application: event.application, method: request.method, path: request.path, findings }),
    masked: payload.masked ?? null,
    ledgerIndex: event.index,
  };
}
