import { problemDocument, type ProblemCode, type ProblemDocument } from '@holdfast/contract';
import { isDatabaseAway } from '../db/database-error.ts';
import { Refusal, type StepUp } from '../refusal.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** `errors[]` beyond this many help nobody and would let one request ask for a large answer. */
const ERRORS_MAX = 50;

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly document: ProblemDocument;
}

/**
 * The only place where an error becomes an answer (RFC 9457 §3). An error that is not a {@link Refusal} says `internal`
 * and a request id: no message, cause, stack, SQL or path of it leaves the process.
 */
export function toProblem(error: unknown, requestId: string): Problem {
  if (!(error instanceof Refusal)) return build(isDatabaseAway(error) ? 'database-unavailable' : 'internal', requestId);
  // A fault of a request body has a pointer and words of our own schema; the operator's `detail` stays inside.
  const errors = error.errors.slice(0, ERRORS_MAX).map(({ pointer, detail }) => ({ pointer, detail }));
  return build(error.code, requestId, { errors, retryAfterSeconds: error.retryAfterSeconds, stepUp: error.stepUp });
}

function build(
  code: ProblemCode,
  requestId: string,
  extra: { errors?: ProblemDocument['errors']; retryAfterSeconds?: number | null; stepUp?: StepUp | null } = {},
): Problem {
  const stepUp = extra.stepUp ?? null;
  const document = { ...problemDocument(code, requestId, extra.errors), ...stepUp };
  const headers: Record<string, string> = {
    'content-type': PROBLEM_TYPE,
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
  };
  if (extra.retryAfterSeconds !== null && extra.retryAfterSeconds !== undefined) {
    headers['retry-after'] = String(extra.retryAfterSeconds);
  }
  // RFC 9110 §11.6.1: a 401 must name a scheme.
  if (document.status === 401)
    headers['www-authenticate'] = `Bearer realm="holdfast"${stepUp === null ? '' : asChallenge(stepUp)}`;
  return { status: document.status, headers, document };
}

/** RFC 9470 §3. */
const asChallenge = ({ acr, maxAgeSeconds }: StepUp): string =>
  `, error="insufficient_user_authentication", acr_values="${acr}", max_age=${maxAgeSeconds}`;

/** The same as a Fetch API response. */
export function problemResponse(error: unknown, requestId: string): Response {
  const { status, headers, document } = toProblem(error, requestId);
  return new Response(JSON.stringify(document), { status, headers });
}
