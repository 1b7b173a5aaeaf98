import { protocolRejected, requestCompleted, type EventView, type Explanation } from '@holdfast/contract';
import { proposeExceptions, type Protection } from '../domains/protection/index.ts';
import { z } from 'zod';
import { Refusal } from '../platform/refusal.ts';

/** After an erasure the personal fields come back as null; what remains is still an explanation. */
const READABLE = requestCompleted.payload.partial().catch({});
/** An erased address comes back as null here too. */
const REFUSAL = z
  .object({ address: z.string().nullable(), status: z.number(), protocol: z.string() })
  .catch({ address: null, status: 0, protocol: '' });
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
  if (event === undefined) {
    const refusal = events.find(({ type }) => type === protocolRejected.type);
    if (refusal === undefined) throw new Refusal('request-unknown');
    return explainGate(refusal, requestId, stateAt);
  }
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
    access: payload.access ?? null,
    findings,
    policy: { version: snapshot, state: await stateAt(snapshot) },
    proposals: proposeExceptions({ application: event.application, method: request.method, path: request.path, findings }),
    masked: payload.masked ?? null,
    ledgerIndex: event.index,
  };
}

/** The front gate refused the bytes: there was no request that could be read in one way, so there is little to tell of one. */
async function explainGate(
  event: EventView,
  requestId: string,
  stateAt: Protection['snapshots']['stateAt'],
): Promise<Explanation> {
  const { address, status, protocol } = REFUSAL.parse(event.payload);
  return {
    requestId,
    time: event.time,
    application: event.application,
    outcome: event.outcome,
    reason: event.reason,
    request: { method: '', host: '', path: '', protocol, status, problem: null, address },
    mode: '',
    score: 0,
    chain: [{ step: 'accept', verdict: 'refused', detail: event.reason ?? '' }],
    access: null,
    findings: [],
    policy: { version: 0, state: await stateAt(0) },
    proposals: [],
    masked: null,
    ledgerIndex: event.index,
  };
}
