import { PROBLEMS, type ProblemCode } from '@holdfast/contract';
import { isDatabaseAway } from '../../../platform/db/database-error.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { toRefusal } from '../../faults.ts';
import { errorResponse } from './answer.ts';

const ERRORS_MAX = 50;
const DENIED = [403, 'permission denied'] as const;

/** Where clients read a meaning into status or words; everything else keeps what the catalogue says. */
const MEANINGS: ReadonlyMap<ProblemCode, readonly [status: number, text: string | null]> = new Map<
  ProblemCode,
  readonly [number, string | null]
>([
  // Clients take a 404 without words for "there is nothing".
  ['not-found', [404, null]],
  ['token-required', [403, 'missing client token']],
  ['token-refused', DENIED],
  ['address-refused', DENIED],
  ['permission-missing', DENIED],
  ['access-denied', DENIED],
  ['step-up-required', DENIED],
  ['secret-changed', [400, 'check-and-set parameter did not match the current version']],
  ['conflict', [400, null]],
  ['rotation-running', [400, null]],
  ['keyring-sealed', [503, 'Vault is sealed']],
  ['rate-limited', [429, 'request limit exceeded']],
]);

/** `{"errors":[…]}`, as Vault writes it. What is thrown and no refusal says nothing of itself. */
export function refusalAnswer(thrown: unknown): Response {
  const error = toRefusal(thrown);
  if (!(error instanceof Refusal)) {
    const code = isDatabaseAway(error) ? 'database-unavailable' : 'internal';
    return errorResponse(PROBLEMS[code].status, [PROBLEMS[code].detail]);
  }
  const { code, errors, retryAfterSeconds } = error;
  const [status, text] = MEANINGS.get(code) ?? [PROBLEMS[code].status, PROBLEMS[code].detail];
  const faults = errors.slice(0, ERRORS_MAX).map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`));
  if (faults.length > 0) return errorResponse(status, text === DENIED[1] ? [text, ...faults] : faults, retryAfterSeconds);
  const words = text ?? (code === 'not-found' ? null : PROBLEMS[code].detail);
  return errorResponse(status, words === null ? [] : [words], retryAfterSeconds);
}
