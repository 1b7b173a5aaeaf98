import { PROBLEMS, type OwnPageResponse } from '@holdfast/contract';
import { ELEVATION_MS } from '../sessions/limits.ts';
import type { Visit } from './visit.ts';

/** A program that speaks JSON has no use for a page; a browser always takes HTML. */
export function isProgram(visit: Pick<Visit, 'header'>): boolean {
  const accept = visit.header('accept') ?? '';
  return /\bapplication\/(?:problem\+)?json\b/iu.test(accept) && !/\btext\/html\b/iu.test(accept);
}

/** What is missing, as the API says it too: how sure, and how lately (RFC 9457; RFC 9470 §3). */
export function stepUpNeeded(acr: 'aal1' | 'aal2'): OwnPageResponse {
  const { status, title, detail } = PROBLEMS['step-up-required'];
  const maxAgeSeconds = ELEVATION_MS / 1000;
  const code = 'step-up-required';
  return {
    status,
    headers: [
      ['content-type', 'application/problem+json'],
      ['cache-control', 'no-store'],
      ['x-content-type-options', 'nosniff'],
      [
        'www-authenticate',
        `Session realm="holdfast", error="insufficient_user_authentication", acr_values="${acr}", max_age=${maxAgeSeconds}`,
      ],
    ],
    body: JSON.stringify({ type: `/errors/${code}`, title, status, detail, code, acr, maxAgeSeconds }),
  };
}
