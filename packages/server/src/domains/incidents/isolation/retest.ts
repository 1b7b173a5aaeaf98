import type { Application, ReleaseCheck } from '@holdfast/contract';
import { loopbackRequest, type LoopbackRequest } from '../../../platform/http/loopback-request.ts';
import { RETEST_HEADER, retestToken } from '../../../platform/retest-token.ts';
import type { RecordedRequest } from '../response-parts.ts';
import { probesOf, requestOf } from './probes.ts';

export interface RetestParts {
  readonly application: Application;
  /** The attacks as they were recorded, first those that opened it. */
  readonly requests: readonly RecordedRequest[];
  /** Null = no gateway takes a probe. */
  readonly key: string | null;
  readonly gateway: URL;
  readonly now: () => number;
}

/**
 * Sends harmless attacks of the same classes to the same places, as a visitor would. Inspection and patches judge them behind the
 * closed door; what they let pass ends there and never reaches the application.
 */
export async function checkRetest({ application, requests, key, gateway, now }: RetestParts): Promise<ReleaseCheck> {
  const name = 'retest';
  const probes = probesOf(requests);
  if (probes.length === 0) return { name, state: 'unknown', detail: 'no request of an attack is known that could be sent again' };
  if (key === null) return { name, state: 'unknown', detail: 'gateways take no probes here' };
  const place = placeOf(gateway, application);
  const open: string[] = [];
  for (const probe of probes) {
    const request = requestOf(probe);
    const isRefused = request === null ? false : await send(place, request, retestToken(key, now()));
    if (isRefused === null) return { name, state: 'unknown', detail: 'the gateway does not answer on this machine' };
    if (!isRefused) open.push(`${probe.group} at ${probe.method} ${probe.path}`);
  }
  if (open.length === 0) return { name, state: 'passed', detail: `${probes.length} attacks of the same classes are refused` };
  return { name, state: 'failed', detail: `not refused: ${open.join(', ')}`.slice(0, 500) };
}

type Place = Pick<LoopbackRequest, 'at' | 'secure' | 'host'>;

/** Whether it was refused as an attack; null = nobody answered. */
async function send(place: Place, request: Omit<LoopbackRequest, keyof Place>, token: string): Promise<boolean | null> {
  try {
    const headers = { ...request.headers, [RETEST_HEADER]: token };
    const { status, body } = await loopbackRequest({ ...place, ...request, headers });
    return status === 403 && body.includes('"request-blocked"');
  } catch {
    return null;
  }
}

function placeOf(gateway: URL, { hosts }: Application): Place {
  const secure = gateway.protocol === 'https:';
  const at = { host: gateway.hostname, port: Number(gateway.port) || (secure ? 443 : 80) };
  return { at, secure, host: hosts[0]?.replace('*.', 'probe.') ?? 'localhost' };
}
